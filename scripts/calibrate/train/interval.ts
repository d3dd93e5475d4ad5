import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { entryOf } from "../../../server/core/cost/calibrated/interval.js";
import { groupBy } from "../group.js";
import { rounded } from "./matrix.js";

/** One prediction that a fit made for a row that it had not seen. */
export interface Unseen {
  readonly predicted: number;
  readonly measured: number;
  /** Of the cross-validation that made it. */
  readonly part?: number;
  /** Rows of one key err alike. */
  readonly key?: string;
}

/**
 * Split-conformal interval (Vovk et al. 2005; Romano et al. 2019): the 5th and 95th percentile of measured/predicted on
 * unseen rows, in groups of equal size by predicted time, since short kernels scatter more. Rows of one key err alike, so
 * that other percentiles may be what holds for the next key: where rows tell their parts, those by which the other parts'
 * intervals contain nine tenths of each part. `margin` moves both ends outward by quantiles.
 */
export function conformalInterval(
  rows: readonly Unseen[],
  options: { readonly groups?: number; readonly margin?: number; readonly tail?: number } = {},
): Interval {
  const tail = options.tail ?? tailOf(rows, options.groups);
  return intervalAt(rows, tail - (options.margin ?? 0), options.groups);
}

export interface UnseenOfTarget extends Unseen {
  readonly target: string;
}

/**
 * Intervals of targets that were fitted together. Their residuals have one form and each target's own width, which is
 * drawn to that of its group and the group's to that of all as far as rows are few.
 */
export function intervalsByTarget(
  rows: readonly UnseenOfTarget[],
  options: {
    readonly groups?: number;
    readonly margin?: number;
    readonly groupOf?: (target: string) => string;
    /** Rows of which the common width is worth as much as a target's own. */
    readonly rowsOfPool?: number;
  } = {},
): { readonly pool: Interval; readonly of: ReadonlyMap<string, Interval> } {
  const { groups, margin = 0, groupOf = () => "", rowsOfPool = 30 } = options;
  const all = meanSpread(rows);
  const widths = new Map<string, number>();
  for (const [, group] of groupBy(rows, ({ target }) => groupOf(target))) {
    const ofGroup = drawn(group, all, { all, rowsOfPool });
    for (const [target, own] of groupBy(group, (row) => row.target))
      widths.set(target, drawn(own, ofGroup, { all, rowsOfPool }) / all);
  }
  const even = rows.map((row) => scaledRow(row, 1 / (widths.get(row.target) ?? 1)));
  const tail = tailOf(even, groups) - margin;
  const form = intervalAt(even, tail, groups);
  const of = new Map(
    [...groupBy(rows, ({ target }) => target)].map(([target, own]) => [
      target,
      own.length >= rowsForOwnForm
        ? intervalAt(own, tail, groups)
        : scaledInterval(form, widths.get(target) ?? 1),
    ]),
  );
  return { pool: intervalAt(rows, tail, groups), of };
}

/** Four groups by time of sixty rows. */
const rowsForOwnForm = 240;

/** Mean error of rows, as a logarithm, drawn to a wider circle's; outliers say how far they lie in no single target. */
function drawn(
  rows: readonly Unseen[],
  wider: number,
  { all, rowsOfPool }: { readonly all: number; readonly rowsOfPool: number },
): number {
  const sum = rows.reduce((total, row) => total + Math.min(spreadOf(row), 4 * all), 0);
  return (sum + rowsOfPool * wider) / (rows.length + rowsOfPool);
}

function meanSpread(rows: readonly Unseen[]): number {
  const sum = rows.reduce((total, row) => total + spreadOf(row), 0);
  return Math.max(sum / Math.max(1, rows.length), 1e-4);
}

function spreadOf({ predicted, measured }: Unseen): number {
  return Math.abs(Math.log(measured / predicted));
}

/** The residual to this power. */
export function scaledRow<Row extends Unseen>(row: Row, factor: number): Row {
  return { ...row, measured: row.predicted * (row.measured / row.predicted) ** factor };
}

function scaledInterval({ edges, low, high }: Interval, factor: number): Interval {
  return {
    edges,
    low: low.map((end) => rounded(end ** factor, 4)),
    high: high.map((end) => rounded(end ** factor, 4)),
  };
}

/**
 * Share of the rows on either side of the interval. What several targets have in common is more certain of all their rows
 * (`tail` of the above) than of each one's few keys.
 */
export function tailOf(rows: readonly Unseen[], groups?: number): number {
  const parts = groupBy(rows, ({ part }) => part);
  const most = tailForNextKey(rows);
  if (parts.size < 2) return most;
  const rest = [...parts.keys()].map((left) => ({
    own: parts.get(left) ?? [],
    others: rows.filter(({ part }) => part !== left),
  }));
  const coverage = (tail: number): number => {
    let inside = 0;
    for (const { own, others } of rest) {
      const interval = intervalAt(others, tail, groups);
      for (const row of own) if (contains(interval, row)) inside += 1;
    }
    return inside / rows.length;
  };
  let low = 0.01;
  let high = 0.08;
  for (let step = 0; step < 6; step++) {
    const middle = (low + high) / 2;
    if (coverage(middle) >= 1 - 2 * nominalTail) low = middle;
    else high = middle;
  }
  return Math.min(low, most);
}

/**
 * The next row may err by more than any that was seen, once in their number and one (Lee, Barber & Willett 2023). Rows of a
 * key count for as many as err each in its own way.
 */
function tailForNextKey(rows: readonly Unseen[]): number {
  if (rows.some(({ key }) => key === undefined)) return nominalTail;
  const count = independentRows(rows);
  return Math.max(0, (nominalTail * (count + 1) - 0.5) / Math.max(1, count));
}

/**
 * Rows divided by what it costs that those of a key are alike (the design effect of Kish 1965, "Survey Sampling"), which the
 * variance between and within keys tells: from the number of keys up to that of rows.
 */
function independentRows(rows: readonly Unseen[]): number {
  const keys = [...groupBy(rows, ({ key }) => key).values()].map((own) =>
    own.map(({ measured, predicted }) => Math.log(measured / predicted)),
  );
  const total = rows.length;
  if (keys.length < 2 || keys.length === total) return keys.length;
  const mean = meanOf(keys.flat());
  let between = 0;
  let within = 0;
  let squares = 0;
  for (const residuals of keys) {
    const own = meanOf(residuals);
    between += residuals.length * (own - mean) ** 2;
    for (const residual of residuals) within += (residual - own) ** 2;
    squares += residuals.length ** 2;
  }
  between /= keys.length - 1;
  within /= total - keys.length;
  const usual = (total - squares / total) / (keys.length - 1);
  const alike = Math.max(0, between - within) / (between + (usual - 1) * within || 1);
  return Math.max(keys.length, total / (1 + (squares / total - 1) * Math.min(1, alike)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const nominalTail = 0.05;

function contains(interval: Interval, { predicted, measured }: Unseen): boolean {
  const index = entryOf(interval, predicted);
  const ratio = measured / predicted;
  return (interval.low[index] ?? 0) <= ratio && ratio <= (interval.high[index] ?? Infinity);
}

function intervalAt(rows: readonly Unseen[], tail: number, most = 4): Interval {
  const sorted = [...rows].sort((a, b) => a.predicted - b.predicted);
  const groups = Math.max(1, Math.min(most, Math.floor(sorted.length / 60)));
  const edges: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  for (let group = 0; group < groups; group++) {
    const start = Math.floor((group * sorted.length) / groups);
    const end = Math.floor(((group + 1) * sorted.length) / groups);
    const ratios = sorted
      .slice(start, end)
      .map(({ measured, predicted }) => measured / predicted)
      .sort((a, b) => a - b);
    const { length } = ratios;
    // The extremes of a few rows lie within what the next one may be: by Student's t beside the expected maximum.
    const beyond = length < fewest ? 1 + 3.3 / Math.max(1, length) : 1;
    if (group > 0) edges.push(rounded(sorted[start]?.predicted ?? 0, 4));
    low.push(rounded(Math.min(1, quantile(ratios, tail)) ** beyond, 4));
    high.push(rounded(Math.max(1, quantile(ratios, 1 - tail)) ** beyond, 4));
  }
  return { edges, low, high };
}

/** Of fewer rows none lies outside nine tenths. */
const fewest = 20;

/** Of ascending values; the conformal correction takes the next one outward. */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return share < 0.5 ? 0.5 : 2;
  const at =
    share < 0.5
      ? Math.floor(share * (sorted.length + 1)) - 1
      : Math.ceil(share * (sorted.length + 1)) - 1;
  return sorted[Math.min(Math.max(at, 0), sorted.length - 1)] ?? 1;
}
