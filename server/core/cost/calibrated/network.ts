import type { Kernel, Lowered } from "../../lower/lowered.js";
import type { Estimate, KernelCost } from "../cost.js";
import { aggregate, type Aggregated } from "./aggregates.js";
import { blocksOf, waitedFor } from "./blocks.js";
import type { Dispatch, Interval, NetworkModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { hostFactor, hostInterval } from "./hosts.js";
import { estimateOf, lentInterval } from "./interval.js";
import { isLaunched, launchClass } from "./launch-class.js";
import { overlapped } from "./overlapped.js";
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
    const once = host.factor * inferenceSeconds;
    const launchOf = (index: number): number =>
      host.factor * launchSeconds(dispatch, lowered.kernels[index]);
    const launches = lowered.kernels.reduce((all, _, index) => all + launchOf(index), once);
    whole = overlapped(dispatch.power, sum, launches);
    if (host.waiting > negligible) {
      const kernelOf = (index: number): number => costs[index]?.seconds.value ?? 0;
      const of = { kernel: kernelOf, launch: launchOf };
      const waited = once + waitedFor(blocksOf(lowered), dispatch.power, of);
      whole += host.waiting * (waited - whole);
    }
    if (Object.keys(dispatch.seconds).length === 0)
      widening += assumedLaunches * (launches / Math.max(whole, 1e-12)) ** dispatch.power;
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

/** Share of hosts below which blocks are not looked for. */
const negligible = 1e-3;

/** Where nobody measured launches: they differ by as much from one machine to the next, as a logarithm. */
const assumedLaunches = Math.log(2);

function hostOf(
  { hosts }: Dispatch,
  subject: Aggregated,
): ReturnType<typeof hostFactor> & { readonly interval?: Interval | undefined } {
  if (hosts === undefined) return { factor: 1, widening: 0, waiting: 0 };
  const aggregates = hosts.features.map((name) => aggregate(name, subject));
  return {
    ...hostFactor(hosts.measured, aggregates),
    interval: hostInterval(hosts.measured, aggregates),
  };
}

function launchSeconds({ seconds, other }: Dispatch, kernel: Kernel | undefined): number {
  if (kernel === undefined || !isLaunched(kernel)) return 0;
  return seconds[launchClass(kernel)] ?? other;
}
