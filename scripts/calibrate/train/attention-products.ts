import { groupBy } from "../group.js";
import type { KindRow } from "./fit-kind.js";
import { conformalInterval, type Unseen } from "./interval.js";
import { rounded } from "./matrix.js";

interface ProductRow extends KindRow {
  readonly target: string;
  readonly vendor: string;
}

interface ProductPlan {
  readonly target: string;
  readonly vendor: string;
  /** The first one tells the second product of attention from the first. */
  readonly features: readonly string[];
}

/**
 * Attention's products in networks are few, and of few sizes: the share of the peak that each of the two reaches, drawn to
 * what the vendor's other chips reach. The interval is that of networks left out, over all of those chips.
 */
export function fitAttentionProducts(
  all: readonly ProductRow[],
  { target, vendor, features }: ProductPlan,
): Readonly<Record<string, unknown>> | undefined {
  const rows = all.filter((row) => row.vendor === vendor);
  if (rows.length < 4) return undefined;
  const [scores, values] = parts.map((part) => levelOf(rows, target, part));
  if (scores === undefined || values === undefined) return undefined;
  const unseen = rows.flatMap((row): readonly Unseen[] => {
    const rest = rows.filter(({ key }) => key !== row.key);
    const level = levelOf(rest, row.target, row.features[0] ?? 0);
    return level === undefined
      ? []
      : [{ predicted: (row.work + overheadSeconds) * Math.exp(level), measured: row.seconds }];
  });
  const ends = (pick: (...items: number[]) => number): readonly number[] =>
    features.map((_, index) => rounded(pick(...rows.map((row) => row.features[index] ?? 0)), 6));
  return {
    form: "correction",
    overhead: overheadSeconds,
    terms: [],
    features,
    low: ends(Math.min),
    high: ends(Math.max),
    interval: conformalInterval(unseen, { margin: 0 }),
    regressor: {
      kind: "linear",
      intercept: rounded(scores, 4),
      weights: features.map((_, index) => (index === 0 ? rounded(values - scores, 4) : 0)),
    },
  };
}

/** Is it values? */
const parts = [0, 1];

/** A launch. */
const overheadSeconds = 1e-5;

/** Logarithm of measured / work: each network counts once, and the other chips together like one more. */
function levelOf(rows: readonly ProductRow[], target: string, part: number): number | undefined {
  const ofPart = rows.filter((row) => row.features[0] === part);
  const level = (own: readonly ProductRow[]): number =>
    median(own.map((row) => Math.log(row.seconds / (row.work + overheadSeconds))));
  const others = [...groupBy(ofPart, (row) => row.target)]
    .filter(([id]) => id !== target)
    .map(([, own]) => level(own));
  const own = [
    ...groupBy(
      ofPart.filter((row) => row.target === target),
      (row) => row.key,
    ),
  ].map(([, items]) => level(items));
  const all = others.length > 0 ? [...own, median(others)] : own;
  return all.length === 0 ? undefined : all.reduce((sum, item) => sum + item, 0) / all.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
