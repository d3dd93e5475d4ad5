/** A positive definite matrix as the product of a triangle with itself, for a few dozen unknowns. */
export class Cholesky {
  readonly #size: number;
  readonly #factor: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#factor = new Float64Array(size * size);
  }

  /** `matrix`: row by row; what lies above the diagonal is not read. */
  factor(matrix: Float64Array): void {
    const n = this.#size;
    const low = this.#factor;
    for (let row = 0; row < n; row++)
      for (let column = 0; column <= row; column++) {
        let rest = matrix[row * n + column] ?? 0;
        for (let at = 0; at < column; at++)
          rest -= (low[row * n + at] ?? 0) * (low[column * n + at] ?? 0);
        low[row * n + column] =
          row === column
            ? Math.sqrt(Math.max(rest, Number.MIN_VALUE))
            : rest / (low[column * n + column] ?? 1);
      }
  }

  /** Turns b into x of matrix · x = b. */
  solve(vector: Float64Array): void {
    const n = this.#size;
    const low = this.#factor;
    this.halfSolve(vector);
    for (let row = n - 1; row >= 0; row--) {
      let rest = vector[row] ?? 0;
      for (let at = row + 1; at < n; at++) rest -= (low[at * n + row] ?? 0) * (vector[at] ?? 0);
      vector[row] = rest / (low[row * n + row] ?? 1);
    }
  }

  /** Turns b into a vector whose square is bᵀ · matrix⁻¹ · b. */
  halfSolve(vector: Float64Array): void {
    const n = this.#size;
    const low = this.#factor;
    for (let row = 0; row < n; row++) {
      let rest = vector[row] ?? 0;
      for (let at = 0; at < row; at++) rest -= (low[row * n + at] ?? 0) * (vector[at] ?? 0);
      vector[row] = rest / (low[row * n + row] ?? 1);
    }
  }
}
