import { rounded, solvePositive, type Rows } from "./matrix.js";

/** A linear regressor as calibration files hold it. */
export interface LinearFile {
  readonly kind: "linear";
  readonly intercept: number;
  readonly weights: readonly number[];
}

/** Ridge regression with an intercept that is not shrunk; features are scaled to deviation 1 for the penalty. */
export function fitRidge(
  rows: Rows,
  targets: Float64Array,
  options: { readonly penalty: number; readonly weights?: Float64Array },
): LinearFile {
  const width = rows[0]?.length ?? 0;
  const total = sumOf(rows.map((_, index) => options.weights?.[index] ?? 1));
  const mean = new Float64Array(width);
  let targetMean = 0;
  for (const [index, row] of rows.entries()) {
    const weight = (options.weights?.[index] ?? 1) / total;
    for (let j = 0; j < width; j++) mean[j] = (mean[j] ?? 0) + weight * (row[j] ?? 0);
    targetMean += weight * (targets[index] ?? 0);
  }
  const a = Array.from({ length: width }, () => new Float64Array(width));
  const b = new Float64Array(width);
  for (const [index, row] of rows.entries()) {
    const weight = (options.weights?.[index] ?? 1) / total;
    const target = (targets[index] ?? 0) - targetMean;
    for (let i = 0; i < width; i++) {
      const left = weight * ((row[i] ?? 0) - (mean[i] ?? 0));
      if (left === 0) continue;
      const line = a[i] ?? b;
      for (let j = 0; j <= i; j++)
        line[j] = (line[j] ?? 0) + left * ((row[j] ?? 0) - (mean[j] ?? 0));
      b[i] = (b[i] ?? 0) + left * target;
    }
  }
  for (let i = 0; i < width; i++) {
    const line = a[i] ?? b;
    for (let j = i + 1; j < width; j++) line[j] = a[j]?.[i] ?? 0;
    line[i] = (line[i] ?? 0) * (1 + options.penalty) + 1e-12;
  }
  const found = solvePositive(a, b);
  const weights = Array.from(found, (weight) => rounded(weight, 7));
  const shift = sumOf(weights.map((weight, index) => weight * (mean[index] ?? 0)));
  return { kind: "linear", intercept: rounded(targetMean - shift, 7), weights };
}

/**
 * Non-negative least squares by coordinate descent, errors relative to the target: times that add up, such as
 * seconds = a × kernels + b × flops / peak + c × bytes / bandwidth. Give a column of ones for a constant.
 */
export function fitNonNegative(
  rows: Rows,
  targets: Float64Array,
  options: { readonly sweeps?: number; readonly penalty?: number } = {},
): LinearFile {
  const width = rows[0]?.length ?? 0;
  const a = Array.from({ length: width }, () => new Float64Array(width));
  const b = new Float64Array(width);
  for (const [index, row] of rows.entries()) {
    const scale = 1 / (targets[index] ?? 1);
    for (let i = 0; i < width; i++) {
      const left = (row[i] ?? 0) * scale;
      if (left === 0) continue;
      const line = a[i] ?? b;
      for (let j = 0; j < width; j++) line[j] = (line[j] ?? 0) + left * (row[j] ?? 0) * scale;
      b[i] = (b[i] ?? 0) + left;
    }
  }
  const x = new Float64Array(width);
  const penalty = options.penalty ?? 1e-9;
  for (let sweep = 0; sweep < (options.sweeps ?? 2000); sweep++)
    for (let i = 0; i < width; i++) {
      const line = a[i] ?? b;
      const diagonal = (line[i] ?? 0) * (1 + penalty);
      if (diagonal <= 0) continue;
      let gradient = b[i] ?? 0;
      for (let j = 0; j < width; j++) if (j !== i) gradient -= (line[j] ?? 0) * (x[j] ?? 0);
      x[i] = Math.max(0, gradient / diagonal);
    }
  return { kind: "linear", intercept: 0, weights: Array.from(x, (value) => rounded(value, 6)) };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
