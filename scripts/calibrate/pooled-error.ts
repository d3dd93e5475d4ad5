import type { ErrorRow } from "../../server/core/cost/calibrated/calibration.js";

/** Weighted by rows: medians and percentiles of targets are averaged, which is near enough for an overview. */
export function pooledError(kind: string, rows: readonly ErrorRow[]): ErrorRow {
  const count = rows.reduce((sum, row) => sum + row.rows, 0);
  const mean = (pick: (row: ErrorRow) => number): number =>
    Number((rows.reduce((sum, row) => sum + pick(row) * row.rows, 0) / count).toFixed(4));
  return {
    kind,
    median: mean((row) => row.median),
    mean: mean((row) => row.mean),
    p90: mean((row) => row.p90),
    coverage: mean((row) => row.coverage),
    rows: count,
  };
}
