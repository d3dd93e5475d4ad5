import type { KernelShape } from "../../ops/kernel-shape.js";
import { visiblePairs } from "../../ops/visible-keys.js";
import type { Target } from "../../targets/target.js";
import { peakOf } from "../../targets/catalogue.js";
import { nothing } from "./gpu-terms.js";
import { gpuViewOf } from "./gpu-view.js";
import type { KernelView } from "./kernel-model.js";

export type AttentionShape = Extract<KernelShape, { kind: "attention" }>;

/**
 * Fused attention on GPUs, prefill or decode. Beside work the number of thread blocks matters: one for each head and 64
 * queries in prefill, one for each key head in decode, each with a cost of its own. TensorRT-LLM has no
 * kernel that shares keys among more than 32 query heads; each head then computes by itself, on the vector units, and
 * costs as a block whatever its size. Where a kernel does not deal a sequence's keys out to several blocks (vLLM's
 * FlashAttention where no query heads share keys, TensorRT-LLM's grouped kernels on an 8-bit cache before and beside
 * Hopper) the time is that of one block going through all of them: `log-serial-…`, which the fit weighs for each chip.
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
  "log-lone-heads",
  "log-serial-single",
  "log-serial-grouped",
  "log-serial-narrow",
  "serial-to-work",
  "resident-to-work",
  "log-reduced",
  "log-key-heads",
  "log-lone-narrow",
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
  const isUngrouped = isDecode && group > 32 && target.runtime.id !== "vllm";
  const isGrouped = group > 1 && !isUngrouped;
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
  const computeSeconds = operations / (isUngrouped ? peak / 30 : peak);
  const keyBytes = isDecode
    ? 2 * batch * keyHeads * window * headSize * gpu.cachedBytes
    : batch * keyHeads * keyLength * headSize * 2 * (gpu.cachedBytes + 2);
  const queryBytes = 4 * batch * queryHeads * queryLength * headSize;
  const memorySeconds = (keyBytes + queryBytes) / gpu.bandwidth;
  const work = Math.max(computeSeconds, memorySeconds);
  const blocksOf = (rows: number): number =>
    isDecode
      ? batch * (isUngrouped ? queryHeads : keyHeads)
      : batch * queryHeads * Math.ceil(queryLength / rows);
  const blocks = blocksOf(64) / gpu.units;
  // Where there are more multiprocessors than blocks sequences are split, and one block adds up what the others found.
  const splits = Math.min(gpu.units / (batch * keyHeads), Math.ceil(window / 64));
  const reduced =
    isDecode && isGrouped && gpu.cachedBytes > 1 && splits >= 2
      ? Math.log2(splits * group * headSize)
      : nothing;
  const waste = (count: number): number =>
    Math.log2(Math.ceil(count / gpu.units) / (count / gpu.units));
  const serial = serialKeys(shape, window, gpu.units);
  const logSerial = Math.log2(serial);
  // Benchmarks repeat a call: keys and values that fit the cache are served from it.
  const served = keyBytes <= gpu.cacheBytes ? memorySeconds / 4 : memorySeconds;
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
      isUngrouped ? Math.log2(batch * queryHeads) : nothing,
      isDecode && group === 1 ? logSerial : nothing,
      isDecode && isGrouped && gpu.cachedBytes > 1 ? logSerial : nothing,
      isDecode && isGrouped && gpu.cachedBytes === 1 ? logSerial : nothing,
      Math.log2((serial * 16e-9) / (work + 3e-6)),
      Math.log2((Math.max(computeSeconds, served) + 3e-6) / (work + 3e-6)),
      reduced,
      Math.log2(keyHeads),
      isUngrouped && gpu.cachedBytes === 1
        ? Math.log2(batch * queryHeads * window * headSize)
        : nothing,
    ],
  };
}

/** Keys that the longest-working multiprocessor sees were no sequence split; heads are padded to powers of two. */
function serialKeys(
  { batch, keyHeads, headSize }: AttentionShape,
  window: number,
  units: number,
): number {
  const padded = 2 ** Math.ceil(Math.log2(headSize));
  return (Math.ceil((batch * keyHeads) / units) * window * padded) / 128;
}

/** Precisions that quantize on the way in and keep an 8-bit cache multiply in 8 bits too. */
export function computesNarrow({ precision }: Target): boolean {
  return precision.quantizesOnTheFly && precision.cacheBits <= 8;
}
