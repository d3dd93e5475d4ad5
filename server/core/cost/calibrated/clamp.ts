/** The range of the fit, feature by feature. */
export interface FitRange {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Brings features into the range of the fit, in place, and answers how far outside they were: the widening of the
 * interval, in units of a log factor. Beyond its range a correction stays what it was at the end, so that the
 * prediction follows the roofline from there. One range's length outside doubles the uncertainty.
 */
export function clampToRange(features: Float64Array, { low, high }: FitRange): number {
  let outside = 0;
  for (let index = 0; index < features.length; index++) {
    const value = features[index] ?? 0;
    const from = low[index] ?? value;
    const to = high[index] ?? value;
    if (from <= value && value <= to) continue;
    const nearest = value < from ? from : to;
    outside += Math.abs(value - nearest) / Math.max(to - from, 1);
    features[index] = nearest;
  }
  return Math.min(Math.LN2 * outside, Math.log(10));
}
