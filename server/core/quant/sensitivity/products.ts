import { paddedLength } from "../measure/chunks.js";
import type { Kernels } from "../measure/kernels.js";
import { columnBlock, rowBlock } from "../kernels/multiply-kernel.js";
import type { LinearPlan } from "./linear.js";

/** Positions that are multiplied at a time: the columns of a tile stay in the cache. */
const tileWidth = 128;

interface Tile {
  readonly group: number;
  readonly first: number;
  readonly width: number;
  /** Width as it is multiplied. */
  readonly padded: number;
}

/** Floats that `Products` needs beside the matrix. */
export function productRoom(plan: LinearPlan): number {
  const stride = paddedLength(plan.columns);
  const rows = paddedLength(plan.groups * plan.rows);
  return (rows + rowBlock) * (stride + rowBlock) + (2 * (stride + rows) + 4 * rowBlock) * tileWidth;
}

/**
 * Products of a layer's matrix in the kernels' memory with what its plan gathers. The matrix has all groups' rows, padded
 * to `stride`; `room` is where `productRoom` floats are free.
 */
export class Products {
  readonly #kernels: Kernels;
  readonly #plan: LinearPlan;
  readonly #stride: number;
  readonly #transposed: number;
  readonly #left: number;
  readonly #right: number;

  constructor(kernels: Kernels, plan: LinearPlan, room: number) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#stride = paddedLength(plan.columns);
    const rows = paddedLength(plan.groups * plan.rows);
    this.#transposed = room;
    this.#left = room + 4 * (rows + rowBlock) * (this.#stride + rowBlock);
    this.#right = this.#left + 4 * (this.#stride + rows + 2 * rowBlock) * tileWidth;
  }

  /** Writes W · X, scaled, to the places of the output that the plan names. */
  forward(matrix: number, x: Float32Array, out: Float32Array): void {
    const { rows, positions, rowMap, scale } = this.#plan;
    this.#eachTile(x, ({ group, first, width, padded }) => {
      this.#multiply(matrix + 4 * group * rows * this.#stride, rows, this.#stride, padded);
      const found = this.#floats(this.#right, rows * padded);
      for (let row = 0; row < rows; row++) {
        const place = (group * rows + row) * positions + first;
        const from = row * padded;
        for (let at = 0; at < width; at++)
          out[rowMap[place + at] ?? 0] = (found[from + at] ?? 0) * scale;
      }
    });
  }

  /**
   * Σ (W · X) · gradient of each sample, for several matrices and gradients: [matrix][gradient × sample]. Samples are
   * equal parts of the output.
   */
  project(
    matrices: readonly number[],
    x: Float32Array,
    gradients: readonly Float32Array[],
    batch: number,
  ): readonly Float64Array[] {
    const { rows, positions, rowMap, scale } = this.#plan;
    const perSample = positions / batch;
    const sums = matrices.map(() => new Float64Array(gradients.length * batch));
    const parts = gradients.map(() => new Float32Array(rows * tileWidth));
    this.#eachTile(x, ({ group, first, width, padded }) => {
      for (const [index, part] of parts.entries()) {
        const gradient = gradients[index] ?? part;
        for (let row = 0; row < rows; row++) {
          const place = (group * rows + row) * positions + first;
          for (let at = 0; at < width; at++)
            part[row * padded + at] = gradient[rowMap[place + at] ?? 0] ?? 0;
        }
      }
      for (const [which, matrix] of matrices.entries()) {
        this.#multiply(matrix + 4 * group * rows * this.#stride, rows, this.#stride, padded);
        const found = this.#floats(this.#right, rows * padded);
        const into = sums[which] ?? new Float64Array(0);
        for (const [index, part] of parts.entries())
          // A tile may hold the end of one sample and the beginning of the next.
          for (let start = 0; start < width;) {
            const sample = Math.min(batch - 1, Math.floor((first + start) / perSample));
            const end = Math.min(width, Math.max(start + 1, (sample + 1) * perSample - first));
            into[index * batch + sample] =
              (into[index * batch + sample] ?? 0) +
              scale * dotOfColumns(found, part, { rows, padded, start, end });
            start = end;
          }
      }
    });
    return sums;
  }

  /** Gathers the input of each group and tile to where `multiply` takes it from. */
  #eachTile(x: Float32Array, visit: (tile: Tile) => void): void {
    const { groups, columns, positions, columnMap } = this.#plan;
    for (let group = 0; group < groups; group++)
      for (let first = 0; first < positions; first += tileWidth) {
        const width = Math.min(tileWidth, positions - first);
        const padded = Math.ceil(width / columnBlock) * columnBlock;
        const tile = this.#floats(this.#left, this.#stride * padded);
        tile.fill(0);
        for (let column = 0; column < columns; column++) {
          const map = (group * columns + column) * positions + first;
          const into = column * padded;
          for (let at = 0; at < width; at++) {
            const from = columnMap[map + at] ?? -1;
            if (from >= 0) tile[into + at] = x[from] ?? 0;
          }
        }
        visit({ group, first, width, padded });
      }
  }

  /** Adds Wᵀ · Z to the gradient of the input, for several gradients of the output. */
  backward(
    matrix: number,
    gradients: readonly Float32Array[],
    inputLength: number,
  ): readonly Float32Array[] {
    const { groups, rows, columns, positions, columnMap, rowMap, scale } = this.#plan;
    const into = gradients.map(() => new Float32Array(inputLength));
    const depth = paddedLength(rows);
    for (let group = 0; group < groups; group++) {
      this.#transpose(matrix + 4 * group * rows * this.#stride, depth);
      for (const [index, gradient] of gradients.entries())
        for (let first = 0; first < positions; first += tileWidth) {
          const width = Math.min(tileWidth, positions - first);
          const padded = Math.ceil(width / columnBlock) * columnBlock;
          const tile = this.#floats(this.#left, depth * padded);
          tile.fill(0);
          for (let row = 0; row < rows; row++) {
            const map = (group * rows + row) * positions + first;
            for (let at = 0; at < width; at++)
              tile[row * padded + at] = scale * (gradient[rowMap[map + at] ?? 0] ?? 0);
          }
          this.#multiply(this.#transposed, columns, depth, padded);
          const found = this.#floats(this.#right, columns * padded);
          const target = into[index] ?? new Float32Array(0);
          for (let column = 0; column < columns; column++) {
            const map = (group * columns + column) * positions + first;
            for (let at = 0; at < width; at++) {
              const to = columnMap[map + at] ?? -1;
              if (to >= 0) target[to] = (target[to] ?? 0) + (found[column * padded + at] ?? 0);
            }
          }
        }
    }
    return into;
  }

  #multiply(matrix: number, rows: number, depth: number, width: number): void {
    // Rows beyond the last are computed and left alone: the room behind the matrix is ours to read.
    this.#kernels.multiply(matrix, this.#left, this.#right, rows, 4 * depth, 4 * width);
  }

  #transpose(matrix: number, depth: number): void {
    const { rows, columns } = this.#plan;
    const from = this.#floats(matrix, rows * this.#stride);
    const into = this.#floats(this.#transposed, (columns + rowBlock) * depth);
    into.fill(0);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        into[column * depth + row] = from[row * this.#stride + column] ?? 0;
  }

  #floats(address: number, length: number): Float32Array {
    return this.#kernels.floats.subarray(address / 4, address / 4 + length);
  }
}

/** Σ a · b over the columns [start, end) of all rows. */
function dotOfColumns(
  a: Float32Array,
  b: Float32Array,
  part: {
    readonly rows: number;
    readonly padded: number;
    readonly start: number;
    readonly end: number;
  },
): number {
  const { rows, padded, start, end } = part;
  let sum = 0;
  for (let row = 0; row < rows; row++)
    for (let at = row * padded + start; at < row * padded + end; at++)
      sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
