import type { Rows } from "./matrix.js";

/**
 * Weights ≥ 0 that make Σ weight × row come near the targets, errors relative to the target and rows weighted by
 * `trust`: non-negative least squares by coordinate descent on columns scaled to one size.
 */
export function fitShares(
  rows: Rows,
  targets: Float64Array,
  trust: Float64Array,
  /** What of each target is spoken for already. */
  known?: Float64Array,
): Float64Array {
  const width = rows[0]?.length ?? 0;
  const scale = new Float64Array(width);
  for (const [index, row] of rows.entries())
    for (let j = 0; j < width; j++)
      scale[j] = Math.max(scale[j] ?? 0, (row[j] ?? 0) / (targets[index] ?? 1));
  const a = Array.from({ length: width }, () => new Float64Array(width));
  const b = new Float64Array(width);
  const scaled = new Float64Array(width);
  for (const [index, row] of rows.entries()) {
    const weight = trust[index] ?? 1;
    const rest = 1 - (known?.[index] ?? 0) / (targets[index] ?? 1);
    for (let j = 0; j < width; j++)
      scaled[j] = (row[j] ?? 0) / (targets[index] ?? 1) / ((scale[j] ?? 0) || 1);
    for (let i = 0; i < width; i++) {
      const left = weight * (scaled[i] ?? 0);
      if (left === 0) continue;
      const line = a[i] ?? b;
      for (let j = 0; j < width; j++) line[j] = (line[j] ?? 0) + left * (scaled[j] ?? 0);
      b[i] = (b[i] ?? 0) + left * rest;
    }
  }
  const x = descend(a, b);
  return x.map((value, index) => ((scale[index] ?? 0) > 0 ? value / (scale[index] ?? 1) : 0));
}

function descend(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const width = b.length;
  const x = new Float64Array(width);
  // A little of a ridge picks one of many equal solutions, so that equal columns share.
  const ridge = 1e-7 * Math.max(...a.map((line, index) => line[index] ?? 0));
  for (let sweep = 0; sweep < 3000; sweep++) {
    let largest = 0;
    for (let i = 0; i < width; i++) {
      const line = a[i] ?? b;
      const diagonal = (line[i] ?? 0) + ridge;
      if (diagonal <= 0) continue;
      let gradient = b[i] ?? 0;
      for (let j = 0; j < width; j++) if (j !== i) gradient -= (line[j] ?? 0) * (x[j] ?? 0);
      const next = Math.max(0, gradient / diagonal);
      largest = Math.max(largest, Math.abs(next - (x[i] ?? 0)));
      x[i] = next;
    }
    if (largest < 1e-9) break;
  }
  return x;
}
