import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { NodeId } from "../../../server/core/graph/graph.js";
import { activationSchemeIds } from "../../../server/core/quant/formats/activation-scheme.js";
import { parseScheme, type Scheme } from "../../../server/core/quant/formats/scheme.js";
import { modelChoices } from "../../../server/core/quant/plan/choices.js";
import { groupLayers } from "../../../server/core/quant/plan/groups.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { supportOf } from "../../../server/core/quant/plan/support.js";
import { layerWeights } from "../../../server/core/quant/weights.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { loadCatalogue } from "../../../server/io/catalogue-files.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { openLayerWeight, openTaskFiles } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { loadSupport } from "../../../server/io/support-files.js";
import { inputRanges, type Planned, withPlan } from "../../../test/core/quant/measured-plan.js";
import { relativeError, samples } from "../../../test/core/quant/ort-truth.js";
import type { Figure } from "../print-table.js";

/** MODELS names another folder. */
const folder = path.resolve(process.env["MODELS"] ?? "../shared/data/models");
const models = [
  "mlperftiny_ic_resnet8_f32.onnx",
  "mlperftiny_vww_mobilenetv1_f32.onnx",
  "mlperftiny_kws_dscnn_k1.onnx",
  "mlperftiny_ad_autoencoder_k1.onnx",
];
const targets = [
  "raspberry-pi-5/onnxruntime/fp32",
  "nvidia-jetson-orin-nx/tensorrt/int8",
  "stm32h747i-disco/x-cube-ai/int8",
];
const schemeIds = ["int8", "int8@tensor", "uint8", "int4-g32", "int4-g128", "fp16"];
const sampleCount = 32;

/** For each model and target: of all plans of one format the best, and the mixed plan that takes no longer, measured. */
export async function plansOfTrainedModels(): Promise<readonly Figure[]> {
  if (!existsSync(folder)) {
    console.log(`${folder} is absent: no plans are measured.`);
    return [];
  }
  const figures: Figure[] = [];
  for (const model of models)
    for (const target of targets) figures.push(...(await comparePlans(model, target)));
  return figures;
}

async function comparePlans(name: string, targetId: string): Promise<readonly Figure[]> {
  const file = path.join(folder, name);
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
  files.close();
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
      return [
        {
          layer,
          weight,
          scheme: schemes.find(({ id }) => id === choice.schemeId),
          isComputed: choice.kind === "computed",
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
  const figures: Figure[] = [];
  for (const own of uniform) {
    if (own.id === "") continue;
    const rivals = uniform.filter(({ latency }) => latency <= own.latency * (1 + 1e-9));
    const best = rivals.reduce((least, one) => (one.error < least.error ? one : least));
    const { plan } = planned({ latency: own.latency * (1 + 1e-9) });
    if (plan === undefined) continue;
    const error = await measured((nodeId) => plan.schemes.get(nodeId) ?? "");
    const label = `${name.replace(/^mlperftiny_|\.onnx$/g, "")}, ${targetId}, as fast as all ${own.id}`;
    console.log(
      `${label}: mixed ${error.toExponential(2)} (predicted ${plan.totals.risk.toExponential(2)}), best uniform ${best.id || "own"} ${best.error.toExponential(2)} (predicted ${best.risk.toExponential(2)})`,
    );
    figures.push({
      name: label,
      value: error / best.error,
      unit: "of the best uniform's error",
      bound: 1,
    });
  }
  return figures;
}
