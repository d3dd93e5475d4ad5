import { readFileSync } from "node:fs";
import path from "node:path";
import { analyze } from "../../../server/core/analyze.js";
import type { Analysis } from "../../../server/core/analysis.js";
import { emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readMlir } from "../../../server/core/formats/mlir/read-mlir.js";
import { readText, type TextReading } from "../../../server/core/formats/onnx-text/read-text.js";
import { type Node, operatorKey } from "../../../server/core/graph/graph.js";
import { typeText } from "../../../server/core/graph/value-type.js";
import type { Target } from "../../../server/core/targets/target.js";

const context = { neighbourhood: emptyNeighbourhood, cancel: neverCancelled };

export function fixture(name: string): string {
  return readFileSync(path.resolve(import.meta.dirname, "../../fixtures/mlir", name), "utf8");
}

export function read(text: string): TextReading {
  return readMlir(text, { ...context, fileName: "model.mlir" });
}

export function analyseMlir(
  text: string,
  { dims = {}, targets = [] }: { dims?: Record<string, number>; targets?: readonly Target[] } = {},
): Analysis {
  return analysed(read(text), dims, targets);
}

export function analyseOnnxText(text: string, targets: readonly Target[] = []): Analysis {
  return analysed(readText(text, { ...context, fileName: "model.onnxtxt" }), {}, targets);
}

function analysed(
  { model, problems }: TextReading,
  dims: Record<string, number>,
  targets: readonly Target[],
): Analysis {
  if (model === undefined) throw new Error(problems.map(({ message }) => message).join());
  const bindings = { inputs: new Map(), dims: new Map(Object.entries(dims)) };
  const analysis = analyze(model, bindings, targets, neverCancelled);
  return { ...analysis, problems: [...problems, ...analysis.problems] };
}

/** A function of one operation, as lines of what it became: `Conv float32[…] -> float32[…] macs=…`. */
export function lowered(statements: string, parameters = ""): string {
  const text = `func.func @main(${parameters}) {\n${statements}\n}`;
  return lines(analyseMlir(text));
}

export function lines({ model, inferred, layers, problems }: Analysis): string {
  const { nodes } = model.graph;
  const told = problems.filter(({ severity }) => severity !== "information");
  return [
    ...nodes.map((node, nodeId) => {
      const made = node.outputs.map((id) => typeText(inferred.types[id])).join(", ");
      const work = layers[nodeId];
      const macs = work?.macs === undefined ? "?" : String(work.macs);
      return `${nameOf(node)} -> ${made} macs=${macs}`;
    }),
    ...told.map(({ code, message }) => `${code} ${message}`),
  ].join("\n");
}

function nameOf({ domain, op }: Node): string {
  return operatorKey(domain, op);
}
