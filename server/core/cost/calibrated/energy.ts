import type { Estimate, KernelCost } from "../cost.js";
import type { EnergyModel } from "./calibration.js";
import { estimateOf, lentInterval } from "./interval.js";
import type { KernelModel, KernelView } from "./kernel-model.js";
import type { TargetCalibration } from "./target-calibration.js";

/** Joules of a kernel from what the meter taught: by its own work where that was fitted, else watts × seconds. */
export function kernelJoules(
  energy: EnergyModel,
  known: TargetCalibration,
  seconds: number,
  described: { readonly model: KernelModel; readonly view: KernelView } | undefined,
): Estimate {
  const fitted = described === undefined ? undefined : energy.kinds[described.model.id];
  let joules = energy.watts * seconds;
  if (fitted !== undefined && described !== undefined) {
    joules = 0;
    for (const [index, name] of fitted.features.entries()) {
      const feature = described.view.features[described.model.features.indexOf(name)] ?? 0;
      joules += (fitted.weights[index] ?? 0) * feature;
    }
  }
  return estimateOf(joules, intervalOf(energy, known), known.method, 0);
}

/** Of a whole inference, or of an operator by itself. */
export function totalJoules(
  energy: EnergyModel,
  known: TargetCalibration,
  costs: readonly KernelCost[],
  isOperator: boolean,
): Estimate {
  const sum = costs.reduce((total, { joules }) => total + (joules?.value ?? 0), 0);
  const whole = isOperator ? sum : sum + energy.inferenceJoules;
  return estimateOf(whole, intervalOf(energy, known), known.method, 0);
}

function intervalOf(
  { interval }: EnergyModel,
  { method }: TargetCalibration,
): EnergyModel["interval"] {
  return method === "borrowed" ? lentInterval(interval) : interval;
}
