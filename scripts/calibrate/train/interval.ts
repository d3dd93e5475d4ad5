import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { rounded } from "./matrix.js";

/** One prediction that a fit made for a row that it had not seen. */
export interface Unseen {
  readonly predicted: number;
  readonly measured: number;
}

/**
 * Split-conformal interval (Vovk et al. 2005; Romano et al. 2019): the 5th and 95th percentile of measured/predicted on
 * unseen rows, in groups of equal size by predicted time, since short kernels scatter more. `margin` moves both ends
 * outward by quantiles, for the error that shapes of other keys bring.
 */
export function conformalInterval(
  rows: readonly Unseen[],
  options: { readonly groups?: number; readonly margin?: number } = {},
): Interval {
  const sorted = [...rows].sort((a, b) => a.predicted - b.predicted);
  const groups = Math.max(1, Math.min(options.groups ?? 4, Math.floor(sorted.length / 60)));
  const tail = 0.05 - (options.margin ?? 0.01);
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
