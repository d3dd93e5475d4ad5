import type { Estimate, Method } from "../cost.js";
import type { Interval } from "./calibration.js";

/** `widening` ≥ 0 is added to the logarithm of both sides: what lies outside of the measured range is less certain. */
export function estimateOf(
  seconds: number,
  interval: Interval,
  method: Method,
  widening: number,
): Estimate {
  const index = entryOf(interval, seconds);
  const spread = Math.exp(widening);
  return {
    value: seconds,
    low: (seconds * (interval.low[index] ?? 0.5)) / spread,
    high: seconds * (interval.high[index] ?? 2) * spread,
    method,
    coverage: 0.9,
  };
}

/** Which of an interval's factors hold for a prediction. */
export function entryOf({ edges }: Interval, seconds: number): number {
  let index = 0;
  while (index < edges.length && seconds >= (edges[index] ?? Infinity)) index++;
  return index;
}

/**
 * The interval of a borrowed model where none was fitted: errors of the lender, and beyond them in either direction about
 * what leaving a chip out costs on linear layers, where another chip of the architecture lends or one of another.
 */
export function lentInterval(interval: Interval, loan: "near" | "far"): Interval {
  const factor = loan === "near" ? 1.3 : 2;
  return {
    edges: interval.edges,
    low: interval.low.map((low) => low / factor),
    high: interval.high.map((high) => high * factor),
  };
}
