import { solvePositive } from "../train/matrix.js";

/** A sparse row: column and value. */
export type SparseRow = readonly (readonly [number, number])[];

/**
 * Ridge regression with a penalty for each column, weighted rows, and Huber's weights for outliers: residuals beyond
 * `huber` count linearly (Huber 1964, "Robust Estimation of a Location Parameter"), by re-weighting.
 */
export function solveRidge(
  rows: readonly SparseRow[],
  targets: readonly number[],
  weights: readonly number[],
  penalty: Float64Array,
): Float64Array {
  const width = penalty.length;
  let trust = [...weights];
  let solution = new Float64Array(width);
  for (let round = 0; round < 6; round++) {
    const a = Array.from({ length: width }, (_, index) => {
      const line = new Float64Array(width);
      line[index] = (penalty[index] ?? 0) + 1e-9;
      return line;
    });
    const b = new Float64Array(width);
    for (const [index, row] of rows.entries()) {
      const weight = trust[index] ?? 0;
      for (const [i, left] of row) {
        const line = a[i];
        if (line === undefined) continue;
        for (const [j, right] of row) line[j] = (line[j] ?? 0) + weight * left * right;
        b[i] = (b[i] ?? 0) + weight * left * (targets[index] ?? 0);
      }
    }
    solution = Float64Array.from(solvePositive(a, b));
    trust = rows.map((row, index) => {
      let residual = targets[index] ?? 0;
      for (const [column, value] of row) residual -= (solution[column] ?? 0) * value;
      return (weights[index] ?? 0) * Math.min(1, huber / Math.max(Math.abs(residual), 1e-9));
    });
  }
  return solution;
}

const huber = 0.25;
