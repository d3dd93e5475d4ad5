import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { ElementType } from "../../core/graph/element-type.js";
import type { Graph, Model } from "../../core/graph/graph.js";
import type { InferredGraph } from "../../core/graph/inferred.js";
import { exportOnnx } from "../../core/onnx-export/export-model.js";
import { NotMeasured } from "../../core/quant/measured/not-measured.js";
import { onnxFacts } from "../../core/quant/measured/onnx-edit.js";
import { exportedSites, layerSites, type Sites } from "../../core/quant/measured/sites.js";
import { layerWeights } from "../../core/quant/weights.js";
import type { ExternalFile } from "../../engines/onnxruntime/session.js";
import { neighbourhoodOf } from "../neighbourhood.js";
import { readerOf, type TaskFiles } from "./weight-task.js";

/** WebAssembly has 4 GiB, of which a model takes its size two or three times. */
const modelBytesLimit = 1.2e9;

/** A model as ONNX Runtime takes it, and where its layers can be moved. */
export interface Runnable extends Sites {
  readonly bytes: Uint8Array;
  readonly externals: readonly ExternalFile[];
  readonly outputs: readonly string[];
}

export function runnable(
  model: Model,
  inferred: InferredGraph,
  modelPath: string,
  files: TaskFiles,
): Runnable {
  return model.format === "onnx"
    ? runnableFile(modelPath, model.graph, inferred)
    : runnableExport(model, inferred, files);
}

function runnableFile(modelPath: string, graph: Graph, inferred: InferredGraph): Runnable {
  const externals = externalFiles(graph, modelPath, statSync(modelPath).size);
  const bytes = readFileSync(modelPath);
  const facts = onnxFacts(bytes);
  if (facts === undefined)
    throw new NotMeasured("The file holds no ONNX graph that can be edited.");
  const types = new Map(graph.values.map(({ name }, id) => [name, elementTypeOf(inferred, id)]));
  return {
    bytes,
    externals,
    outputs: graph.outputs.flatMap((id) => graph.values[id]?.name ?? []),
    ...layerSites(graph, layerWeights(graph), facts, (name) => types.get(name)),
  };
}

/** Models of other formats are run as the ONNX that says the same. */
function runnableExport(
  { format, trace }: Model,
  inferred: InferredGraph,
  files: TaskFiles,
): Runnable {
  if (format !== "tflite" && trace === undefined)
    throw new NotMeasured(`A model of the format ${format} is not run on samples.`);
  const size = inferred.graph.values.reduce(
    (sum, { weight }) => sum + (weight?.byteLength ?? 0),
    0,
  );
  if (size > modelBytesLimit) throw new NotMeasured(tooLarge);
  const read = readerOf(files);
  const exported = exportOnnx(inferred, format, ({ weight }) => weight && read(weight));
  if (typeof exported === "string") throw new NotMeasured(exported);
  const { graph } = inferred;
  return {
    bytes: exported.bytes,
    externals: [],
    outputs: graph.outputs.map(exported.nameOf),
    ...exportedSites(graph, layerWeights(graph), exported),
  };
}

function elementTypeOf({ types }: InferredGraph, id: number): ElementType | undefined {
  const type = types[id];
  return type?.kind === "tensor" ? type.elementType : undefined;
}

const tooLarge = "The model is too large for ONNX Runtime in WebAssembly (1.2 GB).";

/** Files with weights that lie beside the model, whole. */
function externalFiles(graph: Graph, modelPath: string, size: number): readonly ExternalFile[] {
  const names = new Set(graph.values.flatMap(({ weight }) => weight?.location?.file ?? []));
  const beside = neighbourhoodOf(path.dirname(modelPath));
  try {
    let total = size;
    return [...names].map((name) => {
      const source = beside.open(name);
      total += source?.size ?? 0;
      if (total > modelBytesLimit) throw new NotMeasured(tooLarge);
      if (source === undefined)
        throw new NotMeasured(`\`${name}\` with the model's weights is not there.`);
      return { path: name, data: source.read(0, source.size).slice() };
    });
  } finally {
    beside.close();
  }
}
