import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { groupBy } from "../group.js";
import { rounded } from "./matrix.js";

/** One prediction that a fit made for a row that it had not seen. */
export interface Unseen {
  readonly predicted: number;
  readonly measured: number;
  /** Of the cross-validation that made it. */
  readonly part?: number;
}

/**
 * Split-conformal interval (Vovk et al. 2005; Romano et al. 2019): the 5th and 95th percentile of measured/predicted on
 * unseen rows, in groups of equal size by predicted time, since short kernels scatter more. Rows of one key err alike, so
 * that other percentiles may be what holds for the next key: where rows tell their parts, those by which the other parts'
 * intervals contain nine tenths of each part. `margin` moves both ends outward by quantiles.
 */
export function conformalInterval(
  rows: readonly Unseen[],
  options: { readonly groups?: number; readonly margin?: number; readonly tail?: number } = {},
): Interval {
  const tail = options.tail ?? tailOf(rows, options.groups);
  return intervalAt(rows, tail - (options.margin ?? 0.01), options.groups);
}

/**
 * Share of the rows on either side of the interval. What several targets have in common is more certain of all their rows
 * (`tail` of the above) than of each one's few keys.
 */
export function tailOf(rows: readonly Unseen[], groups?: number): number {
  const parts = groupBy(rows, ({ part }) => part);
  if (parts.size < 2) return nominalTail;
  const rest = [...parts.keys()].map((left) => ({
    own: parts.get(left) ?? [],
    others: rows.filter(({ part }) => part !== left),
  }));
  const coverage = (tail: number): number => {
    let inside = 0;
    for (const { own, others } of rest) {
      const interval = intervalAt(others, tail, groups);
      for (const row of own) if (contains(interval, row)) inside += 1;
    }
    return inside / rows.length;
  };
  let low = 0.01;
  let high = 0.08;
  for (let step = 0; step < 6; step++) {
    const middle = (low + high) / 2;
    if (coverage(middle) >= 1 - 2 * nominalTail) low = middle;
    else high = middle;
  }
  return low;
}

const nominalTail = 0.05;

function contains({ edges, low, high }: Interval, { predicted, measured }: Unseen): boolean {
  const index = edges.filter((edge) => predicted >= edge).length;
  const ratio = measured / predicted;
  return (low[index] ?? 0) <= ratio && ratio <= (high[index] ?? Infinity);
}

function intervalAt(rows: readonly Unseen[], tail: number, most = 4): Interval {
  const sorted = [...rows].sort((a, b) => a.predicted - b.predicted);
  const groups = Math.max(1, Math.min(most, Math.floor(sorted.length / 60)));
  const edges: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  for (let group = 0; group < groups; group++) {
    const start = Math.floor((group * sorted.length) / groups);
    const end = Math.floor(((group + 1) * sorted.length) / groups);
    const ratios = sorted
      .slice(start, end)
      .map(({ measured, predicted }) => measured / predicted)
      .sort((a, b) => a - b);
    if (group > 0) edges.push(rounded(sorted[start]?.predicted ?? 0, 4));
    low.push(rounded(Math.min(1, quantile(ratios, tail)), 4));
    high.push(rounded(Math.max(1, quantile(ratios, 1 - tail)), 4));
  }
  return { edges, low, high };
}

/** Of ascending values; the conformal correction takes the next one outward. */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return share < 0.5 ? 0.5 : 2;
  const at =
    share < 0.5
      ? Math.floor(share * (sorted.length + 1)) - 1
      : Math.ceil(share * (sorted.length + 1)) - 1;
  return sorted[Math.min(Math.max(at, 0), sorted.length - 1)] ?? 1;
}
