import { Decoder } from "../../../server/core/base/decode.js";
import { decodeRegressor } from "../../../server/core/cost/calibrated/decode-regressor.js";
import { evaluateRegressor } from "../../../server/core/cost/calibrated/regressor.js";
import { foldOf } from "../split.js";
import { conformalInterval, type Unseen } from "./interval.js";
import { rounded, type Rows } from "./matrix.js";

/** One measured kernel as a kernel model sees it. */
export interface KindRow {
  readonly key: string;
  readonly features: Float64Array;
  /** max(arithmetic, traffic) at full peaks, seconds. */
  readonly work: number;
  readonly seconds: number;
}

export interface KindPlan {
  /** Names of the features, in the rows' order. */
  readonly features: readonly string[];
  /** Seconds that are added to the work before the correction. */
  readonly overhead: number;
  /** Trains on logarithms of measured / (work + overhead); answers what a file holds. */
  readonly train: (rows: Rows, targets: Float64Array) => unknown;
  readonly folds?: number;
  readonly margin?: number;
}

/**
 * A kind's model in the form of the files: fitted to all rows; its interval from a cross-validation in which no key is
 * on both sides.
 */
export function fitKind(
  rows: readonly KindRow[],
  plan: KindPlan,
): Readonly<Record<string, unknown>> {
  const folds = plan.folds ?? 5;
  const unseen: Unseen[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const rest = rows.filter(({ key }) => foldOf(key, folds) !== fold);
    const part = rows.filter(({ key }) => foldOf(key, folds) === fold);
    if (rest.length === 0 || part.length === 0) continue;
    const predict = predictorOf(trained(rest, plan), plan);
    for (const row of part) unseen.push({ predicted: predict(row), measured: row.seconds });
  }
  const range = (pick: (values: readonly number[]) => number): readonly number[] =>
    plan.features.map((_, index) => rounded(pick(rows.map((row) => row.features[index] ?? 0)), 6));
  return {
    form: "correction",
    overhead: plan.overhead,
    features: plan.features,
    low: range((values) => values.reduce((a, b) => Math.min(a, b), Infinity)),
    high: range((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
    interval: conformalInterval(unseen, { margin: plan.margin ?? 0.01 }),
    regressor: trained(rows, plan),
  };
}

function trained(rows: readonly KindRow[], plan: KindPlan): unknown {
  return plan.train(
    rows.map((row) => row.features),
    Float64Array.from(rows, (row) => Math.log(row.seconds / (row.work + plan.overhead))),
  );
}

/** Through the decoder and the evaluation that the product uses, so that rounding counts. */
export function predictorOf(file: unknown, plan: KindPlan): (row: KindRow) => number {
  const decoder = new Decoder("fit");
  const regressor = decodeRegressor(decoder, file, "regressor", plan.features.length);
  if (regressor === undefined) throw new Error(decoder.problems[0]?.message ?? "no regressor");
  return (row) => (row.work + plan.overhead) * Math.exp(evaluateRegressor(regressor, row.features));
}
