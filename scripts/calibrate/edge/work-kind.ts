import { rounded } from "../train/matrix.js";

/** Work goes on in proportion beyond what was measured. */
const unbounded = 1e30;

/** A kind of kernel in a target's file: seconds in proportion to amounts of work, as networks that were measured whole teach them. */
export function workKind(
  features: readonly string[],
  weights: readonly number[],
  interval: { readonly low: readonly number[]; readonly high: readonly number[] },
): unknown {
  return {
    form: "seconds",
    overhead: 0,
    features,
    low: features.map(() => 0),
    high: features.map(() => unbounded),
    regressor: { kind: "linear", intercept: 0, weights },
    // A kernel by itself is less certain than the sum that was measured.
    interval: {
      edges: [],
      low: [rounded((interval.low[0] ?? 0.5) / 1.5, 4)],
      high: [rounded((interval.high[0] ?? 2) * 1.5, 4)],
    },
  };
}
