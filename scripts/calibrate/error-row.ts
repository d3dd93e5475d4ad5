import type { ErrorRow } from "../../server/core/cost/calibrated/calibration.js";
import type { Estimate } from "../../server/core/cost/cost.js";
import type { Sample } from "./set.js";

/** A measurement beside what was predicted for it. */
export interface Judged {
  readonly sample: Sample;
  readonly estimate: Estimate;
}

export function errorRow(kind: string, items: readonly Judged[]): ErrorRow {
  const errors = items
    .map(({ sample, estimate }) => Math.abs(estimate.value - sample.seconds) / sample.seconds)
    .sort((a, b) => a - b);
  const covered = items.filter(
    ({ sample, estimate }) => estimate.low <= sample.seconds && sample.seconds <= estimate.high,
  );
  const at = (share: number): number => errors[Math.floor(share * (errors.length - 1))] ?? 0;
  return {
    kind,
    median: short(at(0.5)),
    mean: short(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    p90: short(at(0.9)),
    coverage: short(covered.length / items.length),
    rows: items.length,
  };
}

function short(value: number): number {
  return Number(value.toFixed(4));
}
