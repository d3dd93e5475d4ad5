import type { Graph } from "../graph/graph.js";
import type { Scheme } from "./formats/scheme.js";
import type { LayerQuantization, QuantizationResult } from "./result.js";
import { layerWeights } from "./weights.js";

/**
 * Layers whose weights lie in no file: what each format takes is known from their shapes, what it loses is not. Layers with
 * several weights are one, as in `layerQuantization`.
 */
export function unmeasuredResult(
  graph: Graph,
  schemes: readonly Scheme[],
  why: string,
): QuantizationResult {
  const byNode = new Map<number, LayerQuantization>();
  for (const { nodeId, name, shape } of layerWeights(graph)) {
    const before = byNode.get(nodeId);
    const elementCount = shape.rows * shape.columns + (before?.elementCount ?? 0);
    byNode.set(nodeId, {
      nodeId,
      weightNames: [...(before?.weightNames ?? []), name],
      elementCount,
      excludedCount: 0,
      outlierRowCount: 0,
      rowCount: shape.rows + (before?.rowCount ?? 0),
      low: NaN,
      high: NaN,
      schemes: schemes.map(({ bits }) => ({
        sqnrDb: undefined,
        meanSquareError: NaN,
        cosine: NaN,
        largestError: NaN,
        clippedShare: NaN,
        bytes: Math.ceil((elementCount * bits) / 8),
        sensitivity: undefined,
        activationSensitivity: undefined,
      })),
    });
  }
  return { schemes, layers: [...byNode.values()], sensitivitySource: why };
}

/** For costs alone: a format whose effect is not known is a choice all the same. */
export function asIfHarmless(result: QuantizationResult): QuantizationResult {
  return {
    ...result,
    layers: result.layers.map((layer) => ({
      ...layer,
      schemes: layer.schemes.map((own) => ({ ...own, sensitivity: own.sensitivity ?? 0 })),
    })),
  };
}

/** Whether anything is known of what formats lose. */
export function isMeasured({ layers }: QuantizationResult): boolean {
  return layers.some(({ schemes }) => schemes.some(({ sensitivity }) => sensitivity !== undefined));
}
