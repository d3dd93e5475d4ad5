import { gridValues } from "../formats/grid.js";
import { affineOf, scaleOf } from "../formats/scales.js";
import type { Scheme } from "../formats/scheme.js";
import type { EffectiveRank } from "./effective-rank.js";
import type { ElementSource } from "./chunks.js";

/** How a weight's elements are spread, and where the values of a format lie among them. */
export interface WeightHistogram {
  readonly low: number;
  readonly high: number;
  /** Counts of equal bins from `low` to `high`. */
  readonly counts: readonly number[];
  /** Elements that were counted: all, or an even sample of a large tensor. */
  readonly counted: number;
  readonly format: string;
  /** Values of the format's grid inside the range, for one scale over the whole tensor; empty for more than 64. */
  readonly grid: readonly number[];
  /** Of the weight as a matrix, where that was asked for. */
  readonly rank?: EffectiveRank;
}

const binCount = 64;
const sampleLimit = 1 << 21;
const pieceLength = 1 << 14;
const gridLimit = 64;

export function weightHistogram(
  source: ElementSource,
  elementCount: number,
  range: { readonly low: number; readonly high: number },
  scheme: Scheme,
): WeightHistogram {
  const { low, high } = range;
  const counts = new Array<number>(binCount).fill(0);
  const width = high - low || 1;
  const piece = new Float32Array(pieceLength);
  const step = Math.max(1, Math.ceil(elementCount / sampleLimit)) * pieceLength;
  let counted = 0;
  for (let first = 0; first < elementCount; first += step) {
    const length = Math.min(pieceLength, elementCount - first);
    source.load(first, length, piece);
    for (let index = 0; index < length; index++) {
      const value = piece[index] ?? 0;
      if (!(low <= value && value <= high)) continue;
      const bin = Math.min(binCount - 1, Math.floor(((value - low) / width) * binCount));
      counts[bin] = (counts[bin] ?? 0) + 1;
      counted += 1;
    }
  }
  return { low, high, counts, counted, format: scheme.id, grid: gridInside(scheme, low, high) };
}

function gridInside({ format }: Scheme, low: number, high: number): readonly number[] {
  const values = gridValues(format.grid);
  if (values.length > 4096) return [];
  const found = format.isAffine
    ? affineOf(format, low, high, { low, high })
    : { scale: scaleOf(format, Math.max(-low, high), { low, high }), zero: 0 };
  const inside = values
    .map((value) => (value - found.zero) * found.scale)
    .filter((value) => low <= value && value <= high);
  return inside.length <= gridLimit ? inside : [];
}
