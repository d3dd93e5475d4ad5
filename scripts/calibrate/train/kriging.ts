import { rounded, solvePositive, type Rows } from "./matrix.js";

/** A table as calibration files hold it. */
export interface TableFile {
  readonly kind: "table";
  readonly axes: readonly (readonly number[])[];
  readonly values: readonly number[];
}

export interface KrigingAxis {
  /** Points of the table along the axis. */
  readonly points: readonly number[];
  /** How much two rows have in common that are so far apart: a wide trend, and what is local. */
  readonly wide: (distance: number) => number;
  readonly local: (distance: number) => number;
}

export interface KrigingOptions {
  readonly axes: readonly KrigingAxis[];
  /** Variances of the two parts and of the noise. */
  readonly wide: number;
  readonly local: number;
  readonly noise: number;
}

/** Matérn's correlation of smoothness 3/2 (Rasmussen and Williams 2006, eq. 4.17). */
export function matern(length: number): (distance: number) => number {
  return (distance) => {
    const scaled = (Math.sqrt(3) * Math.abs(distance)) / length;
    return (1 + scaled) * Math.exp(-scaled);
  };
}

/** For axes that are names: a share in common, whatever the distance. */
export function categories(share: number): (distance: number) => number {
  return (distance) => (distance === 0 ? 1 : share);
}

/**
 * Curves measured at a few points of a grid, filled in by Gaussian process regression with what neighbouring curves say
 * (Rasmussen and Williams 2006, algorithm 2.1), and kept as a table.
 */
export function fitKriging(rows: Rows, targets: Float64Array, options: KrigingOptions): TableFile {
  const { axes, noise } = options;
  const count = rows.length;
  const mean = targets.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  const matrix = rows.map((left, i) =>
    Float64Array.from(rows, (right, j) => covariance(left, right, options) + (i === j ? noise : 0)),
  );
  const weights = solvePositive(
    matrix,
    Float64Array.from(targets, (value) => value - mean),
  );
  const values: number[] = [];
  const point = new Float64Array(axes.length);
  const fill = (depth: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      let value = mean;
      for (let row = 0; row < count; row++)
        value += (weights[row] ?? 0) * covariance(point, rows[row] ?? point, options);
      values.push(rounded(value, 4));
      return;
    }
    for (const at of axis.points) {
      point[depth] = at;
      fill(depth + 1);
    }
  };
  fill(0);
  return { kind: "table", axes: axes.map(({ points }) => points), values };
}

function covariance(left: Float64Array, right: Float64Array, options: KrigingOptions): number {
  let wide = options.wide;
  let local = options.local;
  for (const [index, axis] of options.axes.entries()) {
    const distance = (left[index] ?? 0) - (right[index] ?? 0);
    wide *= axis.wide(distance);
    local *= axis.local(distance);
  }
  return wide + local;
}
