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
  return 2 * (stride + rows + 2 * rowBlock) * tileWidth;
}

/**
 * Products of a layer's matrix in the kernels' memory with what its plan gathers. The matrix has all groups' rows, padded
 * to `stride`; `room` is where `productRoom` floats are free.
 */
export class Products {
  readonly #kernels: Kernels;
  readonly #plan: LinearPlan;
  readonly #stride: number;
  readonly #left: number;
  readonly #right: number;

  constructor(kernels: Kernels, plan: LinearPlan, room: number) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#stride = paddedLength(plan.columns);
    const rows = paddedLength(plan.groups * plan.rows);
    this.#left = room;
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
    const dots = new Float64Array(tileWidth);
    this.#eachTile(x, ({ group, first, width, padded }) => {
      for (const [index, part] of parts.entries()) {
        const gradient = gradients[index] ?? part;
        for (let row = 0; row < rows; row++)
          gather(part, row * padded, gradient, rowMap, {
            first: (group * rows + row) * positions + first,
            count: width,
          });
      }
      for (const [which, matrix] of matrices.entries()) {
        this.#multiply(matrix + 4 * group * rows * this.#stride, rows, this.#stride, padded);
        const found = this.#floats(this.#right, rows * padded);
        const into = sums[which] ?? new Float64Array(0);
        for (const [index, part] of parts.entries()) {
          dotsOfColumns(dots, found, part, { rows, padded, width });
          // A tile may hold the end of one sample and the beginning of the next.
          for (let at = 0; at < width; at++) {
            const slot = index * batch + Math.min(batch - 1, Math.floor((first + at) / perSample));
            into[slot] = (into[slot] ?? 0) + scale * (dots[at] ?? 0);
          }
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
        for (let column = 0; column < columns; column++)
          gather(tile, column * padded, x, columnMap, {
            first: (group * columns + column) * positions + first,
            count: width,
          });
        // Padded columns of the matrix are zero, and must meet numbers.
        tile.fill(0, columns * padded);
        visit({ group, first, width, padded });
      }
  }

  /** Adds Wᵀ · Z to the gradient of the input, for several gradients of the output side by side. */
  backward(
    matrix: number,
    gradients: readonly Float32Array[],
    inputLength: number,
  ): readonly Float32Array[] {
    const { groups, rows, columns, positions, columnMap, rowMap, scale } = this.#plan;
    const into = gradients.map(() => new Float32Array(inputLength));
    for (let group = 0; group < groups; group++)
      for (const { parts, padded } of sideBySide(gradients.length, positions)) {
        const tile = this.#floats(this.#left, rows * padded);
        for (const { which, first, count, at } of parts) {
          const gradient = gradients[which] ?? tile;
          for (let row = 0; row < rows; row++)
            gather(tile, row * padded + at, gradient, rowMap, {
              first: (group * rows + row) * positions + first,
              count,
            });
        }
        this.#kernels.multiplyTransposed(
          matrix + 4 * group * rows * this.#stride,
          this.#left,
          this.#right,
          4 * this.#stride,
          4 * this.#stride * rows,
          4 * padded,
        );
        const found = this.#floats(this.#right, columns * padded);
        for (const { which, first, count, at } of parts) {
          const target = into[which] ?? new Float32Array(0);
          for (let column = 0; column < columns; column++)
            scatter(target, columnMap, found, column * padded + at, {
              first: (group * columns + column) * positions + first,
              count,
            });
        }
      }
    if (scale !== 1)
      for (const one of into)
        for (let at = 0; at < one.length; at++) one[at] = (one[at] ?? 0) * scale;
    return into;
  }

  #multiply(matrix: number, rows: number, depth: number, width: number): void {
    // Rows beyond the last are computed and left alone: the room behind the matrix is ours to read.
    this.#kernels.multiply(matrix, this.#left, this.#right, rows, 4 * depth, 4 * width);
  }

  #floats(address: number, length: number): Float32Array {
    return this.#kernels.floats.subarray(address / 4, address / 4 + length);
  }
}

/** A run of a map. */
interface Run {
  readonly first: number;
  readonly count: number;
}

function gather(
  into: Float32Array,
  at: number,
  source: Float32Array,
  map: Int32Array,
  { first, count }: Run,
): void {
  for (let index = 0; index < count; index++) {
    const from = map[first + index] ?? -1;
    into[at + index] = from < 0 ? 0 : (source[from] ?? 0);
  }
}

function scatter(
  into: Float32Array,
  map: Int32Array,
  source: Float32Array,
  at: number,
  { first, count }: Run,
): void {
  for (let index = 0; index < count; index++) {
    const to = map[first + index] ?? -1;
    if (to >= 0) into[to] = (into[to] ?? 0) + (source[at + index] ?? 0);
  }
}

/** Positions [first, first + count) of one of several operands, which lie in a tile from the column `at` on. */
interface Part extends Run {
  readonly which: number;
  readonly at: number;
}

/** Tiles of `count` operands of `positions` columns, one behind the other: few positions do not leave tiles empty. */
function sideBySide(
  count: number,
  positions: number,
): readonly { readonly parts: readonly Part[]; readonly padded: number }[] {
  const tiles: { parts: Part[]; padded: number }[] = [];
  const total = count * positions;
  for (let start = 0; start < total; start += tileWidth) {
    const end = Math.min(total, start + tileWidth);
    const parts: Part[] = [];
    for (let at = start; at < end;) {
      const which = Math.floor(at / positions);
      const own = Math.min(end, (which + 1) * positions) - at;
      parts.push({ which, first: at - which * positions, count: own, at: at - start });
      at += own;
    }
    tiles.push({ parts, padded: Math.ceil((end - start) / columnBlock) * columnBlock });
  }
  return tiles;
}

/** For each column Σ a · b over the rows. */
function dotsOfColumns(
  into: Float64Array,
  a: Float32Array,
  b: Float32Array,
  {
    rows,
    padded,
    width,
  }: { readonly rows: number; readonly padded: number; readonly width: number },
): void {
  into.fill(0);
  for (let row = 0; row < rows; row++)
    for (let at = 0, place = row * padded; at < width; at++, place++)
      into[at] = (into[at] ?? 0) + (a[place] ?? 0) * (b[place] ?? 0);
}
