import { groupBy } from "../group.js";
import type { KindRow } from "./fit-kind.js";
import { intervalsByTarget, type UnseenOfTarget } from "./interval.js";
import { rounded } from "./matrix.js";

export interface LevelRow extends KindRow {
  readonly target: string;
  readonly vendor: string;
}

interface LevelPlan {
  readonly target: string;
  readonly vendor: string;
  /** The first one tells two forms of the kernel apart by 0 and 1; the others have `slopes`. */
  readonly features: readonly string[];
  /** By how much log2(measured / work) grows with each feature but the first; none for 0. */
  readonly slopes?: readonly number[];
}

/**
 * Kernels of networks are few, and of few sizes: the share of the peak that each of two forms reaches. Each of a chip's
 * networks counts once; a form that its networks do not have follows its other form, and a chip without networks the
 * vendor's other chips. The interval is that of networks left out.
 */
export function fitLevels(
  all: readonly LevelRow[],
  { target, vendor, features, slopes = [] }: LevelPlan,
): Readonly<Record<string, unknown>> | undefined {
  const rows = all.filter((row) => row.vendor === vendor);
  if (rows.length < 4) return undefined;
  const [first, second] = forms.map((form) => levelOf(rows, { target, form, slopes }));
  if (first === undefined || second === undefined) return undefined;
  const keys = [...new Set(rows.map(({ key }) => key))];
  const unseen = rows.flatMap((row): readonly UnseenOfTarget[] => {
    const rest = rows.filter(({ key }) => key !== row.key);
    const question = { target: row.target, form: row.features[0] ?? 0, slopes };
    const level = levelOf(rest, question);
    if (level === undefined) return [];
    const measured = Math.exp(shareOf(row, slopes) - level);
    return [{ target: row.target, part: keys.indexOf(row.key), predicted: 1, measured }];
  });
  const { pool, of } = intervalsByTarget(unseen, { groups: 1, rowsOfPool: 4 });
  const ends = (pick: (...items: number[]) => number): readonly number[] =>
    features.map((_, index) => rounded(pick(...rows.map((row) => row.features[index] ?? 0)), 6));
  return {
    form: "correction",
    overhead: overheadSeconds,
    terms: [],
    features,
    low: [0, ...ends(Math.min).slice(1)],
    high: [1, ...ends(Math.max).slice(1)],
    interval: of.get(target) ?? pool,
    regressor: {
      kind: "linear",
      intercept: rounded(first, 4),
      weights: [
        rounded(second - first, 4),
        ...features.slice(1).map((_, index) => rounded((slopes[index] ?? 0) * Math.LN2, 4)),
      ],
    },
  };
}

const forms = [0, 1];

/** A launch. */
const overheadSeconds = 1e-5;

interface LevelQuestion {
  readonly target: string;
  readonly form: number;
  readonly slopes: readonly number[];
}

/** Logarithm of measured / work where the features with slopes are 0. */
function levelOf(
  rows: readonly LevelRow[],
  { target, form, slopes }: LevelQuestion,
): number | undefined {
  const isAsked = (row: LevelRow): boolean => row.features[0] === form;
  const own = rows.filter((row) => row.target === target);
  const alike = own.some(isAsked) ? own.filter(isAsked) : own;
  if (alike.length > 0) {
    const networks = [...groupBy(alike, ({ key }) => key).values()];
    return mean(networks.map((items) => median(items.map((row) => shareOf(row, slopes)))));
  }
  const chips = [...groupBy(rows.filter(isAsked), (row) => row.target).values()];
  if (chips.length === 0) return undefined;
  return median(chips.map((items) => median(items.map((row) => shareOf(row, slopes)))));
}

function shareOf(row: LevelRow, slopes: readonly number[]): number {
  const share = Math.log(row.seconds / (row.work + overheadSeconds));
  return slopes.reduce(
    (rest, slope, index) => rest - slope * Math.LN2 * (row.features[index + 1] ?? 0),
    share,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
