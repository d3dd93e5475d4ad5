import type { ErrorRow } from "../../server/core/cost/calibrated/calibration.js";
import type { Estimate } from "../../server/core/cost/cost.js";
import type { Sample } from "./set.js";

/** A measurement beside what was predicted for it. */
export interface Judged {
  readonly sample: Sample;
  readonly estimate: Estimate;
  /** Seconds, or joules. */
  readonly measured: number;
}

export function errorRow(kind: string, items: readonly Judged[]): ErrorRow {
  const errors = items
    .map(({ measured, estimate }) => Math.abs(estimate.value - measured) / measured)
    .sort((a, b) => a - b);
  const covered = items.filter(
    ({ measured, estimate }) => estimate.low <= measured && measured <= estimate.high,
  );
  const at = (share: number): number => errors[Math.floor(share * (errors.length - 1))] ?? 0;
  return {
    kind,
    median: short(at(0.5)),
    mean: short(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    p90: short(at(0.9)),
    coverage: short(covered.length / items.length),
    rows: items.length,
    ...(items.length >= 20 && { rank: short(rankCorrelation(items)) }),
  };
}

/** Spearman's: how well predictions order what was measured. */
function rankCorrelation(items: readonly Judged[]): number {
  const predicted = ranksOf(items.map(({ estimate }) => estimate.value));
  const measured = ranksOf(items.map((item) => item.measured));
  const middle = (items.length - 1) / 2;
  let product = 0;
  let left = 0;
  let right = 0;
  for (const [index, rank] of predicted.entries()) {
    const other = measured[index] ?? 0;
    product += (rank - middle) * (other - middle);
    left += (rank - middle) ** 2;
    right += (other - middle) ** 2;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}

/** Equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let place = start; place < end; place++) ranks[order[place] ?? 0] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

function short(value: number): number {
  return Number(value.toFixed(4));
}
