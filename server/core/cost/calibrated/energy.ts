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

/**
 * Of a whole inference, or of an operator by itself. Where the meter told watts alone, the latency decides: kernels may
 * have been scaled to it.
 */
export function totalJoules(
  energy: EnergyModel,
  known: TargetCalibration,
  whole: {
    readonly costs: readonly KernelCost[];
    readonly latency: Estimate;
    readonly isOperator: boolean;
  },
): Estimate {
  const { costs, latency, isOperator } = whole;
  const sum =
    Object.keys(energy.kinds).length === 0
      ? energy.watts * latency.value
      : costs.reduce((total, { joules }) => total + (joules?.value ?? 0), 0);
  const joules = isOperator ? sum : sum + energy.inferenceJoules;
  return estimateOf(joules, intervalOf(energy, known), known.method, 0);
}

function intervalOf(
  { interval }: EnergyModel,
  { loan }: TargetCalibration,
): EnergyModel["interval"] {
  return loan === undefined ? interval : lentInterval(interval, loan);
}
