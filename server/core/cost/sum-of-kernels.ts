import type { Estimate, KernelCost } from "./cost.js";

/**
 * Ends of an interval of a sum. Borrowed and roofline kernels have one cause for their errors, the same wrong efficiency, so
 * that their ends add up like values. Fits to a target have no such cause left: cross-validated residuals of linear
 * layers correlate by 0.00 to 0.01 between layers at one number of tokens, and by 0.17 to 0.21 for one layer at different
 * numbers (H200 fp8, B200 nvfp4). Equal kernels err alike, different ones by `correlation`.
 */
export function endsOfSum(costs: readonly KernelCost[]): Pick<Estimate, "low" | "high"> {
  const [only] = costs;
  if (only !== undefined && costs.length === 1) return only.seconds;
  const counts = new Map<KernelCost, number>();
  let middle = 0;
  let low = 0;
  let high = 0;
  for (const cost of costs) {
    const { seconds } = cost;
    if (seconds.method === "calibrated") {
      middle += seconds.value;
      counts.set(cost, (counts.get(cost) ?? 0) + 1);
    } else {
      low += seconds.low;
      high += seconds.high;
    }
  }
  const side = (lengthOf: (seconds: Estimate) => number): number => {
    let sum = 0;
    let squares = 0;
    for (const [{ seconds }, count] of counts) {
      const length = count * lengthOf(seconds);
      sum += length;
      squares += length * length;
    }
    return Math.sqrt(correlation * sum * sum + (1 - correlation) * squares);
  };
  return {
    low: low + middle - side(({ value, low: end }) => value - end),
    high: high + middle + side(({ value, high: end }) => end - value),
  };
}

const correlation = 0.2;
