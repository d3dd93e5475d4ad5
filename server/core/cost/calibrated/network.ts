import type { Lowered } from "../../lower/lowered.js";
import type { Estimate, KernelCost } from "../cost.js";
import { aggregate, type Aggregated } from "./aggregates.js";
import type { Dispatch, Interval, NetworkModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { hostFactor, hostInterval } from "./hosts.js";
import { estimateOf, lentInterval } from "./interval.js";
import { isLaunched, launchClass } from "./launch-class.js";
import { evaluateRegressor } from "./regressor.js";
import type { TargetCalibration } from "./target-calibration.js";

/** A whole inference, and the factor that its kernels' times take so that they add up to it. */
export interface NetworkTotal {
  readonly latency: Estimate;
  readonly scale: number;
}

export function networkTotal(
  network: NetworkModel,
  known: TargetCalibration,
  lowered: Lowered,
  costs: readonly KernelCost[],
): NetworkTotal {
  const sum = costs.reduce((total, cost) => total + cost.seconds.value, 0);
  const { correction, dispatch, inferenceSeconds } = network;
  let factor = 1;
  let widening = 0;
  if (correction !== undefined) {
    const features = Float64Array.from(correction.features, (name) =>
      aggregate(name, { lowered, costs, seconds: sum }),
    );
    widening = clampToRange(features, correction);
    factor = Math.exp(evaluateRegressor(correction.regressor, features));
  }
  let whole = sum + inferenceSeconds;
  let interval = network.interval;
  if (dispatch !== undefined) {
    const host = hostOf(dispatch, { lowered, costs, seconds: sum });
    widening += host.widening;
    interval = host.interval ?? interval;
    const launches = host.factor * (inferenceSeconds + launchSeconds(dispatch, lowered));
    whole = overlapped(dispatch.power, sum, launches);
    if (Object.keys(dispatch.seconds).length === 0)
      widening += assumedLaunches * (launches / Math.max(whole, 1e-12)) ** dispatch.power;
  }
  const { loan } = known;
  if (loan !== undefined) interval = lentInterval(interval, loan);
  const value = whole * factor;
  // What launches add belongs to the kernels launched; the inference's own seconds belong to none.
  const shared = dispatch === undefined ? sum * factor : value;
  return {
    latency: estimateOf(value, interval, known.method, widening),
    scale: sum > 0 ? shared / sum : 1,
  };
}

/** Where nobody measured launches: they differ by as much from one machine to the next, as a logarithm. */
const assumedLaunches = Math.log(2);

function hostOf(
  { hosts }: Dispatch,
  subject: Aggregated,
): ReturnType<typeof hostFactor> & { readonly interval?: Interval | undefined } {
  if (hosts === undefined) return { factor: 1, widening: 0 };
  const aggregates = hosts.features.map((name) => aggregate(name, subject));
  return {
    ...hostFactor(hosts.measured, aggregates),
    interval: hostInterval(hosts.measured, aggregates),
  };
}

/** About the slower of two that run side by side. */
export function overlapped(power: number, kernels: number, launches: number): number {
  const slower = Math.max(kernels, launches);
  if (slower <= 0) return 0;
  return slower * ((kernels / slower) ** power + (launches / slower) ** power) ** (1 / power);
}

function launchSeconds({ seconds, other }: Dispatch, lowered: Lowered): number {
  let sum = 0;
  for (const kernel of lowered.kernels)
    if (isLaunched(kernel)) sum += seconds[launchClass(kernel)] ?? other;
  return sum;
}
