import type { NodeId } from "../graph/graph.js";
import type { Scheme } from "./formats/scheme.js";
import type { LayerChoices, ModelChoices } from "./plan/choices.js";
import type { RuntimeSupport } from "./plan/support.js";
import type { LayerQuantization, QuantizationResult } from "./result.js";

/** What is known of a model's quantization beside its analysis: shown where it has been computed. */
export interface QuantizationFacts {
  readonly result: QuantizationResult;
  /** On the first target; undefined without one. */
  readonly choices: ModelChoices | undefined;
  readonly support: RuntimeSupport | undefined;
}

export function layerOfNode(
  { result }: QuantizationFacts,
  nodeId: NodeId,
): LayerQuantization | undefined {
  return result.layers.find((layer) => layer.nodeId === nodeId);
}

export function choicesOfNode(
  { choices }: QuantizationFacts,
  nodeId: NodeId,
): LayerChoices | undefined {
  return choices?.layers.find((layer) => layer.nodeId === nodeId);
}

/** How much of the error that int8 everywhere would make comes from this layer alone. */
export type RiskClass = "low" | "medium" | "high";

/** Twice an equal share and more is medium, eight times is high. */
export function riskClass(
  facts: QuantizationFacts,
  layer: LayerQuantization,
): RiskClass | undefined {
  const part = riskShare(facts, layer);
  if (part === undefined) return undefined;
  const share = part.share * facts.result.layers.length;
  return share >= 8 ? "high" : share >= 2 ? "medium" : "low";
}

/**
 * Of the error that all layers make one by one, in the first scheme in which they make any: a model that is quantized already
 * errs nowhere in its own format.
 */
export function riskShare(
  { result }: QuantizationFacts,
  layer: LayerQuantization,
): { readonly share: number; readonly scheme: Scheme } | undefined {
  for (const [index, scheme] of result.schemes.entries()) {
    const own = layer.schemes[index]?.sensitivity;
    if (own === undefined) return undefined;
    const all = result.layers.reduce(
      (sum, { schemes }) => sum + (schemes[index]?.sensitivity ?? 0),
      0,
    );
    if (all > 0) return { share: own / all, scheme };
  }
  return undefined;
}

/** Outputs may move by this relative square error: 40 dB of signal to noise, shared by all layers. */
const toleratedError = 1e-4;

/**
 * The format to take here: the fewest bits among those that the target takes, whose effect stays below the layer's share of
 * a tolerated error.
 */
export function bestScheme(
  facts: QuantizationFacts,
  layer: LayerQuantization,
): { readonly id: string; readonly bits: number } | undefined {
  const limit = toleratedError / Math.max(1, facts.result.layers.length);
  const candidates = facts.result.schemes.flatMap((scheme, index) => {
    const way = facts.choices?.executability.get(scheme.id);
    const found = layer.schemes[index];
    const isTaken = way === undefined || way.kind !== "unsupported";
    const effect =
      (found?.sensitivity ?? Infinity) +
      (way?.kind === "computed" ? (found?.activationSensitivity ?? 0) : 0);
    return isTaken && effect <= limit ? [{ id: scheme.id, bits: scheme.bits, effect }] : [];
  });
  candidates.sort((left, right) => left.bits - right.bits || left.effect - right.effect);
  return candidates[0];
}
