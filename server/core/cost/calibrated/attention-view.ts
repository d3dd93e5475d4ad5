import type { KernelShape } from "../../ops/kernel-shape.js";
import type { Target } from "../../targets/target.js";
import { peakOf } from "../../targets/catalogue.js";
import { gpuViewOf } from "./gpu-view.js";
import type { KernelView } from "./kernel-model.js";

export type AttentionShape = Extract<KernelShape, { kind: "attention" }>;

/**
 * Fused attention on GPUs, prefill or decode. Beside work the number of thread blocks matters: one for each head and 64
 * queries in prefill, one for each key head and 16 queries in decode, each with a cost of its own. Decode with more
 * than 32 query heads to a key head has no kernel that shares keys among them; each head then computes by itself, on
 * the vector units.
 */
export const attentionFeatures: readonly string[] = [
  "log-batch",
  "log-keys",
  "log-head-size",
  "log-visible",
  "has-window",
  "beyond-window",
  "log-group",
  "log-compute",
  "log-memory",
  "log-work",
  "balance",
  "keys-in-cache",
  "queries-in-cache",
  "blocks-128",
  "blocks-64",
  "waste-128",
  "waste-key-heads",
  "fill-128",
  "log-bytes-per-sequence",
  "log-splits",
  "cache-bytes",
  "compute-bytes",
  "log-blocks",
  "blocks-to-work",
  "is-ungrouped",
];

export function describeAttention(shape: AttentionShape, target: Target): KernelView | undefined {
  const gpu = gpuViewOf(target);
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize } = shape;
  if (gpu === undefined || batch * queryHeads * keyHeads * queryLength * keyLength * headSize === 0)
    return undefined;
  // A first token without any before it is a prompt of one.
  const isDecode = queryLength === 1 && keyLength > 1;
  const window = shape.window > 0 ? Math.min(shape.window, keyLength) : keyLength;
  const group = queryHeads / keyHeads;
  const isUngrouped = isDecode && group > 32;
  const computeBytes = computesNarrow(target) ? 1 : 2;
  const peak =
    (computeBytes === 1 ? peakOf(target.chip.peaks, ["float8"])?.value : undefined) ??
    peakOf(target.chip.peaks, ["bfloat16", "float16"])?.value ??
    gpu.peak;
  const operations =
    4 *
    batch *
    queryHeads *
    headSize *
    visiblePairs(queryLength, keyLength, window, shape.isCausal);
  const computeSeconds = isUngrouped
    ? (operations * (1 + 240 / window)) / (peak / 30)
    : operations / peak;
  const keyBytes = isDecode
    ? 2 * batch * keyHeads * window * headSize * gpu.cachedBytes
    : batch * keyHeads * keyLength * headSize * 2 * (gpu.cachedBytes + 2);
  const queryBytes = 4 * batch * queryHeads * queryLength * headSize;
  const memorySeconds = (keyBytes + queryBytes) / gpu.bandwidth;
  const work = Math.max(computeSeconds, memorySeconds);
  const blocksOf = (rows: number): number =>
    isDecode
      ? batch * keyHeads * Math.ceil(group / rows)
      : batch * queryHeads * Math.ceil(queryLength / rows);
  const blocks = blocksOf(isDecode ? 16 : 64) / gpu.units;
  const waste = (count: number): number =>
    Math.log2(Math.ceil(count / gpu.units) / (count / gpu.units));
  return {
    computeSeconds,
    memorySeconds,
    features: [
      Math.log2(batch),
      Math.log2(keyLength),
      Math.log2(headSize),
      Math.log2(window),
      shape.window > 0 ? 1 : 0,
      shape.window > 0 ? Math.log2(keyLength / window) : 0,
      Math.log2(group),
      Math.log2(computeSeconds * 1e9),
      Math.log2(memorySeconds * 1e9),
      Math.log2(work * 1e9),
      Math.log2(computeSeconds / memorySeconds),
      Math.log2(keyBytes / gpu.cacheBytes),
      Math.log2(queryBytes / gpu.cacheBytes),
      Math.log2(blocksOf(128) / gpu.units),
      Math.log2(blocksOf(64) / gpu.units),
      waste(blocksOf(128)),
      waste(batch * keyHeads),
      Math.log2((Math.ceil(keyLength / 128) * 128) / keyLength),
      Math.log2(window * headSize * gpu.cachedBytes),
      Math.log2((Math.max(1, window / 64) * batch * keyHeads) / gpu.units),
      gpu.cachedBytes,
      computeBytes,
      Math.log2(blocks),
      Math.log2((blocks * 2e-6) / (work + 3e-6)),
      isUngrouped ? 1 : 0,
    ],
  };
}

/** Precisions that quantize on the way in and keep an 8-bit cache multiply in 8 bits too. */
export function computesNarrow({ precision }: Target): boolean {
  return precision.quantizesOnTheFly && precision.cacheBits <= 8;
}

/** Pairs of a query and a key that the mask leaves. */
export function visiblePairs(
  queries: number,
  keys: number,
  window: number,
  isCausal: boolean,
): number {
  if (queries === 1 || !isCausal) return queries * window;
  // Query i of the last `queries` positions sees min(keys - queries + i + 1, window) keys.
  const first = Math.max(1, keys - queries + 1);
  const climbing = Math.min(queries, Math.max(0, window - first + 1));
  return climbing * first + (climbing * (climbing - 1)) / 2 + (queries - climbing) * window;
}
