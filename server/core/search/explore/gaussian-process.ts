import type { Point, Space } from "./method.js";

/** What is known of a function from some of its values. */
export interface GaussianProcess {
  /** Mean and standard deviation at a point. */
  readonly predict: (point: Point) => { readonly mean: number; readonly deviation: number };
  /** By value: what it would have been taken for without it, minus what it is. */
  readonly leftOut: readonly number[];
}

const lengths = [0.2, 0.4, 0.8, 1.6, 3.2] as const;
const noise = 1e-4;

/**
 * Gaussian process regression (Rasmussen and Williams 2006, algorithm 2.1) under Matérn's covariance of smoothness 5/2 (eq. 4.17); the
 * length is the one whose left-out errors are least, which follow from one inverse (section 5.4.2, eq. 5.12). Undefined of less
 * than two values.
 */
export function gaussianProcess(
  space: Space,
  points: readonly Point[],
  values: readonly number[],
): GaussianProcess | undefined {
  if (points.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
  );
  const scale = spread === 0 ? 1 : spread;
  const targets = values.map((value) => (value - mean) / scale);
  let best: (Fit & { readonly length: number; readonly error: number }) | undefined;
  for (const length of lengths) {
    const fit = fitOf(points, targets, (a, b) => covariance(space, a, b, length));
    const error = fit.leftOut.reduce((sum, one) => sum + one * one, 0);
    if (best === undefined || error < best.error) best = { ...fit, length, error };
  }
  if (best === undefined) return undefined;
  const { weights, inverse, leftOut, length } = best;
  return {
    leftOut: leftOut.map((error) => error * scale),
    predict(point) {
      const near = points.map((other) => covariance(space, point, other, length));
      const value = near.reduce((sum, one, row) => sum + one * (weights[row] ?? 0), 0);
      let known = 0;
      for (const [row, one] of near.entries())
        known += one * near.reduce((sum, two, column) => sum + two * at(inverse, row, column), 0);
      return {
        mean: mean + scale * value,
        deviation: scale * Math.sqrt(Math.max(0, 1 + noise - known)),
      };
    },
  };
}

interface Fit {
  readonly weights: readonly number[];
  readonly inverse: readonly Float64Array[];
  readonly leftOut: readonly number[];
}

function fitOf(
  points: readonly Point[],
  targets: readonly number[],
  between: (a: Point, b: Point) => number,
): Fit {
  const inverse = inverted(
    points.map((a, row) =>
      Float64Array.from(points, (b, column) => between(a, b) + (row === column ? noise : 0)),
    ),
  );
  const weights = inverse.map((row) =>
    targets.reduce((sum, value, column) => sum + value * (row[column] ?? 0), 0),
  );
  return { weights, inverse, leftOut: weights.map((one, row) => -one / at(inverse, row, row)) };
}

function covariance(space: Space, a: Point, b: Point, length: number): number {
  let square = 0;
  for (const [axis, { positions, isNamed }] of space.entries()) {
    const [left = 0, right = 0] = [a[axis], b[axis]];
    if (left === right) continue;
    square += isNamed ? 1 : ((positions[left] ?? 0) - (positions[right] ?? 0)) ** 2;
  }
  const scaled = Math.sqrt(5 * square) / length;
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

/** Gauss–Jordan in place; without pivots, for the matrix is symmetric and positive definite. */
function inverted(matrix: readonly Float64Array[]): readonly Float64Array[] {
  for (const [pivot, row] of matrix.entries()) {
    const factor = 1 / at(matrix, pivot, pivot);
    row[pivot] = 1;
    for (let column = 0; column < row.length; column++) row[column] = (row[column] ?? 0) * factor;
    for (const [index, other] of matrix.entries()) {
      const share = other[pivot] ?? 0;
      if (index === pivot || share === 0) continue;
      other[pivot] = 0;
      for (let column = 0; column < row.length; column++)
        other[column] = (other[column] ?? 0) - share * (row[column] ?? 0);
    }
  }
  return matrix;
}

function at(matrix: readonly Float64Array[], row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}
