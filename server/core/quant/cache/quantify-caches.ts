import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import type { Graph } from "../../graph/graph.js";
import type { CacheQuantization } from "../result.js";
import type { Weights } from "../sensitivity/propagate.js";
import type { LayerWeight } from "../weights.js";
import { attentionCaches } from "./attention-caches.js";
import { cacheError } from "./cache-error.js";
import type { CacheFormat } from "./cache-format.js";
import { channelScales } from "./channel-scales.js";

export interface CacheRequest {
  readonly graph: Graph;
  readonly layers: readonly LayerWeight[];
  readonly weights: Weights;
  readonly formats: readonly CacheFormat[];
  readonly cancel: Cancel;
}

/** Tokens that rotations are spread over. */
const context = 4096;

/** Undefined for a model without a cache, or whose projections cannot be read. */
export function quantifyCaches(request: CacheRequest): CacheQuantization | undefined {
  const { graph, layers, weights, formats, cancel } = request;
  const found = attentionCaches(graph, layers).flatMap((cache) => {
    throwIfCancelled(cancel);
    const scales = channelScales(cache, weights);
    return scales === undefined
      ? []
      : [
          {
            cache,
            keySpread: spread(scales.key),
            valueSpread: spread(scales.value),
            errors: formats.map((format) => cacheError(format, scales, context)),
          },
        ];
  });
  return found.length === 0 ? undefined : { formats, layers: found };
}

/** How far the largest channel stands out. */
function spread(scales: Float32Array): number {
  const mean = scales.reduce((sum, one) => sum + one, 0) / scales.length;
  return mean > 0 ? Math.max(...scales) / mean : 1;
}
