import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { NodeId } from "../../../server/core/graph/graph.js";
import {
  activationSchemeId,
  activationSchemeIds,
} from "../../../server/core/quant/formats/activation-scheme.js";
import { parseScheme, type Scheme } from "../../../server/core/quant/formats/scheme.js";
import { modelChoices } from "../../../server/core/quant/plan/choices.js";
import { groupLayers } from "../../../server/core/quant/plan/groups.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { supportOf } from "../../../server/core/quant/plan/support.js";
import {
  gridOfValue,
  gridOfWeight,
  keepsStored,
  type StoredGrid,
} from "../../../server/core/quant/stored-grid.js";
import { producersOf } from "../../../server/core/quant/stored-weight.js";
import { inputOf, layerWeights } from "../../../server/core/quant/weights.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { loadCatalogue } from "../../../server/io/catalogue-files.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { openLayerWeight, openTaskFiles, readerOf } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { loadSupport } from "../../../server/io/support-files.js";
import { inputRanges, type Planned, withPlan } from "./measured-plan.js";
import { relativeError, samples } from "./ort-truth.js";

const schemeIds = ["int8", "int8@tensor", "uint8", "int4-g32", "int4-g128", "fp16"];

/** Error of the outputs in ONNX Runtime of two plans that take the same time. */
export interface ComparedPlans {
  readonly seconds: number;
  /** Every layer has its fastest format, and none has another that would keep the latency: there is nothing to mix. */
  readonly isOnlyPlan: boolean;
  readonly mixed: { readonly error: number; readonly risk: number };
  /** Of the plans of one format that take no longer the one with the least measured error. */
  readonly uniform: { readonly id: string; readonly error: number; readonly risk: number };
}

/** At the latency of each plan of one format: the mixed plan beside the best of one format, measured on random samples. */
export async function comparePlans(
  file: string,
  targetId: string,
  sampleCount: number,
): Promise<readonly ComparedPlans[]> {
  const dataFolder = path.resolve("server/data");
  const { value: catalogue } = await loadCatalogue({ dataFolder, chipFolders: [] });
  const target = catalogue.find(targetId);
  const read = readModelFile(file).value;
  if (read === undefined || target === undefined) return [];
  const formats = loadFormats(dataFolder).value;
  const schemesOf = (ids: readonly string[]): readonly Scheme[] =>
    ids.map((id) => parseScheme(id, formats)).filter((one) => typeof one !== "string");
  const schemes = schemesOf(schemeIds);
  const inferred = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const { graph } = inferred.model;
  const { result } = await quantify({
    model: inferred.model,
    modelPath: file,
    schemes,
    activationSchemes: schemesOf(activationSchemeIds),
    cancel: neverCancelled,
  });
  const support = supportOf(loadSupport(dataFolder).value, target.runtime.id);
  const choices = modelChoices(inferred, target, result, support, catalogue, neverCancelled);
  const groups = groupLayers(graph, choices.layers, { sharesInput: true });
  const solver = await loadSolver();
  const planned = (limits: PlanProblem["limits"]) =>
    makePlan({ choices, groups, objective: "risk", limits }, (text) => solver.solve(text));

  const bytes = new Uint8Array(readFileSync(file));
  const layers = layerWeights(graph);
  const files = openTaskFiles(file);
  const weights = new Map(
    layers.map((layer) => {
      const values = new Float32Array(layer.shape.rows * layer.shape.columns);
      openLayerWeight(files, layer)?.load(0, values.length, values);
      return [layer.nodeId, values];
    }),
  );
  const elementsOf = readerOf(files);
  const producers = producersOf(graph);
  const keeps = (grid: StoredGrid | undefined, scheme: Scheme | undefined): boolean =>
    grid !== undefined && scheme !== undefined && keepsStored(scheme, grid);
  const activationOf = (scheme: Scheme): Scheme | undefined =>
    schemesOf(activationSchemeIds).find(({ id }) => id === activationSchemeId(scheme));
  const [input = 0] = graph.inputs;
  const inputName = graph.values[input]?.name ?? "";
  const type = inferred.inferred.types[input];
  const shape = type?.kind === "tensor" ? (type.shape ?? []).map(Number) : [];
  const feeds = samples({ bytes, inputName, shape }, sampleCount).map((data) => ({
    [inputName]: new Tensor("float32", data, shape),
  }));
  const ranges = await inputRanges(bytes, graph, layers, feeds);
  const outputs = async (edited: Uint8Array): Promise<readonly Float32Array[]> => {
    const session = await InferenceSession.create(edited, {
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
      // Fused integer kernels round once more between layers than the plan says.
      graphOptimizationLevel: "disabled",
    });
    const found: Float32Array[] = [];
    for (const feed of feeds) {
      const made = await session.run(feed);
      const data = session.outputNames.map((one) => made[one]?.data as Float32Array);
      found.push(data[0] ?? new Float32Array(0));
    }
    await session.release();
    return found;
  };
  const reference = await outputs(bytes);
  const measured = async (schemeOf: (nodeId: NodeId) => string): Promise<number> => {
    const plan = choices.layers.flatMap(({ nodeId, choices: own }): Planned[] => {
      const layer = layers.find((one) => one.nodeId === nodeId);
      const weight = weights.get(nodeId);
      const choice = own.find(({ schemeId }) => schemeId === schemeOf(nodeId)) ?? own[0];
      if (layer === undefined || weight === undefined || choice === undefined) return [];
      const scheme = schemes.find(({ id }) => id === choice.schemeId);
      const inputGrid = gridOfValue(graph, producers, inputOf(graph, layer), elementsOf);
      return [
        {
          layer,
          weight,
          scheme,
          isComputed: choice.kind === "computed",
          keepsWeight: keeps(gridOfWeight(layer, elementsOf), scheme),
          keepsInput: keeps(inputGrid, scheme && activationOf(scheme)),
        },
      ];
    });
    return relativeError(reference, await outputs(withPlan(bytes, graph, plan, ranges)));
  };
  const first = planned({});
  const uniform = [];
  for (const { name: id, totals } of first.uniform)
    uniform.push({
      id,
      latency: totals.latency,
      risk: totals.risk,
      error: await measured(() => id),
    });
  const compared: ComparedPlans[] = [];
  const speeds = new Map(uniform.map((own) => [own.latency.toPrecision(6), own]));
  for (const own of speeds.values()) {
    const rivals = uniform.filter(({ latency }) => latency <= own.latency * (1 + 1e-6));
    const best = rivals.reduce((least, one) => (one.error < least.error ? one : least));
    // Where the target's own precision is as fast, no format has anything to win.
    if (best.id === "") continue;
    const limit = own.latency * (1 + 1e-6);
    const { plan } = planned({ latency: limit });
    if (plan === undefined) continue;
    const room = limit - plan.totals.latency;
    const isOnlyPlan = choices.layers.every(({ nodeId, choices: all }) => {
      const taken = all.find(({ schemeId }) => schemeId === plan.schemes.get(nodeId));
      return all.every((one) => one === taken || one.seconds - (taken?.seconds ?? 0) > room);
    });
    const error = await measured((nodeId) => plan.schemes.get(nodeId) ?? "");
    compared.push({
      seconds: own.latency,
      isOnlyPlan,
      mixed: { error, risk: plan.totals.risk },
      uniform: best,
    });
  }
  files.close();
  return compared;
}
