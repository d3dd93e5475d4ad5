import { analyzeTarget, type InferredModel } from "../../analyze.js";
import type { TargetAnalysis } from "../../analysis.js";
import type { Cancel } from "../../base/cancel.js";
import { productOf } from "../../base/product.js";
import { isKnown } from "../../graph/dim.js";
import type { NodeId, ValueId } from "../../graph/graph.js";
import type { Target } from "../../targets/target.js";
import { type Choice, costOf, type LayerChoices } from "../plan/choices.js";
import { matches } from "../plan/support.js";
import type { CacheLayer, QuantizationResult } from "../result.js";
import { cacheBits } from "./cache-format.js";

/** What a cache of keys and values takes in every format that the runtime keeps it in, attention by attention. */
export function cacheChoices(
  inferred: InferredModel,
  target: Target,
  result: QuantizationResult,
  cancel: Cancel,
): readonly LayerChoices[] {
  const { caches } = result;
  if (caches === undefined) return [];
  const marked = withMarkedCaches(inferred, caches.layers);
  const own = analyzeTarget(marked, target, cancel);
  const first = caches.layers[0];
  const tokens = first === undefined ? 0 : tokensOf(inferred, first.cache.keyInput);
  const ways = caches.formats.flatMap((format, index) => {
    if (!format.runtimes.some((pattern) => matches(pattern, target.runtime.id))) return [];
    const bits = cacheBits(format, first?.cache.headSize ?? 64, tokens, target.precision.cacheBits);
    const precision = { ...target.precision, cacheBits: bits };
    return [
      { format, index, bits, analysis: analyzeTarget(marked, { ...target, precision }, cancel) },
    ];
  });
  return caches.layers.map((layer): LayerChoices => {
    const { nodeId, keyInput, valueInput } = layer.cache;
    const elements = elementsOf(inferred, keyInput) + elementsOf(inferred, valueInput);
    const gain = gainBehind(result, nodeId);
    const choiceOf = (
      analysis: TargetAnalysis,
      schemeId: string,
      bits: number,
      relative: number,
    ): Choice => ({
      schemeId,
      kind: schemeId === "" ? "own" : "stored",
      ...costOf(analysis, nodeId),
      bytes: (elements * bits) / 8,
      risk: relative * gain,
    });
    return {
      nodeId,
      isCache: true,
      choices: [
        choiceOf(own, "", target.precision.cacheBits, 0),
        ...ways.map(({ format, index, bits, analysis }) => {
          const kept = tokens > 0 ? 1 - Math.min(1, format.fullTokens / tokens) : 1;
          return choiceOf(analysis, format.id, bits, kept * (layer.errors[index]?.relative ?? 0));
        }),
      ],
    };
  });
}

/** Exported models do not say which inputs are a cache; here they are read in its width. */
function withMarkedCaches(inferred: InferredModel, layers: readonly CacheLayer[]): InferredModel {
  const ids = new Set(layers.flatMap(({ cache }) => [cache.keyInput, cache.valueInput]));
  const { graphWork } = inferred;
  const { flow } = graphWork;
  const values = flow.graph.values.map((value, id) =>
    ids.has(id) ? { ...value, isCache: true } : value,
  );
  return {
    ...inferred,
    graphWork: { ...graphWork, flow: { ...flow, graph: { ...flow.graph, values } } },
  };
}

function shapeOf({ inferred }: InferredModel, id: ValueId): readonly number[] {
  const type = inferred.types[id];
  return type?.kind === "tensor"
    ? (type.shape ?? []).map((extent) => (isKnown(extent) ? extent : 1))
    : [];
}

function tokensOf(inferred: InferredModel, id: ValueId): number {
  return shapeOf(inferred, id)[2] ?? 0;
}

function elementsOf(inferred: InferredModel, id: ValueId): number {
  return productOf(shapeOf(inferred, id));
}

/**
 * How far the outputs move when the attention's own output errs by all of itself: what the layer that reads it does with the
 * error of its weights, which is an error of the same product.
 */
function gainBehind(result: QuantizationResult, nodeId: NodeId): number {
  const next = result.layers.find((layer) => layer.nodeId > nodeId);
  const scheme = next?.schemes.find(
    ({ sqnrDb, sensitivity }) =>
      sqnrDb !== undefined && Number.isFinite(sqnrDb) && (sensitivity ?? 0) > 0,
  );
  if (scheme?.sqnrDb === undefined || scheme.sensitivity === undefined) return 1;
  return scheme.sensitivity * 10 ** (scheme.sqnrDb / 10);
}
