import { Decoder } from "../../../server/core/base/decode.js";
import { decodeRegressor } from "../../../server/core/cost/calibrated/decode-regressor.js";
import { evaluateRegressor } from "../../../server/core/cost/calibrated/regressor.js";
import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { nothing } from "../../../server/core/cost/calibrated/gpu-terms.js";
import { foldOf, isInHalf } from "../split.js";
import { fitNonNegative } from "./linear.js";
import { intervalsByTarget, type UnseenOfTarget } from "./interval.js";
import { asOfWholeFit } from "./learning.js";
import { rounded, type Rows } from "./matrix.js";

/** One measured kernel as a kernel model sees it. */
export interface KindRow {
  readonly key: string;
  readonly features: Float64Array;
  /** max(arithmetic, traffic) at full peaks, seconds. */
  readonly work: number;
  readonly seconds: number;
  /** Target that it was measured on. */
  readonly target?: string;
}

export interface KindPlan {
  /** Names of the features, in the rows' order. */
  readonly features: readonly string[];
  /** Those that the regressor takes, where not all. */
  readonly inputs?: readonly string[];
  /** Features that count what takes time beside the work; how long each takes, and the overhead, is fitted. */
  readonly terms?: readonly string[];
  /** Trains on logarithms of measured / (work + overhead); answers what a file holds. */
  readonly train: (rows: Rows, targets: Float64Array) => unknown;
  /**
   * A fitted function of the inputs that `train` corrects, as a file holds it: what other chips teach. It has not seen
   * the keys of the fold, where one is named.
   */
  readonly prior?: (fold: number | undefined) => unknown;
  /** What chips alike take beside the work, for a target of which only long kernels were measured. */
  readonly overhead?: number | undefined;
  readonly folds?: number;
  readonly margin?: number;
  /** Of the rows of a fold, those by whose residuals the interval is found; all where left out. */
  readonly judging?: (rows: readonly KindRow[]) => readonly KindRow[];
}

let isFinal = false;

/** For the rest of the run: no cross-validation, since intervals are not taken from these fits. */
export function setFinal(value: boolean): void {
  isFinal = value;
}

export function isFinalFit(): boolean {
  return isFinal;
}

/**
 * A kind's model in the form of the files: fitted to all rows; its interval from a cross-validation in which no key is
 * on both sides.
 */
export function fitKind(
  rows: readonly KindRow[],
  plan: KindPlan,
): Readonly<Record<string, unknown>> {
  return fitKindOfMany(rows, plan).kind;
}

/** Of rows of several targets, with the interval of each. */
export function fitKindOfMany(
  rows: readonly KindRow[],
  plan: KindPlan,
): {
  readonly kind: Readonly<Record<string, unknown>>;
  readonly intervals: ReadonlyMap<string, Interval>;
} {
  const base = fitBase(rows, plan);
  // The final fit keeps the intervals of the one before.
  const folds = isFinal ? 0 : (plan.folds ?? 4);
  const unseen: UnseenOfTarget[] = [];
  const byHalf: UnseenOfTarget[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const rest = rows.filter(({ key }) => foldOf(key, folds) !== fold);
    const ofFold = rows.filter(({ key }) => foldOf(key, folds) === fold);
    const part = plan.judging?.(ofFold) ?? ofFold;
    if (rest.length === 0 || part.length === 0) continue;
    const judge = (seen: readonly KindRow[], found: UnseenOfTarget[]): void => {
      const predict = predictorOf(trained(seen, plan, base, fold), plan, base);
      for (const row of part) {
        const { key, seconds: measured, target = "" } = row;
        found.push({ predicted: predict(row), measured, target, key, part: fold });
      }
    };
    judge(rest, unseen);
    const half = rest.filter(({ key }) => isInHalf(key));
    if (half.length > 0) judge(half, byHalf);
  }
  const range = (pick: (left: number, right: number) => number, start: number): readonly number[] =>
    inputsOf(plan).map((name) => {
      const index = plan.features.indexOf(name);
      return rounded(
        rows.reduce((found, row) => pick(found, row.features[index] ?? 0), start),
        6,
      );
    });
  const { pool, of } = intervalsByTarget(asOfWholeFit(unseen, byHalf, 1 - 1 / folds), {
    margin: plan.margin ?? 0,
  });
  const kind = {
    form: "correction",
    overhead: base.overhead,
    terms: base.terms.map(({ feature, seconds }) => ({ feature, seconds })),
    features: inputsOf(plan),
    low: range(Math.min, Infinity),
    high: range(Math.max, -Infinity),
    interval: pool,
    regressor: trained(rows, plan, base),
  };
  return { kind, intervals: of };
}

/** Longer ones than so many overheads do not tell how long that is. */
export const shortKernel = 3;

/** Seconds beside the work: once for a kernel, and for each of what a feature counts. */
export interface Base {
  readonly overhead: number;
  readonly terms: readonly {
    readonly feature: string;
    readonly at: number;
    readonly seconds: number;
  }[];
}

export function fitBase(
  rows: readonly KindRow[],
  plan: Pick<KindPlan, "features" | "terms" | "overhead">,
): Base {
  const counted = (plan.terms ?? [])
    .map((feature) => ({ feature, at: plan.features.indexOf(feature) }))
    .filter(({ at }) => rows.some((row) => (row.features[at] ?? nothing) > nothing));
  const { weights } = fitNonNegative(
    rows.map((row) =>
      Float64Array.of(1, row.work, ...counted.map(({ at }) => 2 ** (row.features[at] ?? 0))),
    ),
    Float64Array.from(rows, (row) => row.seconds),
  );
  const [overhead = 0, slope = 1, ...others] = weights;
  // The work itself keeps the factor 1: what it is short of is the correction's. Where the terms speak for it, they keep
  // their seconds.
  const share = slope < 0.3 ? 1 : slope;
  const { overhead: ofOthers = 0 } = plan;
  const isTold = rows.some(({ seconds }) => seconds < shortKernel * ofOthers);
  return {
    overhead: rounded(Math.max(overhead / share, isTold ? 0 : ofOthers, 1e-6), 4),
    terms: counted.map((item, index) => ({
      ...item,
      seconds: rounded((others[index] ?? 0) / share, 4),
    })),
  };
}

export function baseSeconds(row: KindRow, { overhead, terms }: Base): number {
  let seconds = row.work + overhead;
  for (const term of terms) seconds += term.seconds * 2 ** (row.features[term.at] ?? 0);
  return seconds;
}

function trained(rows: readonly KindRow[], plan: KindPlan, base: Base, fold?: number): unknown {
  const prior = plan.prior?.(fold);
  const start = prior === undefined ? undefined : functionOf(prior, plan);
  const inputs = rows.map((row) => picked(row, plan));
  const targets = Float64Array.from(
    rows,
    (row, index) =>
      Math.log(row.seconds / baseSeconds(row, base)) -
      (start?.(inputs[index] ?? new Float64Array()) ?? 0),
  );
  const own = plan.train(inputs, targets);
  return prior === undefined ? own : { kind: "sum", scale: 1, parts: [prior, own] };
}

/** Through the decoder and the evaluation that the product uses, so that rounding counts. */
function predictorOf(file: unknown, plan: KindPlan, base: Base): (row: KindRow) => number {
  const answer = functionOf(file, plan);
  return (row) => baseSeconds(row, base) * Math.exp(answer(picked(row, plan)));
}

function functionOf(file: unknown, plan: KindPlan): (inputs: Float64Array) => number {
  const decoder = new Decoder("fit");
  const regressor = decodeRegressor(decoder, file, "regressor", inputsOf(plan).length);
  if (regressor === undefined) throw new Error(decoder.problems[0]?.message ?? "no regressor");
  return (inputs) => evaluateRegressor(regressor, inputs);
}

function inputsOf({ inputs, features }: KindPlan): readonly string[] {
  return inputs ?? features;
}

function picked({ features }: KindRow, plan: KindPlan): Float64Array {
  if (plan.inputs === undefined) return features;
  return Float64Array.from(plan.inputs, (name) => features[plan.features.indexOf(name)] ?? 0);
}

/** Of a kind that has been fitted. */
export function kindPredictor(kind: Readonly<Record<string, unknown>>): (row: KindRow) => number {
  const features = kind["features"] as readonly string[];
  const terms = kind["terms"] as readonly { readonly feature: string; readonly seconds: number }[];
  const base = {
    overhead: kind["overhead"] as number,
    terms: terms.map((term) => ({ ...term, at: features.indexOf(term.feature) })),
  };
  return predictorOf(kind["regressor"], { features, train: () => undefined }, base);
}
