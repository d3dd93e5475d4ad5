import { productOf } from "../../base/product.js";
import type { Weight } from "../../graph/graph.js";
import { loadChunk, paddedLength } from "../measure/chunks.js";
import { layerElements, type Weights } from "../sensitivity/propagate.js";
import type { AttentionCache, CacheProjection } from "./attention-caches.js";
import type { ChannelScales } from "./cache-error.js";

/** Elements of a weight that are held at once. */
const weightLimit = 1.3e8;

/**
 * Magnitudes of an attention's keys, values and queries from its weights: what a normalization has made has unit square
 * times its scale, elements independent, so that a channel's is the norm of its row. Undefined without readable weights.
 */
export function channelScales(cache: AttentionCache, weights: Weights): ChannelScales | undefined {
  const key = projected(cache.key, cache.headSize, weights);
  const value = projected(cache.value, cache.headSize, weights);
  if (key === undefined || value === undefined) return undefined;
  const query =
    cache.query === undefined ? undefined : projected(cache.query, cache.headSize, weights);
  return {
    key,
    value,
    keyMean: meanOf(cache.key, weights),
    // Queries of a head meet the keys of its group; without their weights they are like the keys.
    query: query ?? key,
    headSize: cache.headSize,
    isRotary: cache.isRotary,
  };
}

/** What every token has in common: the bias. */
function meanOf({ bias, firstRow, rowCount }: CacheProjection, weights: Weights): Float32Array {
  const all = bias && vector(bias, weights);
  return all === undefined ? new Float32Array(rowCount) : all.slice(firstRow, firstRow + rowCount);
}

function projected(
  { layer, firstRow, rowCount, inputScale, headScale }: CacheProjection,
  headSize: number,
  weights: Weights,
): Float32Array | undefined {
  const { shape } = layer;
  const stride = paddedLength(shape.columns);
  const source = rowCount * stride <= weightLimit ? layerElements(layer, weights) : undefined;
  if (source === undefined) return undefined;
  const data = new Float32Array(rowCount * stride);
  const chunk = { firstRow, rows: rowCount, firstColumn: 0, columns: shape.columns };
  loadChunk(source, shape, chunk, data);
  const gains = inputScale && vector(inputScale, weights);
  const norms = Float32Array.from({ length: rowCount }, (_, row) =>
    Math.sqrt(
      data
        .subarray(row * stride, row * stride + shape.columns)
        .reduce((sum, one, column) => sum + (one * (gains?.[column] ?? 1)) ** 2, 0),
    ),
  );
  const head = headScale && vector(headScale, weights);
  if (head?.length !== headSize) return norms;
  for (let start = 0; start < norms.length; start += headSize) {
    const own = norms.subarray(start, start + headSize);
    const size = Math.sqrt(own.reduce((sum, one) => sum + one * one, 0) / headSize);
    for (const [index, one] of own.entries()) own[index] = ((head[index] ?? 1) * one) / size;
  }
  return norms;
}

function vector(weight: Weight, weights: Weights): Float32Array | undefined {
  const count = productOf(weight.shape);
  if (weight.data !== undefined) return Float32Array.from(weight.data, Number);
  const source = weights.elements(weight);
  if (source === undefined) return undefined;
  const data = new Float32Array(count);
  source.load(0, count, data);
  return data;
}
