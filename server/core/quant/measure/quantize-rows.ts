import { roundBlocks } from "../ggml/round-blocks.js";
import type { Grid } from "../formats/grid.js";
import { roundToGrid } from "../formats/round.js";
import { lMulError } from "../formats/l-mul.js";
import { affineOf, float16, scaleOf, type TensorRange } from "../formats/scales.js";
import type { Scheme } from "../formats/scheme.js";

/**
 * Quantized values of a row-major matrix, in plain arithmetic: what the kernels are checked against, and what does the
 * formats that are more than a grid (choice of type, outlier pairs, decomposition). Float32 where kernels use it.
 */
export function quantizeRows(
  scheme: Scheme,
  x: Float32Array,
  columns: number,
  ends: BlockEnds = endsOf(scheme, x, columns),
): Float32Array {
  const { special } = scheme.format;
  if (special.kind === "decomposition") return decomposed(scheme, special.sigmas, x, columns);
  if (special.kind === "ggml") return roundBlocks(special.type, x, columns);
  const out = new Float32Array(x.length);
  const block = blockLength(scheme, columns);
  for (let row = 0, index = 0; row * columns < x.length; row++)
    for (let start = 0; start < columns; start += block, index++) {
      const first = row * columns + start;
      const last = row * columns + Math.min(columns, start + block);
      quantizeBlock(scheme, x.subarray(first, last), out.subarray(first, last), {
        low: ends.low[index] ?? 0,
        high: ends.high[index] ?? 0,
        mean: ends.mean?.[index] ?? 0,
        tensor: ends.tensor,
      });
    }
  return out;
}

/**
 * LLM.int8() (Dettmers et al. 2022, arXiv 2208.07339, section 3.2): columns with a magnitude beyond the threshold are
 * multiplied in float16, the others in 8 bits with ranges of their own.
 */
function decomposed(
  scheme: Scheme,
  sigmas: number,
  x: Float32Array,
  columns: number,
): Float32Array {
  const isOutlier = outlierColumns(x, columns, sigmas);
  const kept = x.map((value, index) => (isOutlier[index % columns] === 1 ? 0 : value));
  const plain: Scheme = { ...scheme, format: { ...scheme.format, special: { kind: "plain" } } };
  const quantized = quantizeRows(plain, kept, columns);
  const half = { ...float16, isSigned: true };
  for (let index = 0; index < x.length; index++)
    if (isOutlier[index % columns] === 1) quantized[index] = roundToGrid(half, x[index] ?? 0);
  return quantized;
}

/** Columns with an element beyond `sigmas` root mean squares of the matrix. */
export function outlierColumns(x: Float32Array, columns: number, sigmas: number): Uint8Array {
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  const limit = sigmas * Math.sqrt(squares / Math.max(1, x.length));
  const found = new Uint8Array(columns);
  for (let index = 0; index < x.length; index++)
    if (Math.abs(x[index] ?? 0) > limit) found[index % columns] = 1;
  return found;
}

/** Range of each block; blocks of one row or of the whole tensor have it repeated. */
export interface BlockEnds {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** Mean magnitude, for formats whose scale it is. */
  readonly mean?: ArrayLike<number>;
  readonly tensor: TensorRange;
}

export interface BlockRange {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly tensor: TensorRange;
}

/** Elements of a row that share a scale. */
export function blockLength({ format: { granularity } }: Scheme, columns: number): number {
  return granularity.kind === "group" ? Math.min(granularity.size, columns) : columns;
}

function quantizeBlock(
  scheme: Scheme,
  x: Float32Array,
  out: Float32Array,
  range: BlockRange,
): void {
  const { format } = scheme;
  switch (format.special.kind) {
    case "plain":
    case "ggml":
    case "decomposition": {
      onGrid(scheme, format.grid, x, out, range);
      return;
    }
    case "choice": {
      let best = Infinity;
      const tried = new Float32Array(x.length);
      for (const grid of format.special.grids) {
        onGrid(scheme, grid, x, tried, range);
        const error = squaredDistance(x, tried);
        if (error < best) {
          best = error;
          out.set(tried);
        }
      }
      return;
    }
    case "l-mul": {
      onGrid(scheme, format.grid, x, out, range);
      const { mantissaBits } = format.special;
      for (const [index, value] of out.entries())
        out[index] = value * (1 + lMulError(value, mantissaBits));
      return;
    }
    case "outlier-victim": {
      pairs(scheme, x, out, range);
      return;
    }
  }
}

function onGrid(
  { format }: Scheme,
  grid: Grid,
  x: Float32Array,
  out: Float32Array,
  range: BlockRange,
): void {
  if (format.isAffine && grid.kind === "integer") {
    const { scale, zero } = affineOf(format, range.low, range.high, range.tensor);
    const shifted: Grid = { ...grid, low: grid.low - zero, high: grid.high - zero };
    for (const [index, value] of x.entries())
      out[index] = roundToGrid(shifted, Math.fround(value / scale)) * scale;
    return;
  }
  const amax = Math.max(-range.low, range.high);
  const scale =
    format.scaleRule === "mean"
      ? Math.fround(range.mean) || 1
      : scaleOf({ ...format, grid }, amax, range.tensor);
  for (const [index, value] of x.entries())
    out[index] = Math.fround(roundToGrid(grid, Math.fround(value / scale))) * scale;
}

/**
 * OliVe, arXiv 2304.07493, section 3: in a pair with a value beyond the threshold that value is stored in a wide
 * floating-point grid in units of the ordinary scale, and its neighbour, the victim, is zero.
 */
function pairs({ format }: Scheme, x: Float32Array, out: Float32Array, range: BlockRange): void {
  if (format.special.kind !== "outlier-victim" || format.grid.kind !== "integer") return;
  const { outlier, sigmas } = format.special;
  let sum = 0;
  for (const value of x) sum += value * value;
  const threshold = Math.min(
    Math.max(-range.low, range.high),
    sigmas * Math.sqrt(sum / Math.max(1, x.length)),
  );
  const scale = Math.fround(threshold / format.grid.high) || 1;
  for (let index = 0; index < x.length; index += 2) {
    const left = x[index] ?? 0;
    const right = x[index + 1] ?? 0;
    const isOut = Math.max(Math.abs(left), Math.abs(right)) > threshold;
    const keepsLeft = Math.abs(left) >= Math.abs(right);
    const grid = isOut ? outlier : format.grid;
    out[index] = isOut && !keepsLeft ? 0 : roundToGrid(grid, Math.fround(left / scale)) * scale;
    if (index + 1 < x.length)
      out[index + 1] =
        isOut && keepsLeft ? 0 : roundToGrid(grid, Math.fround(right / scale)) * scale;
  }
}

/** Ranges of all blocks by looking at every element, and mean magnitudes of rows where the scheme asks for them. */
export function endsOf(scheme: Scheme, x: Float32Array, columns: number): BlockEnds {
  const { granularity, scaleRule } = scheme.format;
  const block = blockLength(scheme, columns);
  const low: number[] = [];
  const high: number[] = [];
  const mean: number[] = [];
  const tensor = { low: 0, high: 0 };
  for (let row = 0; row * columns < x.length; row++)
    for (let start = 0; start < columns; start += block) {
      let least = 0;
      let most = 0;
      let sum = 0;
      const end = row * columns + Math.min(columns, start + block);
      for (let index = row * columns + start; index < end; index++) {
        const value = x[index] ?? 0;
        if (value < least) least = value;
        if (value > most) most = value;
        sum += Math.abs(value);
      }
      low.push(least);
      high.push(most);
      mean.push(sum / Math.min(block, columns - start));
      if (least < tensor.low) tensor.low = least;
      if (most > tensor.high) tensor.high = most;
    }
  if (granularity.kind === "tensor") {
    low.fill(tensor.low);
    high.fill(tensor.high);
    mean.fill(mean.reduce((sum, value) => sum + value, 0) / Math.max(1, mean.length));
  }
  return { low, high, tensor, ...(scaleRule === "mean" && { mean }) };
}

function squaredDistance(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
