import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { rooflineEvaluator } from "../../../server/core/cost/roofline.js";
import type { Lowered } from "../../../server/core/lower/lowered.js";
import type { Target } from "../../../server/core/targets/target.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, Fragment, Sample } from "../set.js";
import { foldOf } from "../split.js";
import {
  fitAmounts,
  type AmountFit,
  type AmountPlan,
  type AmountRow,
} from "../train/fit-amounts.js";
import { intervalsByTarget, type UnseenOfTarget } from "../train/interval.js";
import { rounded } from "../train/matrix.js";
import { sizeRange } from "../train/size-range.js";
import { recurrentModels, withoutWork, workModels, workRow } from "../work-rows.js";
import { workKind } from "./work-kind.js";

/** How devices of one family share what a few measured networks can teach. */
export interface FamilyPlan {
  readonly source: Fragment["source"];
  /** Targets of one group deviate from the family together: a runtime and precision, a core. */
  readonly groupOf: (target: string) => string;
  /**
   * What amounts take to begin with, relative to peaks: by `<model>.<feature>`, else by the feature's name; `once` is
   * of an inference. What has no entry takes nothing.
   */
  readonly prior: Readonly<Record<string, number>>;
  readonly pulls: AmountPlan["pulls"];
  /** Exponent of a row's weight in how often its network was measured: thirty boards are not thirty networks. */
  readonly crowding: number;
  /** Rows that make a calibration; with fewer a target borrows, or is left to the roofline. 3 by default. */
  readonly least?: number;
  /** Interval that none is narrower than, where networks of one kind alone were measured: they do not speak for others. */
  readonly leastInterval?: { readonly low: number; readonly high: number };
  /** Watts while a target works, and what the meter saw. */
  readonly energyOf?: (target: string, rows: readonly Sample[]) => unknown;
}

interface FamilyRow {
  readonly sample: Sample;
  readonly amounts: Float64Array;
  /** Seconds of kernels that the roofline answers for: on another engine, or of no kind that amounts describe. */
  readonly elsewhere: number;
  readonly macs: number;
  readonly weightBytes: number;
}

/**
 * Dozens of devices, each measured on a few networks: seconds = level of the target × Σ weight × work, the work on every
 * chip's own peaks, the weights the family's, drawn to what is assumed (`fitAmounts`).
 */
export async function fitFamily(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  plan: FamilyPlan,
): Promise<readonly Fragment[]> {
  const models = modelsOf(plan);
  const columns = columnsOf(plan, models);
  const rows = await familyRows(ctx, samples, { columns, models });
  if (rows.length === 0) return [];
  const unseen = crossValidate(rows, columns, plan);
  reportErrors(plan, unseen);
  const intervals = intervalsByTarget(unseen, { groups: 1, groupOf: plan.groupOf });
  const index = indexOf(rows, plan);
  const fit = fitRows(rows, columns, plan, index);
  return [...groupBy(rows, ({ sample }) => sample.target)].flatMap(([target, own]) => {
    if (own.length < (plan.least ?? 3)) return [];
    const interval = atLeast(intervals.of.get(target) ?? intervals.pool, plan.leastInterval);
    const level = Math.exp(fit.center + (fit.levels[index.level(target)] ?? 0));
    const weights = fit.weights[index.group(target)] ?? new Float64Array(columns.length);
    const energy = plan.energyOf?.(
      target,
      own.map(({ sample }) => sample),
    );
    const fragment: Fragment = {
      target,
      kinds: kindsOf({ columns, models }, weights, level, interval),
      network: {
        inferenceSeconds: rounded(level * (weights.at(-1) ?? 0), 5),
        correction: sizeRange(rows),
        interval,
      },
      ...(energy !== undefined && { energy }),
      source: { ...plan.source, rows: own.length },
    };
    return [fragment];
  });
}

function atLeast(interval: Interval, least: FamilyPlan["leastInterval"]): Interval {
  if (least === undefined) return interval;
  return {
    ...interval,
    low: interval.low.map((end) => Math.min(end, least.low)),
    high: interval.high.map((end) => Math.max(end, least.high)),
  };
}

/** An amount of work by the feature that counts it; the last one is the inference itself. */
interface Column {
  readonly model: string;
  readonly feature: string;
  readonly prior: number;
  /** Columns of one name have one factor beside their priors. */
  readonly tie: string;
}

/** Kinds that the family speaks of: recurrent layers where its plan names them. */
function modelsOf({ prior }: FamilyPlan): typeof workModels {
  const isNamed = Object.keys(prior).some((name) => name.startsWith("work-recurrent."));
  return isNamed ? [...workModels, ...recurrentModels] : workModels;
}

interface Described {
  readonly columns: readonly Column[];
  readonly models: typeof workModels;
}

function columnsOf({ prior }: FamilyPlan, models: typeof workModels): readonly Column[] {
  const columns: Column[] = [];
  for (const { id, features } of models)
    for (const feature of features) {
      const own = `${id}.${feature}`;
      const tie = Object.hasOwn(prior, own) ? own : feature.replace(/^(unary|binary)-/, "");
      columns.push({ model: id, feature, prior: prior[tie] ?? assumed[feature] ?? 0, tie });
    }
  return [...columns, { model: "", feature: "once", prior: prior["once"] ?? 0, tie: "once" }];
}

/** Fused attention, unless the family knows better: at the peak, and every cached key and value is read once. */
const assumed: Readonly<Record<string, number>> = { products: 1, cache: 1 };

async function familyRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  { columns, models }: Described,
): Promise<readonly FamilyRow[]> {
  const rows: FamilyRow[] = [];
  for (const [, own] of groupBy(samples, nameOf))
    for (const sample of own) {
      // What a fit before this one said of the same networks must not count as known.
      const target = withoutWork(ctx, sample.target);
      const lowered = target && (await ctx.lower(sample.subject, target));
      const row = lowered && workRow(lowered, target, sample);
      if (target === undefined || lowered === undefined || row === undefined) continue;
      const seen = new Map<string, number>();
      for (const { id, features } of models)
        for (const [at, feature] of features.entries())
          seen.set(`${id}.${feature}`, row.work.get(id)?.[at] ?? 0);
      rows.push({
        sample,
        amounts: Float64Array.from(columns, ({ model, feature }) =>
          model === "" ? 1 : (seen.get(`${model}.${feature}`) ?? 0),
        ),
        elsewhere: elsewhereOf(target, lowered, models),
        macs: row.macs ?? 1,
        weightBytes: row.weightBytes ?? 1,
      });
    }
  return rows;
}

function nameOf({ subject }: Sample): string {
  return subject.kind === "op" ? subject.text : subject.id;
}

function elsewhereOf(target: Target, lowered: Lowered, models: typeof workModels): number {
  const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
  const roofline = rooflineEvaluator(target, footprint);
  return lowered.kernels
    .filter(
      (kernel) => kernel.engine !== target.runtime.engine || !isDescribed(kernel, target, models),
    )
    .reduce((sum, kernel) => sum + roofline.evaluate(kernel).seconds.value, 0);
}

function isDescribed(
  kernel: Lowered["kernels"][number],
  target: Target,
  models: typeof workModels,
): boolean {
  return models.some(
    ({ kinds, describe }) =>
      kinds.includes(kernel.shape.kind) && describe(kernel, target) !== undefined,
  );
}

interface Index {
  readonly levels: readonly string[];
  readonly groups: readonly string[];
  readonly level: (target: string) => number;
  readonly group: (target: string) => number;
}

function indexOf(rows: readonly FamilyRow[], { groupOf }: FamilyPlan): Index {
  const levels = [...new Set(rows.map(({ sample }) => sample.target))];
  const groups = [...new Set(levels.map(groupOf))];
  return {
    levels,
    groups,
    level: (target) => levels.indexOf(target),
    group: (target) => groups.indexOf(groupOf(target)),
  };
}

function tiesOf(columns: readonly Column[]): readonly string[] {
  return [...new Set(columns.map(({ tie }) => tie))];
}

/** Tied columns are one amount to the fit; what it finds is dealt out to them again. */
function fitRows(
  rows: readonly FamilyRow[],
  columns: readonly Column[],
  plan: FamilyPlan,
  index: Index,
): AmountFit {
  const ties = tiesOf(columns);
  const tieOf = columns.map(({ tie }) => ties.indexOf(tie));
  const counts = new Map<string, number>();
  for (const { sample } of rows) counts.set(nameOf(sample), (counts.get(nameOf(sample)) ?? 0) + 1);
  const weights = rows.map(({ sample }) => (counts.get(nameOf(sample)) ?? 1) ** plan.crowding);
  const scale = counts.size / weights.reduce((sum, weight) => sum + weight, 0);
  const tied = rows.map(({ sample, amounts, elsewhere }, at): AmountRow => {
    const sums = new Float64Array(ties.length);
    for (const [column, tie] of tieOf.entries())
      sums[tie] = (sums[tie] ?? 0) + (amounts[column] ?? 0);
    return {
      amounts: sums,
      known: elsewhere,
      seconds: sample.seconds,
      level: index.level(sample.target),
      group: index.group(sample.target),
      weight: scale * (weights[at] ?? 0),
    };
  });
  const fit = fitAmounts(tied, {
    levels: index.levels.length,
    groups: index.groups.length,
    prior: Float64Array.from(
      ties,
      (tie) => columns.find((column) => column.tie === tie)?.prior ?? 0,
    ),
    pulls: plan.pulls,
  });
  return {
    ...fit,
    weights: fit.weights.map((own) => Float64Array.from(tieOf, (tie) => own[tie] ?? 0)),
  };
}

type Prediction = UnseenOfTarget;

const foldCount = 8;

function crossValidate(
  rows: readonly FamilyRow[],
  columns: readonly Column[],
  plan: FamilyPlan,
): readonly Prediction[] {
  return Array.from({ length: foldCount }, (_, fold) => {
    const isIn = ({ sample }: FamilyRow): boolean => foldOf(sample.key, foldCount) === fold;
    const rest = rows.filter((row) => !isIn(row));
    const part = rows.filter(isIn);
    if (rest.length === 0 || part.length === 0) return [];
    const index = indexOf(rest, plan);
    const fit = fitRows(rest, columns, plan, index);
    return part.flatMap(({ sample, amounts, elsewhere }) => {
      const { target, key, seconds } = sample;
      const weights = fit.weights[index.group(target)];
      if (index.level(target) < 0 || weights === undefined) return [];
      const level = Math.exp(fit.center + (fit.levels[index.level(target)] ?? 0));
      const sum = amounts.reduce((total, amount, at) => total + amount * (weights[at] ?? 0), 0);
      return [{ target, predicted: elsewhere + level * sum, measured: seconds, key, part: fold }];
    });
  }).flat();
}

function kindsOf(
  { columns, models }: Described,
  found: Float64Array,
  level: number,
  interval: { readonly low: readonly number[]; readonly high: readonly number[] },
): Record<string, unknown> {
  const kinds: Record<string, unknown> = {};
  for (const { id, features } of models) {
    const weights = features.map((feature) => {
      const at = columns.findIndex((column) => column.model === id && column.feature === feature);
      return rounded(level * (found[at] ?? 0), 5);
    });
    if (weights.every((weight) => weight === 0)) continue;
    kinds[id] = workKind(features, weights, interval);
  }
  return kinds;
}

function reportErrors(plan: FamilyPlan, unseen: readonly Prediction[]): void {
  const median = (items: readonly Prediction[]): string => {
    const errors = items
      .map(({ predicted, measured }) => Math.abs(predicted / measured - 1))
      .sort((a, b) => a - b);
    return `median ${((errors[errors.length >> 1] ?? 0) * 100).toFixed(1)} %, n ${errors.length}`;
  };
  for (const [group, items] of groupBy(unseen, ({ target }) => plan.groupOf(target)))
    console.error(`  cross-validated ${group}: ${median(items)}`);
  console.error(`  cross-validated in all: ${median(unseen)}`);
}
