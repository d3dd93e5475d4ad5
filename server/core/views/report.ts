import type { Analysis, Layer, TargetAnalysis, TargetGeneration } from "../analysis.js";
import type { Estimate } from "../cost/cost.js";
import { measuredPart } from "../cost/provenance.js";
import { energySourceOf, energySourceText } from "../cost/energy-source.js";
import { timeByKind } from "../cost/time-by-kind.js";
import { budgetSeconds, carbonOf, verdictOf, type Goals } from "../goals.js";
import { isKnown } from "../graph/dim.js";
import { absent, type NodeId, type ValueId } from "../graph/graph.js";
import type { Deployment } from "../linear-blocks/deployment.js";
import type { QuantizationResult } from "../quant/result.js";
import { reportQuantization } from "./report-quantization.js";
import type { ValueType } from "../graph/value-type.js";
import { extentRead } from "./extent-read.js";
import { problemOf, sourceFinder, type SourceFinder } from "./report-places.js";
import { view as memoryView } from "./memory.js";
import { separateMemories } from "./memory-use.js";
import type {
  ReportDeployed,
  ReportDocument,
  ReportGeneration,
  ReportKind,
  ReportLayer,
  ReportRate,
  ReportTarget,
  ReportTargetLayer,
  ReportTensor,
} from "./report-document.js";

/** The document of the command line, of one analysis. */
export function view(analysis: Analysis, params: ReportParams): ReportDocument {
  const { model, totals, layers, targets } = analysis;
  const sourceOf = sourceFinder(params);
  const isUnread = extentRead(analysis) === "none";
  const problems = [...analysis.problems, ...targets.flatMap((target) => target.problems)];
  return {
    schemaVersion: 1,
    file: params.file,
    kind: model.format,
    model: {
      name: model.name === "" ? model.graph.name : model.name,
      parameterCount: isUnread ? null : totals.parameterCount,
      weightBytes: isUnread ? null : totals.weightBytes,
      macs: totals.macs ?? null,
      flops: totals.flops ?? null,
      activationElements: totals.activationElements ?? null,
      initializerElements: isUnread ? null : totals.initializerElements,
    },
    layers: layers.map((layer) => layerOf(analysis, layer, sourceOf)),
    targets: targets.map((target) => targetOf(analysis, target, params.hasBuffers === true)),
    problems: problems.map((problem) => problemOf(problem, sourceOf)),
    ...(params.quantization !== undefined && {
      quantization: reportQuantization(params.quantization),
    }),
  };
}

export interface ReportParams {
  /** Adds the section of the same name. */
  readonly quantization?: QuantizationResult;
  readonly file: string | null;
  /** The model's text, when it has one: offsets become lines and characters by it. */
  readonly text?: string;
  /** Also all buffers of the memory plans, with addresses and life times. */
  readonly hasBuffers?: boolean;
}

function layerOf(analysis: Analysis, layer: Layer, sourceOf: SourceFinder): ReportLayer {
  const node = analysis.model.graph.nodes[layer.nodeId];
  const tensors = (ids: readonly ValueId[] | undefined): readonly ReportTensor[] =>
    (ids ?? []).filter((id) => id !== absent).map((id) => tensorOf(analysis, id));
  return {
    id: String(layer.nodeId),
    name: node?.name ?? "",
    op: node?.sourceOp ?? node?.op ?? "",
    scope: node?.scope ?? "",
    source: sourceOf(node?.place),
    inputs: tensors(node?.inputs),
    outputs: tensors(node?.outputs),
    parameterCount: layer.parameterCount,
    weightBytes: layer.weightBytes,
    macs: layer.macs ?? null,
    flops: layer.flops ?? null,
    readBytes: layer.readBytes ?? null,
    writeBytes: layer.writeBytes ?? null,
    costed: layer.isCosted,
    folded: layer.isFolded,
  };
}

function tensorOf({ model, inferred }: Analysis, id: ValueId): ReportTensor {
  const { type, shape } = partsOf(inferred.types[id]);
  return { name: model.graph.values[id]?.name ?? "", type, shape };
}

function partsOf(type: ValueType | undefined): Pick<ReportTensor, "type" | "shape"> {
  switch (type?.kind) {
    case "tensor":
    case "sparse":
      return {
        type: type.elementType ?? null,
        shape: type.shape?.map((dim) => (isKnown(dim) ? dim : dim.text)) ?? null,
      };
    case "sequence":
    case "optional":
    case "map":
      return { type: type.kind, shape: null };
    case undefined:
      return { type: null, shape: null };
  }
}

function targetOf(analysis: Analysis, target: TargetAnalysis, hasBuffers: boolean): ReportTarget {
  const { latency, energy } = target;
  const source = energySourceOf(target.target);
  const part = measuredPart(target.target);
  const memories = separateMemories(target);
  return {
    id: target.target.id,
    batch: target.batch ?? null,
    latency:
      latency === undefined
        ? null
        : {
            seconds: latency.value,
            low: latency.low,
            high: latency.high,
            method: latency.method,
            coverage: latency.coverage,
            ...(part !== undefined && { part }),
          },
    memory: {
      weightBytes: target.weightBytes,
      peakActivationBytes: target.peakActivationBytes ?? null,
      totalBytes: target.totalBytes ?? null,
      capacityBytes: target.capacityBytes,
      fits: target.fits ?? null,
      ...(memories !== undefined && { memories }),
      plan: memoryView(analysis, { target: target.target.id, aliveLimit: 8, hasBuffers }) ?? null,
    },
    energy:
      energy === undefined
        ? null
        : {
            joules: energy.value,
            low: energy.low,
            high: energy.high,
            method: energy.method,
            source: energySourceText(source),
            isMetered: source.kind === "metered",
          },
    ...(target.generation !== undefined && { generation: generationOf(target.generation) }),
    ...(target.deployment !== undefined && { deployed: deployedOf(target.deployment) }),
    ...goalsOf(analysis.goals ?? {}, target),
    kinds: kindsOf(target),
    layers: targetLayersOf(analysis, target),
  };
}

function imageOf(
  image: NonNullable<TargetGeneration["image"]>,
): NonNullable<ReportGeneration["image"]> {
  const { size, tokens, parameterCount, weightBytes, latency } = image;
  const { value: seconds, low, high, method } = latency;
  return { pixels: size, tokens, parameterCount, weightBytes, seconds, low, high, method };
}

function deployedOf(deployment: Deployment): ReportDeployed {
  const { latency, kernelCount, movedBytes, savedParameters, blocks } = deployment;
  const { value: seconds, low, high, method } = latency;
  return {
    seconds,
    low,
    high,
    method,
    kernelCount,
    movedBytes,
    savedParameters,
    blocks: blocks.map(({ nodeIds }) => nodeIds.map(String)),
  };
}

function goalsOf(
  goals: Goals,
  { batch, latency, energy }: TargetAnalysis,
): Pick<ReportTarget, "budget" | "carbon"> {
  const { budget, gridGramsPerKilowattHour } = goals;
  const seconds = budget && budgetSeconds(budget, batch);
  const carbon = carbonOf(goals, energy);
  return {
    ...(seconds !== undefined && {
      budget: { seconds, verdict: latency === undefined ? null : verdictOf(latency, seconds) },
    }),
    ...(gridGramsPerKilowattHour !== undefined && {
      carbon:
        carbon === undefined
          ? null
          : { gridGramsPerKilowattHour, grams: carbon.value, low: carbon.low, high: carbon.high },
    }),
  };
}

function kindsOf({ lowered, kernelCosts, latency }: TargetAnalysis): readonly ReportKind[] {
  return timeByKind(lowered.kernels, kernelCosts).map(({ seconds, ...kind }) => ({
    ...kind,
    seconds: seconds.value,
    low: seconds.low,
    high: seconds.high,
    share: latency === undefined || latency.value <= 0 ? null : seconds.value / latency.value,
  }));
}

function generationOf({
  call,
  batch,
  step,
  prompt,
  cacheBytes,
  stateBytes,
  computeBytes,
  image,
}: TargetGeneration): ReportGeneration {
  return {
    contextTokens: call.past,
    decode: step === undefined ? null : rateOf(step, batch),
    prompt:
      prompt === undefined
        ? null
        : { tokens: prompt.tokens, ...rateOf(prompt.latency, batch * prompt.tokens) },
    cacheBytes,
    stateBytes,
    ...(image !== undefined && { image: imageOf(image) }),
    computeBytes: computeBytes ?? null,
  };
}

function rateOf({ value, low, high, method }: Estimate, tokens: number): ReportRate {
  return { seconds: value, low, high, method, tokensPerSecond: tokens / value };
}

/** A node of a fused kernel has its share of the kernel's time; one that runs as nothing takes none. */
function targetLayersOf(
  { layers }: Analysis,
  { lowered, kernelCosts, latency }: TargetAnalysis,
): readonly ReportTargetLayer[] {
  const isUncosted = new Set<NodeId>(lowered.uncosted.map(({ nodeId }) => nodeId));
  const known = kernelCosts.reduce((sum, cost) => sum + cost.seconds.value, 0);
  // While a node is uncosted there is no latency: shares are of what is known.
  const whole = latency?.value ?? known;
  return layers.map(({ nodeId }) => {
    const id = String(nodeId);
    const kernelIndex = lowered.kernelOfNode[nodeId] ?? -1;
    const kernel = lowered.kernels[kernelIndex];
    const cost = kernelCosts[kernelIndex];
    if (kernel === undefined || cost === undefined)
      return isUncosted.has(nodeId)
        ? { id, seconds: null, low: null, high: null, share: null, bound: null, engine: null }
        : { id, seconds: 0, low: 0, high: 0, share: 0, bound: null, engine: null };
    const part = kernel.shares[kernel.nodeIds.indexOf(nodeId)] ?? 0;
    const seconds = cost.seconds.value * part;
    return {
      id,
      seconds,
      low: cost.seconds.low * part,
      high: cost.seconds.high * part,
      share: whole > 0 ? seconds / whole : 0,
      bound: cost.bound,
      engine: kernel.engine,
    };
  });
}
