import type { Clip, Scheme } from "../formats/scheme.js";
import { type BlockEnds, blockLength, endsOf, quantizeRows } from "./quantize-rows.js";

/** Ranges of the scheme's blocks after its clipping: never wider than what is there. */
export function clippedEnds(
  scheme: Scheme,
  x: Float32Array,
  columns: number,
  known: BlockEnds | undefined,
): BlockEnds {
  const full = known ?? endsOf(scheme, x, columns);
  switch (scheme.clip.kind) {
    case "max":
      return full;
    case "mse":
      return leastSquares(scheme, x, columns, full);
    case "percentile":
    case "entropy":
      return byMagnitudes(scheme.clip, scheme, x, columns, full);
  }
}

/** Shares of the full range that are tried; below half the clipping error grows without bound. */
const ratios = [1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.4];

/** For each block the candidate range with the least square error (OMSE: Choukroun et al. 2019, arXiv 1902.06822). */
function leastSquares(
  scheme: Scheme,
  x: Float32Array,
  columns: number,
  full: BlockEnds,
): BlockEnds {
  const unclipped: Scheme = { ...scheme, clip: { kind: "max" } };
  const count = full.low.length;
  const best = new Float64Array(count).fill(Infinity);
  const chosen = new Float64Array(count).fill(1);
  const isShared = scheme.format.granularity.kind === "tensor";
  for (const ratio of ratios) {
    const quantized = quantizeRows(
      unclipped,
      x,
      columns,
      scaled(full, () => ratio),
    );
    const errors = blockErrors(scheme, x, quantized, columns, count);
    const sum = errors.reduce((total, error) => total + error, 0);
    for (let index = 0; index < count; index++) {
      const error = isShared ? sum : (errors[index] ?? 0);
      if (error >= (best[index] ?? 0)) continue;
      best[index] = error;
      chosen[index] = ratio;
    }
  }
  return scaled(full, (index) => chosen[index] ?? 1);
}

function scaled(ends: BlockEnds, ratio: (index: number) => number): BlockEnds {
  return {
    ...ends,
    low: Array.from(ends.low, (value, index) => value * ratio(index)),
    high: Array.from(ends.high, (value, index) => value * ratio(index)),
  };
}

function blockErrors(
  scheme: Scheme,
  x: Float32Array,
  quantized: Float32Array,
  columns: number,
  count: number,
): Float64Array {
  const block = blockLength(scheme, columns);
  const perRow = Math.ceil(columns / block);
  const errors = new Float64Array(count);
  for (let index = 0; index < x.length; index++) {
    const row = Math.floor(index / columns);
    const at = row * perRow + Math.floor((index - row * columns) / block);
    const error = (x[index] ?? 0) - (quantized[index] ?? 0);
    errors[at] = (errors[at] ?? 0) + error * error;
  }
  return errors;
}

/** One limit for all blocks, from the magnitudes of the whole chunk. */
function byMagnitudes(
  clip: Clip,
  scheme: Scheme,
  x: Float32Array,
  columns: number,
  full: BlockEnds,
): BlockEnds {
  const block = blockLength(scheme, columns);
  const isShared = scheme.format.granularity.kind === "tensor";
  const limitOf = (magnitudes: Float32Array): number =>
    clip.kind === "percentile"
      ? percentile(magnitudes, clip.share)
      : entropyLimit(magnitudes, levelsOf(scheme));
  const shared = isShared ? limitOf(x.map(Math.abs)) : undefined;
  const limits = Array.from({ length: full.low.length }, (_, index) => {
    if (shared !== undefined) return shared;
    const perRow = Math.ceil(columns / block);
    const row = Math.floor(index / perRow);
    const start = (index % perRow) * block;
    const end = row * columns + Math.min(columns, start + block);
    return limitOf(x.subarray(row * columns + start, end).map(Math.abs));
  });
  return {
    ...full,
    low: Array.from(full.low, (value, index) => Math.max(value, -(limits[index] ?? Infinity))),
    high: Array.from(full.high, (value, index) => Math.min(value, limits[index] ?? Infinity)),
  };
}

function percentile(magnitudes: Float32Array, share: number): number {
  const sorted = magnitudes.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Positive levels of the grid. */
function levelsOf({ format }: Scheme): number {
  return Math.max(2, 2 ** (Math.min(8, format.storage.elementBits) - 1));
}

/**
 * TensorRT's calibration (Migacz, 8-bit Inference with TensorRT, GTC 2017): of all limits the one whose histogram, merged
 * into the grid's levels and spread again, diverges least from the histogram cut at the limit.
 */
function entropyLimit(magnitudes: Float32Array, levels: number): number {
  const most = magnitudes.reduce((largest, value) => Math.max(largest, value), 0);
  const binCount = 1024;
  if (most === 0 || magnitudes.length < 4 * levels) return most;
  const bins = new Float64Array(binCount);
  for (const value of magnitudes) {
    const bin = Math.min(binCount - 1, Math.floor((value / most) * binCount));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  let bestLimit = binCount;
  let best = Infinity;
  for (let limit = Math.max(levels, 64); limit <= binCount; limit += 16) {
    const divergence = divergenceAt(bins, limit, levels);
    if (divergence < best) {
      best = divergence;
      bestLimit = limit;
    }
  }
  return (bestLimit / binCount) * most;
}

function divergenceAt(bins: Float64Array, limit: number, levels: number): number {
  const reference = bins.slice(0, limit);
  const cut = bins.subarray(limit).reduce((sum, count) => sum + count, 0);
  reference[limit - 1] = (reference[limit - 1] ?? 0) + cut;
  const total = reference.reduce((sum, count) => sum + count, 0);
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const start = Math.floor((level * limit) / levels);
    const end = Math.floor(((level + 1) * limit) / levels);
    let mass = 0;
    let filled = 0;
    for (let bin = start; bin < end; bin++) {
      mass += bins[bin] ?? 0;
      if ((bins[bin] ?? 0) > 0) filled += 1;
    }
    for (let bin = start; bin < end; bin++) {
      const p = (reference[bin] ?? 0) / total;
      const q = filled === 0 || (bins[bin] ?? 0) === 0 ? 1e-12 : mass / filled / total;
      if (p > 0) divergence += p * Math.log(p / q);
    }
  }
  return divergence;
}
