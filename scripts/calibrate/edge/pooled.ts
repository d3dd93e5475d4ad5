import { aggregate } from "../../../server/core/cost/calibrated/aggregates.js";
import { rooflineEvaluator } from "../../../server/core/cost/roofline.js";
import type { Lowered } from "../../../server/core/lower/lowered.js";
import type { Target } from "../../../server/core/targets/target.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, Fragment, Sample } from "../set.js";
import { foldOf } from "../split.js";
import { fitWork, type WorkFit, type WorkRow } from "../train/fit-work.js";
import { intervalsByTarget, type UnseenOfTarget } from "../train/interval.js";
import { rounded } from "../train/matrix.js";
import { withoutWork, workModels, workRow } from "../work-rows.js";
import { solveRidge } from "./solve-ridge.js";
import { workKind } from "./work-kind.js";

/** How devices of one family share what a few measured networks can teach. */
export interface PooledPlan {
  readonly source: Fragment["source"];
  /** Aggregates (`aggregates.ts`) that the correction takes. */
  readonly features: readonly string[];
  /** Targets of one group deviate from the family together: a runtime and precision, a core. */
  readonly groupOf: (target: string) => string;
  /** Candidates for the two penalties: of the family's slopes, and of a group's deviation from them. */
  readonly penalties?: readonly (readonly [number, number])[];
  /** Exponent of a row's weight in how often its network was measured. */
  readonly crowding?: number;
  /** Weights of the work by feature, where too few networks were measured to fit them. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Watts while a target works, and what the meter saw. */
  readonly energyOf?: (target: string, rows: readonly Sample[]) => unknown;
}

interface PooledRow {
  readonly sample: Sample;
  readonly work: WorkRow;
  /** Seconds of kernels on another engine, which the roofline answers for. */
  readonly elsewhere: number;
  readonly aggregates: Float64Array;
}

/**
 * Dozens of devices, each measured on a few networks: seconds = base(kernels) × exp(level of the target + slopes ·
 * aggregates). The base has one set of weights for the family (`fitWork`, on every chip's own peaks); a target has a level
 * of its own, the slopes are the family's, and a group deviates from them as far as its rows demand (ridge regression
 * with Huber weights, penalties by cross-validation over keys).
 */
export async function fitPooled(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  plan: PooledPlan,
): Promise<readonly Fragment[]> {
  const rows = await pooledRows(ctx, samples, plan);
  if (rows.length === 0) return [];
  const base = fitBase(rows, plan);
  const folds = foldsOf(rows, plan);
  const penalties = plan.penalties ?? defaultPenalties;
  let best: { readonly score: number; readonly unseen: readonly Prediction[] } | undefined;
  let chosen = penalties[0] ?? [1, 1];
  for (const pair of penalties) {
    const unseen = crossValidate(folds, plan, pair);
    const errors = unseen
      .map(({ predicted, measured }) => Math.abs(Math.log(predicted / measured)))
      .sort((a, b) => a - b);
    const score = (errors[errors.length >> 1] ?? 0) + 0.3 * mean(errors);
    if (best !== undefined && best.score <= score) continue;
    best = { score, unseen };
    chosen = pair;
  }
  const errors = best?.unseen ?? [];
  reportErrors(plan, errors);
  const correction = fitCorrection(rows, base, plan, chosen);
  const measured = [...groupBy(rows, ({ sample }) => sample.target)];
  const intervals = intervalsByTarget(errors, { groups: 1, groupOf: plan.groupOf });
  // One or two networks make no calibration: such a target borrows, or is left to the roofline.
  return measured.flatMap(([target, own]) => {
    if (own.length < leastRows) return [];
    const interval = intervals.of.get(target) ?? intervals.pool;
    const energy = plan.energyOf?.(
      target,
      own.map(({ sample }) => sample),
    );
    const fragment: Fragment = {
      target,
      kinds: kindsOf(base.fit, interval),
      network: {
        inferenceSeconds: base.fit.once,
        correction: correctionFile(rows, plan, correction, target),
        interval,
      },
      ...(energy !== undefined && { energy }),
      source: { ...plan.source, rows: own.length },
    };
    return [fragment];
  });
}

const leastRows = 3;

const defaultPenalties: readonly (readonly [number, number])[] = [0.03, 0.1, 0.3, 1, 3].flatMap(
  (slope) => [0.3, 1, 5].map((deviation): readonly [number, number] => [slope, deviation]),
);

async function pooledRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  plan: PooledPlan,
): Promise<readonly PooledRow[]> {
  const rows: PooledRow[] = [];
  const subjects = groupBy(samples, ({ subject }) =>
    subject.kind === "op" ? subject.text : subject.id,
  );
  for (const [, own] of subjects)
    for (const sample of own) {
      // What a fit before this one said of the same networks must not count as known.
      const target = withoutWork(ctx, sample.target);
      const lowered = target && (await ctx.lower(sample.subject, target));
      const work = lowered && workRow(lowered, target, sample);
      if (target === undefined || lowered === undefined || work === undefined) continue;
      const subject = { lowered, costs: [], seconds: 0 };
      rows.push({
        sample,
        work,
        elsewhere: elsewhereOf(target, lowered),
        aggregates: Float64Array.from(plan.features, (name) => aggregate(name, subject)),
      });
    }
  return rows;
}

function elsewhereOf(target: Target, lowered: Lowered): number {
  const roofline = rooflineEvaluator(target, {
    weightBytes: lowered.weightBytes,
    activationBytes: undefined,
  });
  return lowered.kernels
    .filter(({ engine }) => engine !== target.runtime.engine)
    .reduce((sum, kernel) => sum + roofline.evaluate(kernel).seconds.value, 0);
}

function baseOf({ work, elsewhere }: PooledRow, { fit }: Base): number {
  return Math.max(fit.predict(work) + elsewhere, 1e-12);
}

interface Base {
  readonly fit: WorkFit;
}

/** Levels of the targets and weights of the work in turns: a slow target must not teach slow kernels. */
function fitBase(rows: readonly PooledRow[], plan: PooledPlan): Base {
  const given = plan.weights;
  if (given !== undefined) return { fit: givenFit(given) };
  const levels = new Map<string, number>();
  let fit: WorkFit | undefined;
  for (let round = 0; round < 4; round++) {
    fit = fitWork(
      rows.map(({ sample, work }) => ({
        ...work,
        measured: sample.seconds / (levels.get(sample.target) ?? 1),
      })),
      { hasDispatch: false },
    );
    const { predict } = fit;
    for (const [target, own] of groupBy(rows, ({ sample }) => sample.target)) {
      const ratios = own
        .map(({ sample, work }) => Math.log(sample.seconds / Math.max(predict(work), 1e-12)))
        .sort((a, b) => a - b);
      levels.set(target, Math.exp(ratios[ratios.length >> 1] ?? 0));
    }
  }
  if (fit === undefined) throw new Error("no rounds");
  return { fit };
}

function givenFit(given: Readonly<Record<string, number>>): WorkFit {
  const weights = new Map(
    workModels.map((model) => [model.id, model.features.map((name) => given[name] ?? 0)] as const),
  );
  const once = given["once"] ?? 0;
  return {
    weights,
    once,
    launches: new Map(),
    predict: ({ work }) => {
      let sum = once;
      for (const [id, features] of work)
        for (const [index, value] of features.entries())
          sum += (weights.get(id)?.[index] ?? 0) * value;
      return sum;
    },
  };
}

interface Correction {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  readonly levels: ReadonlyMap<string, number>;
  readonly slopes: Float64Array;
  readonly groupSlopes: ReadonlyMap<string, Float64Array>;
}

function fitCorrection(
  rows: readonly PooledRow[],
  base: Base,
  plan: PooledPlan,
  [slopePenalty, groupPenalty]: readonly [number, number],
): Correction {
  const width = plan.features.length;
  const targets = [...new Set(rows.map(({ sample }) => sample.target))];
  const groups = [...new Set(targets.map(plan.groupOf))];
  // A network that thirty boards ran is no thirty networks.
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(networkOf(row), (counts.get(networkOf(row)) ?? 0) + 1);
  const { means, deviations } = standardOf(rows, width);
  const logs = rows.map((row) => Math.log(row.sample.seconds / baseOf(row, base)));
  const center = mean(logs);
  const columns = targets.length + width * (1 + groups.length);
  const penalty = new Float64Array(columns).fill(groupPenalty);
  penalty.fill(0.02, 0, targets.length);
  penalty.fill(slopePenalty, targets.length, targets.length + width);
  const lines = rows.map(({ sample, aggregates }) => {
    const cells: [number, number][] = [[targets.indexOf(sample.target), 1]];
    const offset = targets.length + width * (1 + groups.indexOf(plan.groupOf(sample.target)));
    for (let index = 0; index < width; index++) {
      const value = ((aggregates[index] ?? 0) - (means[index] ?? 0)) / (deviations[index] ?? 1);
      cells.push([targets.length + index, value], [offset + index, value]);
    }
    return cells;
  });
  const weights = rows.map((row) => (counts.get(networkOf(row)) ?? 1) ** (plan.crowding ?? -1));
  const solution = solveRidge(
    lines,
    logs.map((log) => log - center),
    weights,
    penalty,
  );
  const at = (index: number): number => solution[index] ?? 0;
  return {
    means,
    deviations,
    levels: new Map(targets.map((target, index) => [target, center + at(index)])),
    slopes: Float64Array.from({ length: width }, (_, index) => at(targets.length + index)),
    groupSlopes: new Map(
      groups.map((group, number) => [
        group,
        Float64Array.from({ length: width }, (_, index) =>
          at(targets.length + width * (1 + number) + index),
        ),
      ]),
    ),
  };
}

function networkOf({ sample: { subject } }: PooledRow): string {
  return subject.kind === "op" ? subject.text : subject.id;
}

function standardOf(
  rows: readonly PooledRow[],
  width: number,
): { readonly means: Float64Array; readonly deviations: Float64Array } {
  // Each network counts once, however many targets ran it.
  const networks = [...new Map(rows.map((row) => [networkOf(row), row])).values()];
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (let index = 0; index < width; index++) {
    const values = networks.map(({ aggregates }) => aggregates[index] ?? 0);
    means[index] = mean(values);
    deviations[index] =
      Math.sqrt(mean(values.map((value) => (value - (means[index] ?? 0)) ** 2))) || 1;
  }
  return { means, deviations };
}

type Prediction = UnseenOfTarget;

const foldCount = 8;

interface Fold {
  readonly rest: readonly PooledRow[];
  readonly part: readonly PooledRow[];
  readonly base: Base;
}

function foldsOf(rows: readonly PooledRow[], plan: PooledPlan): readonly Fold[] {
  const folds: Fold[] = [];
  for (let fold = 0; fold < foldCount; fold++) {
    const rest = rows.filter(({ sample }) => foldOf(sample.key, foldCount) !== fold);
    const part = rows.filter(({ sample }) => foldOf(sample.key, foldCount) === fold);
    if (rest.length > 0 && part.length > 0) folds.push({ rest, part, base: fitBase(rest, plan) });
  }
  return folds;
}

function crossValidate(
  folds: readonly Fold[],
  plan: PooledPlan,
  pair: readonly [number, number],
): readonly Prediction[] {
  return folds.flatMap(({ rest, part, base }, fold) => {
    const correction = fitCorrection(rest, base, plan, pair);
    return part.flatMap((row) => {
      const { target, key, seconds } = row.sample;
      const level = correction.levels.get(target);
      return level === undefined
        ? []
        : [
            {
              predicted: predict(row, base, plan, correction, level),
              measured: seconds,
              target,
              key,
              part: fold,
            },
          ];
    });
  });
}

function predict(
  row: PooledRow,
  base: Base,
  plan: PooledPlan,
  correction: Correction,
  level: number,
): number {
  const { means, deviations, slopes, groupSlopes } = correction;
  const { sample, aggregates } = row;
  const own = groupSlopes.get(plan.groupOf(sample.target));
  let sum = level;
  for (let index = 0; index < slopes.length; index++)
    sum +=
      ((slopes[index] ?? 0) + (own?.[index] ?? 0)) *
      (((aggregates[index] ?? 0) - (means[index] ?? 0)) / (deviations[index] ?? 1));
  return baseOf(row, base) * Math.exp(sum);
}

/** The correction of one target on the aggregates as they are. */
function correctionFile(
  rows: readonly PooledRow[],
  plan: PooledPlan,
  correction: Correction,
  target: string,
): unknown {
  const { means, deviations, levels, slopes, groupSlopes } = correction;
  const own = groupSlopes.get(plan.groupOf(target));
  const weights = Array.from(slopes, (slope, index) =>
    rounded((slope + (own?.[index] ?? 0)) / (deviations[index] ?? 1), 5),
  );
  const shift = weights.reduce((sum, weight, index) => sum + weight * (means[index] ?? 0), 0);
  // Beyond what the group itself has run, its deviations say nothing: the correction stays, the interval widens. Of a
  // handful of networks the range is that of the family.
  const group = plan.groupOf(target);
  const ownRows = rows.filter(({ sample }) => plan.groupOf(sample.target) === group);
  const near = new Set(ownRows.map(networkOf)).size < fewNetworks ? rows : ownRows;
  const range = (pick: (...values: number[]) => number): readonly number[] =>
    plan.features.map((_, index) =>
      rounded(pick(...near.map(({ aggregates }) => aggregates[index] ?? 0)), 6),
    );
  return {
    features: plan.features,
    low: range(Math.min),
    high: range(Math.max),
    regressor: {
      kind: "linear",
      intercept: rounded((levels.get(target) ?? 0) - shift, 6),
      weights,
    },
  };
}

const fewNetworks = 8;

function kindsOf(
  fit: WorkFit,
  interval: { readonly low: readonly number[]; readonly high: readonly number[] },
): Record<string, unknown> {
  const kinds: Record<string, unknown> = {};
  for (const model of workModels) {
    const weights = fit.weights.get(model.id);
    if (weights === undefined || weights.every((weight) => weight === 0)) continue;
    kinds[model.id] = workKind(model.features, weights, interval);
  }
  return kinds;
}

function reportErrors(plan: PooledPlan, unseen: readonly Prediction[]): void {
  for (const [group, items] of groupBy(unseen, ({ target }) => plan.groupOf(target))) {
    const errors = items
      .map(({ predicted, measured }) => Math.abs(predicted / measured - 1))
      .sort((a, b) => a - b);
    console.error(
      `  cross-validated ${group}: median ${((errors[errors.length >> 1] ?? 0) * 100).toFixed(1)} %, n ${errors.length}`,
    );
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
