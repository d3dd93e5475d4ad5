import type { Bindings } from "../../core/analysis.js";
import type { Cancel } from "../../core/base/cancel.js";
import type { Problem } from "../../core/base/problem.js";
import { productOf } from "../../core/base/product.js";
import { bytesOfElements } from "../../core/graph/element-type.js";
import type { Model } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import type { WeightErrors } from "../../core/quant/measure/statistics.js";
import { activationSchemeId } from "../../core/quant/formats/activation-scheme.js";
import {
  type CacheQuantization,
  type LayerEffect,
  layerQuantization,
  type QuantizationResult,
} from "../../core/quant/result.js";
import type { CacheFormat } from "../../core/quant/cache/cache-format.js";
import { quantifyCaches } from "../../core/quant/cache/quantify-caches.js";
import { layerWeights, type LayerWeight } from "../../core/quant/weights.js";
import type { Imported } from "../../core/quant/imports/imported.js";
import { withImported } from "../../core/quant/imports/with-imported.js";
import { resolveDequantization } from "../../core/quant/measure/dequantize.js";
import {
  dataFreeSensitivity,
  type Sensitivities,
} from "../../core/quant/sensitivity/sensitivity.js";
import { compileKernels } from "../../engines/quant/compile-kernels.js";
import { type KnownResults, knownResults } from "./cached-results.js";
import { gridsOf } from "./grids-of.js";
import { measureSensitivity } from "./measure-in-worker.js";
import type { MeasuredBefore } from "./measured-task.js";
import type { SampleChoice } from "./open-run.js";
import { measureWeights } from "./measure-weights.js";
import { weightsOfSource } from "./weights-of-source.js";
import { openTaskFiles, readerOf, type WeightTask } from "./weight-task.js";

export interface QuantifyRequest {
  /** Expanded model: nodes are those of the analysis. */
  readonly model: Model;
  readonly modelPath: string;
  readonly schemes: readonly Scheme[];
  /** What layers' inputs are rounded to, to say how far that moves the outputs. */
  readonly activationSchemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress?: (sentence: string) => void;
  /** Runs the model on samples to measure what is otherwise propagated. */
  readonly measured?: { readonly samples: SampleChoice; readonly bindings: Bindings };
  /** What another tool has found out. */
  readonly imported?: Imported;
  /** What was measured before. */
  readonly known?: MeasuredBefore;
  /** Ways of keeping keys and values; of a decoder's cache nothing is said without them. */
  readonly cacheFormats?: readonly CacheFormat[];
  /** Kept between sessions; by default what this installation keeps of the file. */
  readonly results?: KnownResults;
}

export interface Quantified {
  readonly result: QuantizationResult;
  readonly problems: readonly Problem[];
}

/** Error of every layer's weights in every scheme, from the model's own file and those beside it. */
export async function quantify(asked: QuantifyRequest): Promise<Quantified> {
  const request = { ...asked, ...decoderWeights(asked) };
  const { model, modelPath, schemes, cancel, onProgress } = request;
  const results = request.results ?? knownResults(modelPath);
  const weights = layerWeights(model.graph);
  const readable = weights.filter(({ weight }) => isReadable(weight));
  const tasks = tasksOf(readable, modelPath);
  const errors = await measureWeights({
    modelPath,
    tasks: [...tasks.values()],
    schemes,
    cancel,
    ...(results !== undefined && { known: results }),
    onProgress: (done, count) => onProgress?.(`measuring weights: ${done} of ${count}`),
  });
  const { sensitivities, problems } = await effectsOf(request, results);
  const activationOf = schemes.map((scheme) =>
    request.activationSchemes.findIndex(({ id }) => id === activationSchemeId(scheme)),
  );
  const byNode = new Map<number, LayerWeight[]>();
  for (const weight of readable) {
    const list = byNode.get(weight.nodeId);
    if (list === undefined) byNode.set(weight.nodeId, [weight]);
    else list.push(weight);
  }
  const layers = [...byNode].flatMap(([nodeId, own]) => {
    const found = own.map((weight) => errors.get(keyOf(weight)));
    if (found.some((one) => one === undefined)) return [];
    const whole = found.filter((one): one is WeightErrors => one !== undefined);
    const propagated = sensitivities.byNode?.get(nodeId);
    const effectOf = (index: number): LayerEffect => {
      const activation = activationOf[index] ?? -1;
      const drift = propagated?.drifts?.[index];
      const floor = propagated?.floors?.weights[index];
      const activationFloor = propagated?.floors?.activations[activation];
      return {
        sensitivity:
          sensitivities.byNode === undefined
            ? ownError(whole, index)
            : numberOrNone(propagated?.weights[index]),
        activationSensitivity: numberOrNone(propagated?.activations[activation]),
        ...(drift !== undefined && { drift }),
        ...(floor !== undefined && { floor }),
        ...(activationFloor !== undefined && { activationFloor }),
      };
    };
    return [layerQuantization(nodeId, own, whole, schemes, effectOf)];
  });
  const { imported } = request;
  const caches = cachesOf(request, weights);
  const own = {
    schemes,
    layers,
    sensitivitySource: sensitivities.source,
    ...(caches !== undefined && { caches }),
  };
  const result = imported === undefined ? own : withImported(own, model.graph, imported);
  if (typeof result === "string")
    problems.push({ code: "RP2332", severity: "warning", message: result });
  return {
    result: typeof result === "string" ? own : result,
    problems: [...problems, ...problemsOf(weights, readable, layers)],
  };
}

/** A decoder that was built from its configuration, with the weights that lie beside it or in its GGUF file. */
function decoderWeights({
  model,
  modelPath,
}: QuantifyRequest): Pick<QuantifyRequest, "model" | "modelPath"> {
  const isBound = model.graph.values.some(({ weight }) => weight?.location !== undefined);
  const bound =
    model.generation === undefined || isBound ? undefined : weightsOfSource(model, modelPath);
  return bound === undefined
    ? { model, modelPath }
    : { model: bound.model, modelPath: bound.weightsFile };
}

function cachesOf(
  { model, modelPath, cacheFormats: formats = [], cancel }: QuantifyRequest,
  layers: readonly LayerWeight[],
): CacheQuantization | undefined {
  const files = openTaskFiles(modelPath);
  try {
    const weights = { elements: readerOf(files) };
    return quantifyCaches({ graph: model.graph, layers, weights, formats, cancel });
  } finally {
    files.close();
  }
}

/** Measured where that is asked for and can be done, else propagated. */
async function effectsOf(
  request: QuantifyRequest,
  results: KnownResults | undefined,
): Promise<{
  readonly sensitivities: Sensitivities;
  readonly problems: Problem[];
}> {
  const { modelPath, schemes, activationSchemes, cancel, onProgress, measured, known } = request;
  const problems: Problem[] = [];
  if (known !== undefined) return { sensitivities: sensitivitiesOf(request, known), problems };
  if (measured !== undefined) {
    const answer = await measureSensitivity(
      {
        modelPath,
        schemes,
        activationSchemes,
        ...measured,
        ...(request.model.trace !== undefined && { model: request.model }),
      },
      cancel,
      (sentence) => onProgress?.(sentence),
    );
    if (answer.kind === "measured") return { sensitivities: answer, problems };
    problems.push({
      code: "RP2330",
      severity: "error",
      message: `The sensitivity is not measured. ${answer.reason}`,
    });
  }
  const question = JSON.stringify([schemes, activationSchemes]);
  const before = results?.sensitivities(request.model, question);
  if (before !== undefined) return { sensitivities: before, problems };
  onProgress?.("propagating errors to the outputs");
  const sensitivities = sensitivityOf(request);
  results?.keepSensitivities(request.model, question, sensitivities);
  return { sensitivities, problems };
}

/** Of formats that were not measured nothing is known. */
function sensitivitiesOf(
  { schemes, activationSchemes }: QuantifyRequest,
  known: MeasuredBefore,
): Sensitivities {
  const pick = <T>(
    own: readonly T[],
    ids: readonly string[],
    wanted: readonly Scheme[],
    otherwise: T,
  ): readonly T[] => wanted.map(({ id }) => own[ids.indexOf(id)] ?? otherwise);
  return {
    byNode: new Map(
      known.layers.map(([nodeId, { weights, activations, drifts }]) => [
        nodeId,
        {
          weights: pick(weights, known.schemeIds, schemes, NaN),
          activations: pick(activations, known.activationSchemeIds, activationSchemes, NaN),
          ...(drifts !== undefined && { drifts: pick(drifts, known.schemeIds, schemes, []) }),
        },
      ]),
    ),
    source: known.source,
  };
}

function sensitivityOf({
  model,
  modelPath,
  schemes,
  activationSchemes,
  cancel,
}: QuantifyRequest): Sensitivities {
  const files = openTaskFiles(modelPath);
  try {
    return dataFreeSensitivity({
      model,
      kernels: compileKernels(gridsOf(schemes)),
      weights: { elements: readerOf(files) },
      schemes,
      activationSchemes,
      cancel,
    });
  } finally {
    files.close();
  }
}

/** NaN stands for what could not be measured. */
function numberOrNone(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** Square error of the weights over their squares: what is left to say where nothing was propagated. */
function ownError(errors: readonly WeightErrors[], index: number): number | undefined {
  const energy = errors.reduce((sum, one) => sum + one.energy, 0);
  const moved = errors.reduce((sum, one) => sum + (one.schemes[index]?.squareSum ?? 0), 0);
  return energy > 0 ? moved / energy : undefined;
}

function isReadable(weight: LayerWeight["weight"]): boolean {
  const { location, sparseCount, elementType, shape } = weight;
  if (location === undefined || location.encoding !== undefined) return false;
  const count = productOf(shape);
  if (location.blocks !== undefined) return true;
  // TensorFlow Lite's sparse tensors have fewer bytes than their shape says.
  return sparseCount === undefined && location.length >= bytesOfElements(elementType, count);
}

/** A tensor that several layers share is measured once. */
function keyOf({ weight: { location, arrangement = [] }, shape }: LayerWeight): string {
  const order = arrangement.map(({ permutation }) => permutation.join()).join(";");
  return `${location?.file ?? ""}:${location?.offset ?? 0}:${shape.outer}:${shape.rows}:${order}`;
}

/** What workers read; a weight whose scales cannot be read is left out. */
function tasksOf(
  weights: readonly LayerWeight[],
  modelPath: string,
): ReadonlyMap<string, WeightTask> {
  const files = openTaskFiles(modelPath);
  try {
    return new Map(
      weights.flatMap((weight): [string, WeightTask][] => {
        const { location, elementType, arrangement, shape: tensorShape } = weight.weight;
        const own = weight.dequantization;
        const resolved = own && resolveDequantization(own, readerOf(files));
        if (own !== undefined && resolved === undefined) return [];
        const task: WeightTask = {
          key: keyOf(weight),
          ...(location?.file !== undefined && { file: location.file }),
          offset: location?.offset ?? 0,
          elementType,
          ...(location?.blocks !== undefined && { blocks: location.blocks }),
          shape: weight.shape,
          ...(arrangement !== undefined && { arrangement }),
          ...(resolved !== undefined && { dequantization: { ...resolved, tensorShape } }),
        };
        return [[task.key, task]];
      }),
    );
  } finally {
    files.close();
  }
}

function problemsOf(
  weights: readonly LayerWeight[],
  readable: readonly LayerWeight[],
  layers: QuantizationResult["layers"],
): readonly Problem[] {
  const problems: Problem[] = [];
  if (weights.length === 0)
    problems.push({
      code: "RP2310",
      severity: "information",
      message:
        "No layer multiplies by a constant whose real numbers are known: there are no weights to quantize.",
    });
  const missing = weights.length - readable.length;
  if (missing > 0)
    problems.push({
      code: "RP2311",
      severity: "information",
      message: `${missing} of ${weights.length} weights are stored in a way whose elements are not read (sparse, or listed one by one); they have no quantization error here.`,
    });
  for (const { nodeId, excludedCount, weightNames } of layers)
    if (excludedCount > 0)
      problems.push({
        code: "RP2312",
        severity: "warning",
        nodeId,
        message: `\`${weightNames.join("`, `")}\` holds ${excludedCount} elements that are NaN or infinite; they are left out of its quantization error.`,
      });
  return problems;
}
