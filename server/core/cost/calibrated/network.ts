import type { Lowered } from "../../lower/lowered.js";
import type { Estimate, KernelCost } from "../cost.js";
import { aggregate } from "./aggregates.js";
import type { NetworkModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { estimateOf, lentInterval } from "./interval.js";
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
  const { correction } = network;
  let scale = 1;
  let widening = 0;
  if (correction !== undefined) {
    const features = Float64Array.from(correction.features, (name) =>
      aggregate(name, { lowered, costs, seconds: sum }),
    );
    widening = clampToRange(features, correction);
    scale = Math.exp(evaluateRegressor(correction.regressor, features));
  }
  const interval = known.method === "borrowed" ? lentInterval(network.interval) : network.interval;
  const value = (sum + network.inferenceSeconds) * scale;
  return { latency: estimateOf(value, interval, known.method, widening), scale };
}
