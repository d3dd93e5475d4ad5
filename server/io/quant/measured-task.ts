import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Bindings } from "../../core/analysis.js";
import { inferModel } from "../../core/analyze.js";
import { Cancelled, type Cancel } from "../../core/base/cancel.js";
import type { Graph, Model, NodeId } from "../../core/graph/graph.js";
import type { InferredGraph } from "../../core/graph/inferred.js";
import { exportOnnx } from "../../core/onnx-export/export-model.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import {
  measuredSensitivity,
  NotMeasured,
} from "../../core/quant/measured/measured-sensitivity.js";
import { editOnnx, onnxFacts } from "../../core/quant/measured/onnx-edit.js";
import { generatedSamples, sampleInputs } from "../../core/quant/measured/sample-inputs.js";
import type { Feeds } from "../../core/quant/measured/session.js";
import { exportedSites, layerSites, type Sites } from "../../core/quant/measured/sites.js";
import type { LayerSensitivity } from "../../core/quant/sensitivity/sensitivity.js";
import { gridOfValue, gridOfWeight, keepsStored } from "../../core/quant/stored-grid.js";
import { producersOf } from "../../core/quant/stored-weight.js";
import { inputOf, layerWeights } from "../../core/quant/weights.js";
import { type ExternalFile, openSession } from "../../engines/onnxruntime/session.js";
import { neighbourhoodOf } from "../neighbourhood.js";
import { readModelFile } from "../read-model.js";
import { readSamples } from "./sample-files.js";
import { openLayerWeight, openTaskFiles, readerOf, type TaskFiles } from "./weight-task.js";

/** What a model is run on: files of the user's, or numbers made up. */
export type SampleChoice =
  | { readonly kind: "files"; readonly place: string }
  | { readonly kind: "generated"; readonly count: number };

/** Plain data: it travels to a worker. */
export interface MeasuredTask {
  /** Of the model, or of the file with the weights of one that was traced. */
  readonly modelPath: string;
  /** A traced model, its parameters bound to that file. */
  readonly model?: Model;
  readonly bindings: Bindings;
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
  readonly samples: SampleChoice;
}

export type MeasuredAnswer =
  | {
      readonly kind: "measured";
      readonly byNode: ReadonlyMap<NodeId, LayerSensitivity>;
      readonly source: string;
    }
  | { readonly kind: "impossible"; readonly reason: string };

/** What was measured, as plain data that is kept and sent about. */
export interface MeasuredBefore {
  readonly schemeIds: readonly string[];
  readonly activationSchemeIds: readonly string[];
  readonly layers: readonly (readonly [nodeId: NodeId, effect: LayerSensitivity])[];
  readonly source: string;
}

/** WebAssembly has 4 GiB, of which a model takes its size two or three times. */
const modelBytesLimit = 1.2e9;

/** Runs the model, one layer moved at a time. Blocks its thread for as long as that takes. */
export async function runMeasuredTask(
  task: MeasuredTask,
  cancel: Cancel,
  onProgress: (sentence: string) => void,
): Promise<MeasuredAnswer> {
  try {
    return await measure(task, cancel, onProgress);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    if (error instanceof NotMeasured) return { kind: "impossible", reason: error.message };
    // What the runtime says of the model is all that can be said of it.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "impossible", reason: `ONNX Runtime does not run the model: ${reason}` };
  }
}

async function measure(
  { modelPath, model: traced, bindings, schemes, activationSchemes, samples: choice }: MeasuredTask,
  cancel: Cancel,
  onProgress: (sentence: string) => void,
): Promise<MeasuredAnswer> {
  const { model, inferred } = inferModel(traced ?? readModel(modelPath, cancel), bindings, cancel);
  const { graph } = model;
  const files = openTaskFiles(modelPath);
  try {
    const { bytes, externals, outputs, sites, unreachable } =
      model.format === "onnx"
        ? runnableFile(modelPath, graph, inferred)
        : runnableExport(model, inferred, files);
    // After the export: an operator that has no counterpart says more than an input that cannot be filled.
    const inputs = sampleInputs(inferred.graph, bindings);
    const samples: readonly Feeds[] =
      choice.kind === "files"
        ? readSamples(choice.place, inputs)
        : generatedSamples(inputs, choice.count);
    if (sites.length === 0)
      throw new NotMeasured("No layer's weight can be replaced while the model runs.");
    onProgress("loading the model into ONNX Runtime");
    const producers = producersOf(graph);
    const read = readerOf(files);
    const byNode = await measuredSensitivity({
      open: (site) =>
        openSession(site === undefined ? bytes : editOnnx(bytes, site.edit), externals),
      outputs,
      sites,
      weightOf: ({ layer }) => {
        const count = layer.shape.rows * layer.shape.columns;
        const values = new Float32Array(count);
        openLayerWeight(files, layer)?.load(0, count, values);
        return values.every(Number.isFinite) ? values : undefined;
      },
      keeps: ({ layer }, operand, scheme) => {
        const grid =
          operand === "weight"
            ? gridOfWeight(layer, read)
            : gridOfValue(graph, producers, inputOf(graph, layer), read);
        return grid !== undefined && keepsStored(scheme, grid);
      },
      samples,
      schemes,
      activationSchemes,
      cancel,
      onProgress: (done, count) => onProgress(`measuring layers: ${done} of ${count}`),
    });
    const { length } = samples;
    const number = `${length} ${choice.kind === "generated" ? "generated " : ""}sample${length === 1 ? "" : "s"}`;
    const from = choice.kind === "files" ? `${number} from ${path.basename(choice.place)}` : number;
    const left =
      unreachable.length === 0 ? "" : `; ${unreachable.length} layers could not be reached`;
    return {
      kind: "measured",
      byNode,
      source: `measured in ONNX Runtime on ${from}, one layer quantized at a time${left}`,
    };
  } finally {
    files.close();
  }
}

function readModel(modelPath: string, cancel: Cancel): Model {
  const { value, problems } = readModelFile(modelPath, cancel);
  if (value === undefined)
    throw new NotMeasured(problems[0]?.message ?? "The file holds no model.");
  return value;
}

/** A model as ONNX Runtime takes it, and where its layers can be moved. */
interface Runnable extends Sites {
  readonly bytes: Uint8Array;
  readonly externals: readonly ExternalFile[];
  readonly outputs: readonly string[];
}

function runnableFile(modelPath: string, graph: Graph, inferred: InferredGraph): Runnable {
  const externals = externalFiles(graph, modelPath, statSync(modelPath).size);
  const bytes = readFileSync(modelPath);
  const facts = onnxFacts(bytes);
  if (facts === undefined)
    throw new NotMeasured("The file holds no ONNX graph that can be edited.");
  const real = new Set(
    graph.values.flatMap(({ name }, id) => (isFloat32(inferred, id) ? [name] : [])),
  );
  return {
    bytes,
    externals,
    outputs: graph.outputs.flatMap((id) => graph.values[id]?.name ?? []),
    ...layerSites(graph, layerWeights(graph), facts, (name) => real.has(name)),
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

function isFloat32({ types }: InferredGraph, id: number): boolean {
  const type = types[id];
  return type?.kind === "tensor" && type.elementType === "float32";
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
