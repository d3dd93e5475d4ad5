import { analyzeTarget, type InferredModel } from "../../analyze.js";
import type { TargetAnalysis } from "../../analysis.js";
import type { Cancel } from "../../base/cancel.js";
import type { NodeId } from "../../graph/graph.js";
import type { Catalogue, Target } from "../../targets/target.js";
import { cacheChoices } from "../cache/cache-choices.js";
import type { LayerScheme, QuantizationResult } from "../result.js";
import { type Executability, executability } from "./executability.js";
import { floorOf, jointRisk, type RiskPart } from "./joint-risk.js";
import type { RuntimeSupport } from "./support.js";
import { unquantizedTarget } from "./unquantized.js";

/** One way of executing one layer. */
export interface Choice {
  /** Scheme id, or `""` for the target's floating-point precision. */
  readonly schemeId: string;
  readonly kind: "own" | "computed" | "stored";
  /** Seconds of the kernel that the layer is in, with its interval. */
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  readonly joules: number | undefined;
  readonly bytes: number;
  /** Expected relative square error of the outputs when this is the only layer that is quantized. */
  readonly risk: number;
  /** The part of it that adds up with other layers' by its sign (`joint-risk.ts`). */
  readonly drift?: readonly number[];
  /** The part of it that a plan counts once (`joint-risk.ts`). */
  readonly floor?: number;
}

export interface LayerChoices {
  readonly nodeId: NodeId;
  /** The choices are of the keys and values that the node keeps, not of weights. */
  readonly isCache?: boolean;
  readonly choices: readonly Choice[];
}

export interface ModelChoices {
  /** Chip and runtime that were asked for, in the precision that layers without a choice run in. */
  readonly target: Target;
  readonly layers: readonly LayerChoices[];
  /** What layers without a choice take, and the inference's own overhead. */
  readonly restSeconds: number;
  readonly restJoules: number;
  readonly restBytes: number;
  readonly executability: ReadonlyMap<string, Executability>;
}

/**
 * Seconds, bytes, joules and risk of every layer in every scheme that the target takes. Each scheme is analysed as a
 * target of its own, so that times come from that precision's calibration where there is one.
 */
export function modelChoices(
  inferred: InferredModel,
  asked: Target,
  result: QuantizationResult,
  support: RuntimeSupport | undefined,
  catalogue: Catalogue,
  cancel: Cancel,
): ModelChoices {
  const unquantized = unquantizedTarget(asked, catalogue);
  const target = unquantized ?? asked;
  const own = analyzeTarget(inferred, target, cancel);
  const found = new Map<string, Executability>();
  const analyses = result.schemes.map((scheme) => {
    const way = executability(target, scheme, support, catalogue);
    found.set(scheme.id, way);
    return way.target === undefined ? undefined : analyzeTarget(inferred, way.target, cancel);
  });
  const taken = new Set<number>();
  const layers = result.layers.map((layer): LayerChoices => {
    const base = kernelOf(own, layer.nodeId);
    if (base !== undefined) taken.add(base.index);
    const choices: Choice[] = [];
    for (const [index, scheme] of result.schemes.entries()) {
      const way = found.get(scheme.id);
      const analysis = analyses[index];
      const effect = layer.schemes[index];
      if (analysis === undefined || way === undefined || way.kind === "unsupported") continue;
      if (effect?.sensitivity === undefined) continue;
      choices.push({
        schemeId: scheme.id,
        kind: way.kind,
        ...costOf(analysis, layer.nodeId),
        bytes: effect.bytes,
        ...riskOf(effect, way.kind === "computed"),
      });
    }
    if (unquantized !== undefined || choices.length === 0)
      choices.unshift({
        schemeId: "",
        kind: "own",
        ...costOf(own, layer.nodeId),
        bytes: (layer.elementCount * target.precision.weightBits) / 8,
        risk: 0,
      });
    return { nodeId: layer.nodeId, choices };
  });
  const weighted = new Set(layers.map(({ nodeId }) => nodeId));
  const caches = cacheChoices(inferred, target, result, cancel).filter(
    ({ nodeId }) => !weighted.has(nodeId),
  );
  for (const { nodeId } of caches) {
    const kernel = kernelOf(own, nodeId);
    if (kernel !== undefined) taken.add(kernel.index);
  }
  const rest = own.kernelCosts.filter((_, index) => !taken.has(index));
  const kernels = own.kernelCosts.reduce((sum, { seconds }) => sum + seconds.value, 0);
  const overhead = Math.max(0, (own.latency?.value ?? kernels) - kernels);
  const layerBytes = result.layers.reduce(
    (sum, { elementCount }) => sum + (elementCount * target.precision.weightBits) / 8,
    0,
  );
  return {
    target,
    layers: [...layers, ...caches],
    restSeconds: rest.reduce((sum, { seconds }) => sum + seconds.value, overhead),
    restJoules: rest.reduce((sum, { joules }) => sum + (joules?.value ?? 0), 0),
    restBytes: Math.max(0, own.weightBytes - layerBytes),
    executability: found,
  };
}

/**
 * Of the weights, and of the layer's input where that is quantized too. Weights' drifts add up. Which way rounding an input
 * drifts is another at every calibration: plans that counted on it to make up for weights erred four times as much as foretold.
 */
function riskOf(
  effect: LayerScheme,
  quantizesInput: boolean,
): Pick<Choice, "risk" | "drift" | "floor"> {
  const { sensitivity = 0, drift = [], floor } = effect;
  const { activationSensitivity = 0, activationFloor } = effect;
  const parts: readonly RiskPart[] = [
    { risk: sensitivity, drift, floor },
    ...(quantizesInput ? [{ risk: activationSensitivity, floor: activationFloor }] : []),
  ];
  return {
    risk: jointRisk(parts),
    ...(drift.length > 0 && { drift }),
    ...(floor !== undefined && { floor: floorOf(parts) }),
  };
}

function kernelOf(
  { lowered, kernelCosts }: TargetAnalysis,
  nodeId: NodeId,
): { readonly index: number; readonly seconds: TargetAnalysis["kernelCosts"][number] } | undefined {
  const index = lowered.kernelOfNode[nodeId] ?? -1;
  const seconds = kernelCosts[index];
  return seconds === undefined ? undefined : { index, seconds };
}

export function costOf(
  analysis: TargetAnalysis,
  nodeId: NodeId,
): Pick<Choice, "seconds" | "low" | "high" | "joules"> {
  const kernel = kernelOf(analysis, nodeId);
  if (kernel === undefined) return { seconds: 0, low: 0, high: 0, joules: 0 };
  const { seconds, joules } = kernel.seconds;
  return {
    seconds: seconds.value,
    low: seconds.low,
    high: seconds.high,
    joules: joules?.value,
  };
}
