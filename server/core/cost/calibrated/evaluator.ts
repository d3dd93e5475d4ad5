import { once } from "../../base/once.js";
import { formatSeconds, formatShare } from "../../base/units.js";
import type { Kernel } from "../../lower/lowered.js";
import type { KernelKind } from "../../ops/kernel-shape.js";
import { ExplainedCost, withAmounts, type Estimate, type KernelCost } from "../cost.js";
import { partOfChip } from "../../targets/part-of-chip.js";
import type { Target } from "../../targets/target.js";
import { powerOf, type Power } from "../energy.js";
import type { Evaluator, EvaluatorFactory } from "../evaluator.js";
import { activationMemory } from "../memory-levels.js";
import { rooflineEvaluator } from "../roofline.js";
import type { EnergyModel, Interval, KindModel } from "./calibration.js";
import { clampToRange } from "./clamp.js";
import { kernelJoules, totalJoules } from "./energy.js";
import { nothing } from "./gpu-terms.js";
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
  const constants = constantsOf(target, known);
  const { energy } = constants;
  const { network } = known.calibration;
  const roofline = rooflineEvaluator(constants.atWork, footprint);
  const evaluator: Evaluator = {
    method: known.method,
    ...(energy !== undefined && {
      energy: (costs, latency, isOperator) =>
        totalJoules(energy, known, { costs, latency, isOperator }),
    }),
    evaluate: (kernel) => {
      const isOwn = kernel.engine === target.runtime.engine;
      const first = isOwn ? opinionOf(constants.source, kernel) : undefined;
      if (first !== undefined) {
        if (first.source.known.loan !== "far") return first.cost;
        const second = opinionOf(first.source.next(), kernel);
        return second === undefined ? first.cost : asWideAs(first.cost, second.cost.seconds);
      }
      const cost = roofline.evaluate(kernel);
      if (energy === undefined) return cost;
      const joules = kernelJoules(energy, known, cost.seconds.value, undefined);
      return withAmounts(cost, { seconds: cost.seconds, joules });
    },
  };
  /** Of the first source, from this one on, that knows such kernels. */
  const opinionOf = (
    from: Source | undefined,
    kernel: Kernel,
  ): { readonly source: Source; readonly cost: KernelCost } | undefined => {
    for (let source = from; source !== undefined; source = source.next())
      for (const fit of fitsOf(source, kernel.shape.kind)) {
        const view = fit.model.describe(kernel, source.known.sustained ?? target);
        if (view === undefined) continue;
        const cost = costOf({ source: source.known, fit, view, kernel, constants, roofline });
        if (cost !== undefined) return { source, cost };
      }
    return undefined;
  };
  return network === undefined
    ? evaluator
    : {
        ...evaluator,
        total: (costs) => networkTotal(network, known, { target, lowered, costs }),
      };
};

/** Where nobody of the architecture was measured, what another lender says is as likely to be true. */
function asWideAs(cost: KernelCost, other: Estimate): KernelCost {
  const { seconds, joules } = cost;
  const low = Math.min(seconds.low, other.low);
  const high = Math.max(seconds.high, other.high);
  if (low === seconds.low && high === seconds.high) return cost;
  return withAmounts(cost, {
    seconds: { ...seconds, low, high },
    joules: joules && {
      ...joules,
      low: (joules.low * low) / seconds.low,
      high: (joules.high * high) / seconds.high,
    },
  });
}

/** What all kernels of a target share. */
interface Constants {
  readonly source: Source;
  /** A meter's reading is lent to other runtimes of its own chip; on another chip the watts are others. */
  readonly energy: EnergyModel | undefined;
  readonly power: Power | undefined;
  readonly level: string;
  /** What the roofline answers by: the part of the chip that was measured. */
  readonly atWork: Target;
}

function constantsOf(target: Target, known: TargetCalibration): Constants {
  const kept = constantsByTarget.get(target);
  if (kept?.source.known === known) return kept;
  const isOwnChip = known.calibration.target.split("/")[0] === target.chip.id;
  const { part } = known.calibration;
  const constants = {
    source: sourceOf(known),
    energy: isOwnChip ? known.calibration.energy : undefined,
    power: powerOf(target.chip),
    level: activationMemory(target.chip).name,
    atWork: part === undefined ? target : partOfChip(target, part),
  };
  constantsByTarget.set(target, constants);
  return constants;
}

const constantsByTarget = new WeakMap<Target, Constants>();

/** A kernel model with what was fitted for it; `pick[i]` is where the regressor's feature i stands in the view. */
interface Fit {
  readonly model: KernelModel;
  readonly fitted: KindModel;
  readonly pick: Int32Array;
  readonly terms: readonly { readonly at: number; readonly seconds: number }[];
  readonly interval: Interval;
  readonly scratch: Float64Array;
}

/** Who knows of kernels: the target's own file, and behind it those that lend to it. */
interface Source {
  readonly known: TargetCalibration;
  readonly fits: Map<KernelKind, readonly Fit[]>;
  /** Read when the first kernel asks. */
  readonly next: () => Source | undefined;
}

function sourceOf(known: TargetCalibration): Source {
  const next = once((): Source | undefined => {
    const lender = known.next?.();
    return lender && sourceOf(lender);
  });
  return { known, fits: new Map(), next };
}

/** Made when the first such kernel is costed: only then are the numbers of its models unpacked. */
function fitsOf({ known, fits }: Source, kind: KernelKind): readonly Fit[] {
  let own = fits.get(kind);
  if (own === undefined) fits.set(kind, (own = makeFits(known, kind)));
  return own;
}

function makeFits(known: TargetCalibration, kind: KernelKind): readonly Fit[] {
  return kernelModels.flatMap((model): readonly Fit[] => {
    if (!model.kinds.includes(kind)) return [];
    const fitted = known.calibration.kinds[model.id];
    if (fitted === undefined) return [];
    const pick = Int32Array.from(fitted.features, (name) => model.features.indexOf(name));
    const terms = (fitted.terms ?? []).map(({ feature, seconds }) => ({
      at: model.features.indexOf(feature),
      seconds,
    }));
    // A file made for another state of the model: its numbers mean something else now.
    if (pick.includes(-1) || terms.some(({ at }) => at < 0)) return [];
    const interval = intervalOf(known, fitted);
    return [{ model, fitted, pick, terms, interval, scratch: new Float64Array(pick.length) }];
  });
}

function intervalOf({ loan }: TargetCalibration, { interval, transfer }: KindModel): Interval {
  if (loan === undefined) return interval;
  return transfer?.[loan] ?? lentInterval(interval, loan);
}

interface Described {
  readonly source: TargetCalibration;
  readonly fit: Fit;
  readonly view: KernelView;
  readonly kernel: Kernel;
  readonly constants: Constants;
  readonly roofline: Evaluator;
}

function costOf(described: Described): KernelCost | undefined {
  const { source, fit, view, kernel, constants, roofline } = described;
  const { model, fitted, pick, terms, interval, scratch } = fit;
  const { computeSeconds, memorySeconds, features } = view;
  for (let index = 0; index < pick.length; index++)
    scratch[index] = features[pick[index] as number] ?? 0;
  const widening = clampToRange(scratch, fitted);
  const answer = evaluateRegressor(fitted.regressor, scratch);
  const work = Math.max(computeSeconds, memorySeconds);
  let overhead = fitted.overhead;
  for (const { at, seconds } of terms) {
    const count = features[at] ?? 0;
    if (count > nothing) overhead += seconds * 2 ** count;
  }
  const base = work + overhead;
  const own =
    fitted.form === "correction" ? base * Math.exp(answer) : Math.max(answer, 0.2 * work, 1e-9);
  const value = source.loan === undefined ? own : own * (fitted.transfer?.scale ?? 1);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const seconds = estimateOf(value, interval, source.method, widening);
  const { energy, power, level } = constants;
  const joules =
    energy !== undefined
      ? kernelJoules(energy, constants.source.known, value, { model, view })
      : power === undefined
        ? roofline.evaluate(kernel).joules
        : undefined;
  const bound =
    overhead > work ? "overhead" : computeSeconds >= memorySeconds ? "compute" : "memory";
  const overheadSeconds = Math.min(overhead, value);
  return new ExplainedCost(
    { seconds, joules, power, bound, level, computeSeconds, memorySeconds, overheadSeconds },
    () => reasonsOf(source, { computeSeconds, memorySeconds, value, widening }),
  );
}

function reasonsOf(
  { calibration, method, lender, sustained }: TargetCalibration,
  found: {
    readonly computeSeconds: number;
    readonly memorySeconds: number;
    readonly value: number;
    readonly widening: number;
  },
): readonly string[] {
  const { computeSeconds, memorySeconds, value, widening } = found;
  const sets = calibration.sources.map((source) => source.set).join(", ");
  const rows = calibration.sources.reduce((sum, source) => sum + source.rows, 0);
  const work = Math.max(computeSeconds, memorySeconds);
  const { part } = calibration;
  const where = part === undefined ? "" : ` (${part.words})`;
  const reasons = [
    method === "borrowed"
      ? `Borrowed from ${lender}, measured in ${sets}: its utilisation on this chip's peaks${where}.`
      : `Measured on this target${where}: ${rows} rows of ${sets}, fitted ${calibration.date}.`,
    `Arithmetic alone would take ${formatSeconds(computeSeconds)} at ${sustained === undefined ? "full peak" : "the clock that its power sustains beside the lender's"}, traffic ${formatSeconds(memorySeconds)}; kernels of this shape reach ${formatShare(Math.min(1, work / value))} of that.`,
  ];
  if (widening > 0)
    reasons.push("The shape lies outside of what was measured, so the interval is wider.");
  return reasons;
}
