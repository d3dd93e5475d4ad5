import { readFileSync } from "node:fs";
import path from "node:path";
import { analyze } from "../../../server/core/analyze.js";
import type { Analysis } from "../../../server/core/analysis.js";
import {
  bytesOf,
  type ByteSource,
  emptyNeighbourhood,
} from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { Problem } from "../../../server/core/base/problem.js";
import type { ReadContext } from "../../../server/core/formats/format.js";
import { format } from "../../../server/core/formats/tflite.js";
import type { Model } from "../../../server/core/graph/graph.js";
import { typeText } from "../../../server/core/graph/value-type.js";

export function fixture(name: string): Uint8Array {
  return new Uint8Array(
    readFileSync(path.resolve(import.meta.dirname, "../../fixtures/tflite", name)),
  );
}

export function read(
  bytes: Uint8Array | ByteSource,
  context: Partial<ReadContext> = {},
): { readonly model: Model | undefined; readonly problems: readonly Problem[] } {
  const source = bytes instanceof Uint8Array ? bytesOf(bytes) : bytes;
  const { value, problems } = format.read(source, {
    fileName: "model.tflite",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
    ...context,
  });
  return { model: value, problems };
}

export function analyseBytes(bytes: Uint8Array, batch?: number): Analysis {
  const { model, problems } = read(bytes);
  if (model === undefined) throw new Error(problems.map(({ message }) => message).join());
  const bindings = { inputs: new Map(), dims: new Map(), ...(batch !== undefined && { batch }) };
  const analysis = analyze(model, bindings, [], neverCancelled);
  return { ...analysis, problems: [...problems, ...analysis.problems] };
}

/** A line for each node: `CONV_2D int8[1,49,10,1] -> int8[1,25,5,64] macs=320000`; then problems. */
export function lines(analysis: Analysis): string {
  const { model, inferred, layers, problems } = analysis;
  const type = (id: number): string => (id < 0 ? "_" : typeText(inferred.types[id]));
  return [
    ...model.graph.nodes.map((node, index) => {
      const reads = node.inputs.filter((id) => model.graph.values[id]?.weight === undefined);
      const layer = layers[index];
      const cost =
        layer?.isCosted === true ? `macs=${layer.macs} flops=${layer.flops}` : "uncosted";
      return `${node.sourceOp ?? node.op} ${reads.map(type).join(" ")} -> ${node.outputs.map(type).join(" ")} ${cost}`;
    }),
    ...problems.map(({ code, message }) => `${code} ${message}`),
  ].join("\n");
}
