import type { Scheme } from "../formats/scheme.js";
import { type KernelKind, statisticCount } from "../kernels/error-kernels.js";
import { type Chunk, paddedLength } from "./chunks.js";
import type { Kernels } from "./kernels.js";
import type { RowRanges } from "./scheme-chunk.js";

/** Where things lie in the kernels' memory for one weight, and the kernels' calls on it. Addresses are in bytes. */
export class Workspace {
  readonly kernels: Kernels;
  /** Weights of the columns. */
  readonly vector: number;
  /** Kernels of the errors that are right for the columns' weights. */
  kind: KernelKind = "";
  readonly scales: number;
  readonly zeros: number;
  readonly out: number;
  readonly x: number;
  /** Room that the caller asked for. */
  readonly extra: number;
  /** Σ v x² of the chunk whose ranges were taken last. */
  weightedEnergy = 0;
  readonly #low: number;
  readonly #high: number;
  readonly #scratch = 0;
  /** Ranges of the current chunk's blocks, by block length. */
  readonly #blocks = new Map<number, BlockRanges>();

  constructor(
    kernels: Kernels,
    chunks: readonly Chunk[],
    schemes: readonly Scheme[],
    extraFloats = 0,
  ) {
    const most = (count: (chunk: Chunk) => number): number => Math.max(...chunks.map(count), 1);
    const rows = most((chunk) => chunk.rows);
    const blocks = Math.max(
      rows,
      ...schemes.map(({ format: { granularity } }) =>
        granularity.kind === "group"
          ? most((chunk) => chunk.rows * Math.ceil(paddedLength(chunk.columns) / granularity.size))
          : 0,
      ),
    );
    this.kernels = kernels;
    let next = 64;
    const take = (floats: number): number => {
      const at = next;
      next += Math.ceil(floats / 4) * 16;
      return at;
    };
    this.vector = take(most((chunk) => paddedLength(chunk.columns)));
    this.scales = take(blocks);
    this.zeros = take(blocks);
    this.#low = take(blocks);
    this.#high = take(blocks);
    this.out = take(rows * statisticCount);
    this.x = take(most((chunk) => chunk.rows * paddedLength(chunk.columns)));
    this.extra = take(extraFloats);
    kernels.reserve(next);
    // Without activations the weights are zero, and so are their sums.
    kernels.floats.fill(0, this.vector / 4, this.scales / 4);
  }

  elements(length: number): Float32Array {
    return this.kernels.floats.subarray(this.x / 4, this.x / 4 + length);
  }

  /** Weights of the chunk's columns, from those of the matrix; a shorter list goes round. */
  weigh({ firstColumn, columns }: Chunk, importance: Float32Array): void {
    this.kind = "Weighted";
    const into = this.kernels.floats.subarray(this.vector / 4, this.vector / 4 + columns);
    for (let column = 0; column < columns; column++)
      into[column] = importance[(firstColumn + column) % importance.length] ?? 0;
  }

  /** Weights of the first `columns` columns. */
  weights(columns: number): Float32Array {
    return this.kernels.floats.subarray(this.vector / 4, this.vector / 4 + columns);
  }

  /** Makes NaN and infinities zero and says how many there were. */
  clean(length: number): number {
    this.kernels.clean(this.x, this.x + 4 * length, this.#scratch);
    const lanes = this.kernels.integers.subarray(0, 4);
    return length - lanes.reduce((sum, count) => sum + count, 0);
  }

  /** Widens the ranges of the chunk's rows; answers its Σx². */
  rowRanges({ rows, columns, firstRow }: Chunk, ranges: RowRanges): number {
    const stride = paddedLength(columns);
    this.kernels.ranges(this.x, rows, 4 * stride, 4 * stride, this.#low, this.#high);
    const { floats } = this.kernels;
    for (let row = 0; row < rows; row++) {
      const low = floats[this.#low / 4 + row] ?? 0;
      const high = floats[this.#high / 4 + row] ?? 0;
      if (low < (ranges.low[firstRow + row] ?? 0)) ranges.low[firstRow + row] = low;
      if (high > (ranges.high[firstRow + row] ?? 0)) ranges.high[firstRow + row] = high;
    }
    if (ranges.magnitudes !== undefined)
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        const start = this.x / 4 + row * stride;
        for (let index = start; index < start + columns; index++)
          sum += Math.abs(floats[index] ?? 0);
        ranges.magnitudes[firstRow + row] = (ranges.magnitudes[firstRow + row] ?? 0) + sum;
      }
    return this.#energy(rows, stride);
  }

  /** On a grid of zero alone all of x is error. */
  #energy(rows: number, stride: number): number {
    const { floats } = this.kernels;
    floats.fill(1, this.scales / 4, this.scales / 4 + rows);
    floats.fill(0, this.zeros / 4, this.zeros / 4 + rows);
    this.kernels.error(`integer${this.kind}`)(
      this.x,
      rows,
      4 * stride,
      4 * stride,
      this.scales,
      this.zeros,
      this.vector,
      this.out,
      0,
      0,
      0,
      0,
    );
    let sum = 0;
    this.weightedEnergy = 0;
    for (let row = 0; row < rows; row++) {
      const at = this.out / 4 + row * statisticCount;
      sum += floats[at] ?? 0;
      this.weightedEnergy += floats[at + 4] ?? 0;
    }
    return sum;
  }

  /** Ranges of the blocks of `block` elements, row by row. */
  blockRanges({ rows, columns }: Chunk, block: number): BlockRanges {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const stride = paddedLength(columns);
    this.kernels.ranges(this.x, rows, 4 * stride, 4 * block, this.#low, this.#high);
    const count = rows * Math.ceil(stride / block);
    const { floats } = this.kernels;
    const made = {
      low: floats.slice(this.#low / 4, this.#low / 4 + count),
      high: floats.slice(this.#high / 4, this.#high / 4 + count),
    };
    this.#blocks.set(block, made);
    return made;
  }

  forgetBlocks(): void {
    this.#blocks.clear();
  }
}

export interface BlockRanges {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Ranges of a matrix that lies in memory whole. */
export function measureRanges(
  workspace: Workspace,
  chunk: Chunk,
  schemes: readonly Scheme[],
): RowRanges {
  const ranges = emptyRanges(chunk.rows, chunk.columns, schemes);
  workspace.rowRanges(chunk, ranges);
  return withTensor(ranges);
}

export function emptyRanges(rows: number, columns: number, schemes: readonly Scheme[]): RowRanges {
  return {
    low: new Float32Array(rows),
    high: new Float32Array(rows),
    magnitudes: schemes.some(({ format }) => format.scaleRule === "mean")
      ? new Float64Array(rows)
      : undefined,
    tensor: { low: 0, high: 0 },
    columns,
  };
}

/** The same with the range of all rows together. */
export function withTensor(ranges: RowRanges): RowRanges {
  return {
    ...ranges,
    tensor: {
      low: ranges.low.reduce((least, value) => Math.min(least, value), 0),
      high: ranges.high.reduce((most, value) => Math.max(most, value), 0),
    },
  };
}
