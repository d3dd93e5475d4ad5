import { formatSeconds, formatShare } from "../../base/units.js";
import type { Kernel } from "../../lower/lowered.js";
import type { KernelKind } from "../../ops/kernel-shape.js";
import type { Estimate, KernelCost } from "../cost.js";
import { inferenceJoules, powerOf } from "../energy.js";
import type { Evaluator, EvaluatorFactory } from "../evaluator.js";
import { activationMemory } from "../memory-levels.js";
import { rooflineEvaluator } from "../roofline.js";
import type { Interval, KindModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { kernelJoules, totalJoules } from "./energy.js";
import { estimateOf, lentInterval } from "./interval.js";
import type { KernelModel, KernelView } from "./kernel-model.js";
import { kernelModels } from "./models/index.generated.js";
import { networkTotal } from "./network.js";
import { evaluateRegressor } from "./regressor.js";
import type { TargetCalibration } from "./target-calibration.js";

/** Costs kernels by what measurements taught; those that no measurement speaks of are left to the roofline. */
export const calibratedEvaluator: EvaluatorFactory = (target, lowered, footprint) => {
  const known = target.calibration?.();
  if (known === undefined) return undefined;
  const roofline = rooflineEvaluator(target, footprint);
  const { network } = known.calibration;
  // A meter's reading is lent to other runtimes of its own chip; on another chip the watts are others.
  const isOwnChip = known.calibration.target.split("/")[0] === target.chip.id;
  const energy = isOwnChip ? known.calibration.energy : undefined;
  const power = powerOf(target.chip);
  const memory = activationMemory(target.chip);
  const fallback = (kernel: Kernel): KernelCost => {
    const cost = roofline.evaluate(kernel);
    if (energy === undefined) return cost;
    return {
      ...cost,
      joules: kernelJoules(energy, known, cost.seconds.value, undefined),
      get reasons() {
        return cost.reasons;
      },
    };
  };
  const evaluator: Evaluator = {
    method: known.method,
    ...(energy !== undefined && {
      energy: (costs, latency, isOperator) =>
        totalJoules(energy, known, { costs, latency, isOperator }),
    }),
    evaluate: (kernel) => {
      if (kernel.engine !== target.runtime.engine) return fallback(kernel);
      for (
        let source: TargetCalibration | undefined = known;
        source !== undefined;
        source = source.next?.()
      )
        for (const fit of fitsOf(source).get(kernel.shape.kind) ?? []) {
          const view = fit.model.describe(kernel, target);
          if (view === undefined) continue;
          const cost = costOf(source, fit, view, memory.name, (seconds) =>
            energy === undefined
              ? (inferenceJoules(seconds, power) ?? roofline.evaluate(kernel).joules)
              : kernelJoules(energy, known, seconds.value, { model: fit.model, view }),
          );
          if (cost !== undefined) return cost;
        }
      return fallback(kernel);
    },
  };
  return network === undefined
    ? evaluator
    : {
        ...evaluator,
        total: (costs) => networkTotal(network, known, lowered, costs),
      };
};

/** A kernel model with what was fitted for it; `pick[i]` is where the regressor's feature i stands in the view. */
interface Fit {
  readonly model: KernelModel;
  readonly fitted: KindModel;
  readonly pick: Int32Array;
  readonly terms: readonly { readonly at: number; readonly seconds: number }[];
  readonly interval: Interval;
  readonly scratch: Float64Array;
}

/** Fits by kind of kernel, made once for each calibration that is in use. */
function fitsOf(known: TargetCalibration): ReadonlyMap<KernelKind, readonly Fit[]> {
  const kept = fitsByCalibration.get(known);
  if (kept !== undefined) return kept;
  const fits = new Map<KernelKind, Fit[]>();
  for (const model of kernelModels) {
    const fitted = known.calibration.kinds[model.id];
    if (fitted === undefined) continue;
    const pick = Int32Array.from(fitted.features, (name) => model.features.indexOf(name));
    const terms = (fitted.terms ?? []).map(({ feature, seconds }) => ({
      at: model.features.indexOf(feature),
      seconds,
    }));
    // A file made for another state of the model: its numbers mean something else now.
    if (pick.includes(-1) || terms.some(({ at }) => at < 0)) continue;
    const interval = intervalOf(known, fitted);
    const fit = { model, fitted, pick, terms, interval, scratch: new Float64Array(pick.length) };
    for (const kind of model.kinds) fits.set(kind, [...(fits.get(kind) ?? []), fit]);
  }
  fitsByCalibration.set(known, fits);
  return fits;
}

function intervalOf({ loan }: TargetCalibration, { interval, transfer }: KindModel): Interval {
  if (loan === undefined) return interval;
  return transfer?.[loan] ?? lentInterval(interval, loan);
}

const fitsByCalibration = new WeakMap<TargetCalibration, ReadonlyMap<KernelKind, readonly Fit[]>>();

function costOf(
  known: TargetCalibration,
  { fitted, pick, terms, interval, scratch }: Fit,
  view: KernelView,
  level: string,
  joulesOf: (seconds: Estimate) => Estimate | undefined,
): KernelCost | undefined {
  for (let index = 0; index < pick.length; index++)
    scratch[index] = view.features[pick[index] ?? 0] ?? 0;
  const widening = clampToRange(scratch, fitted);
  const answer = evaluateRegressor(fitted.regressor, scratch);
  const work = Math.max(view.computeSeconds, view.memorySeconds);
  let overhead = fitted.overhead;
  for (const { at, seconds } of terms) overhead += seconds * 2 ** (view.features[at] ?? 0);
  const base = work + overhead;
  const own =
    fitted.form === "correction" ? base * Math.exp(answer) : Math.max(answer, 0.2 * work, 1e-9);
  const value = known.loan === undefined ? own : own * (fitted.transfer?.scale ?? 1);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const isOverhead = overhead > work;
  const seconds = estimateOf(value, interval, known.method, widening);
  return {
    seconds,
    joules: joulesOf(seconds),
    level,
    bound: isOverhead
      ? "overhead"
      : view.computeSeconds >= view.memorySeconds
        ? "compute"
        : "memory",
    computeSeconds: view.computeSeconds,
    memorySeconds: view.memorySeconds,
    overheadSeconds: Math.min(overhead, value),
    get reasons() {
      return reasonsOf(known, view, value, widening);
    },
  };
}

function reasonsOf(
  { calibration, method, lender }: TargetCalibration,
  view: KernelView,
  seconds: number,
  widening: number,
): readonly string[] {
  const sets = calibration.sources.map((source) => source.set).join(", ");
  const rows = calibration.sources.reduce((sum, source) => sum + source.rows, 0);
  const work = Math.max(view.computeSeconds, view.memorySeconds);
  const reasons = [
    method === "borrowed"
      ? `Borrowed from ${lender}, measured in ${sets}: its utilisation on this chip's peaks.`
      : `Measured on this target: ${rows} rows of ${sets}, fitted ${calibration.date}.`,
    `Arithmetic alone would take ${formatSeconds(view.computeSeconds)} at full peak, traffic ${formatSeconds(view.memorySeconds)}; kernels of this shape reach ${formatShare(Math.min(1, work / seconds))} of that.`,
  ];
  if (widening > 0)
    reasons.push("The shape lies outside of what was measured, so the interval is wider.");
  return reasons;
}
