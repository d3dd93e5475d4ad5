import type { Lowered } from "../../lower/lowered.js";
import type { Target } from "../../targets/target.js";
import type { Estimate, KernelCost } from "../cost.js";
import { aggregate } from "./aggregates.js";
import type { NetworkModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { dispatchedTime } from "./dispatch.js";
import { estimateOf, lentInterval } from "./interval.js";
import { evaluateRegressor } from "./regressor.js";
import type { TargetCalibration } from "./target-calibration.js";

/** A whole inference, and the factor that its kernels' times take so that they add up to it. */
export interface NetworkTotal {
  readonly latency: Estimate;
  readonly scale: number;
}

export interface NetworkQuestion {
  readonly target: Target;
  readonly lowered: Lowered;
  readonly costs: readonly KernelCost[];
}

export function networkTotal(
  network: NetworkModel,
  known: TargetCalibration,
  { target, lowered, costs }: NetworkQuestion,
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
    const inference = { target, known, lowered, costs, seconds: sum };
    const found = dispatchedTime(network, dispatch, inference);
    whole = found.seconds;
    widening += found.widening;
    interval = found.interval ?? interval;
  }
  const { loan } = known;
  if (loan !== undefined) interval = lentInterval(interval, loan);
  const value = whole * factor;
  // What launches add belongs to the kernels launched; the inference's own seconds belong to none.
  const shared = dispatch === undefined ? sum * factor : value;
  return {
    latency: withStrangers(estimateOf(value, interval, known.method, widening), costs, factor),
    scale: sum > 0 ? shared / sum : 1,
  };
}

/**
 * Kernels of which the measured networks had none are left to the roofline, whose error comes on top of the network's,
 * independent of it. The fit itself leaves small constant parts to it (`withoutConstant`), so that only a larger share
 * lowers the method of the whole.
 */
function withStrangers(latency: Estimate, costs: readonly KernelCost[], factor: number): Estimate {
  let [seconds, below, above] = [0, 0, 0];
  for (const { seconds: own } of costs) {
    if (own.method !== "roofline") continue;
    seconds += own.value;
    below += own.value - own.low;
    above += own.high - own.value;
  }
  if (seconds === 0) return latency;
  const { value, low, high, method, coverage } = latency;
  const spread = (end: number, added: number): number =>
    Math.exp(Math.hypot(Math.log(end / value), Math.log(1 + added / value)));
  return {
    value,
    low: value / spread(low, -factor * below),
    high: value * spread(high, factor * above),
    method: factor * seconds > strangersShare * value ? "roofline" : method,
    coverage,
  };
}

const strangersShare = 0.2;
