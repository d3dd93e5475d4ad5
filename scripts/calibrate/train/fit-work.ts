import { overlapped } from "../../../server/core/cost/calibrated/network.js";
import { foldOf } from "../split.js";
import { conformalInterval, type Unseen } from "./interval.js";
import { rounded } from "./matrix.js";
import { fitShares } from "./shares.js";

/** A measured network as sums over its kernels. */
export interface WorkRow {
  readonly key: string;
  /** Seconds, or joules. */
  readonly measured: number;
  /** Features summed over its kernels, by id of the kernel model. */
  readonly work: ReadonlyMap<string, Float64Array>;
  /** Number of launches by class. */
  readonly launches: ReadonlyMap<string, number>;
}

export interface WorkFit {
  /** By id of the kernel model, parallel to its features. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  /** Once per inference. */
  readonly once: number;
  /** Seconds of a launch by class; empty where launches do not run ahead. */
  readonly launches: ReadonlyMap<string, number>;
  readonly predict: (row: WorkRow) => number;
}

export interface WorkPlan {
  /** Launches run ahead of the kernels: their own sum overlaps with the kernels'. */
  readonly hasDispatch: boolean;
}

/** Exponent of the overlap of launches and kernels: nearly their maximum, and smooth. */
export const overlapPower = 4;

/**
 * Non-negative weights of work, from times of whole networks. With launches that overlap, total = (K^p + L^p)^(1/p) is
 * homogeneous in the weights, so total = Σ weight × ∂total/∂weight: each round solves the linear problem with the last
 * round's derivatives. Rows are weighted down as their error grows, since some measurements are outliers.
 */
export function fitWork(rows: readonly WorkRow[], plan: WorkPlan): WorkFit {
  const columns = columnsOf(rows, plan);
  const matrix = rows.map((row) => Float64Array.from(columns, (column) => column.of(row)));
  const measured = Float64Array.from(rows, (row) => row.measured);
  let weights: Float64Array = new Float64Array(columns.length);
  const trust = new Float64Array(rows.length).fill(1);
  for (let round = 0; round < 12; round++) {
    const slopes =
      round === 0
        ? matrix
        : matrix.map((values) => slopesOf(values, columns, weights, plan.hasDispatch));
    const found = fitShares(slopes, measured, trust);
    weights = round < 2 ? found : found.map((value, index) => (value + (weights[index] ?? 0)) / 2);
    for (const [index, values] of matrix.entries()) {
      const predicted = totalOf(values, columns, weights, plan.hasDispatch);
      const error = Math.abs(Math.log(Math.max(predicted, 1e-12) / (measured[index] ?? 1)));
      trust[index] = 1 / (error + 0.02);
    }
  }
  return fitOf(columns, weights, plan);
}

/** Interval of whole networks from a cross-validation by key. */
export function intervalOfWork(rows: readonly WorkRow[], plan: WorkPlan, folds = 4): Unseen[] {
  const unseen: Unseen[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const rest = rows.filter(({ key }) => foldOf(key, folds) !== fold);
    const part = rows.filter(({ key }) => foldOf(key, folds) === fold);
    if (rest.length === 0 || part.length === 0) continue;
    const { predict } = fitWork(rest, plan);
    for (const row of part) unseen.push({ predicted: predict(row), measured: row.measured });
  }
  return unseen;
}

export { conformalInterval };

interface Column {
  readonly kind: "work" | "launch" | "once";
  readonly name: string;
  readonly index: number;
  readonly of: (row: WorkRow) => number;
}

function columnsOf(rows: readonly WorkRow[], plan: WorkPlan): readonly Column[] {
  const columns: Column[] = [{ kind: "once", name: "", index: 0, of: () => 1 }];
  const widths = new Map<string, number>();
  const classes = new Set<string>();
  for (const { work, launches } of rows) {
    for (const [id, features] of work) widths.set(id, features.length);
    for (const name of launches.keys()) classes.add(name);
  }
  for (const [name, width] of [...widths].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (let index = 0; index < width; index++)
      columns.push({ kind: "work", name, index, of: ({ work }) => work.get(name)?.[index] ?? 0 });
  if (plan.hasDispatch)
    for (const name of [...classes].sort())
      columns.push({
        kind: "launch",
        name,
        index: 0,
        of: ({ launches }) => launches.get(name) ?? 0,
      });
  return columns;
}

/** Kernels and launches of a row. */
function sumsOf(
  values: Float64Array,
  columns: readonly Column[],
  weights: Float64Array,
  hasDispatch: boolean,
): readonly [number, number] {
  let kernels = 0;
  let launches = 0;
  for (const [index, { kind }] of columns.entries()) {
    const part = (weights[index] ?? 0) * (values[index] ?? 0);
    if (hasDispatch && kind !== "work") launches += part;
    else kernels += part;
  }
  return [kernels, launches];
}

function totalOf(
  values: Float64Array,
  columns: readonly Column[],
  weights: Float64Array,
  hasDispatch: boolean,
): number {
  const [kernels, launches] = sumsOf(values, columns, weights, hasDispatch);
  return overlapped(overlapPower, kernels, launches);
}

function slopesOf(
  values: Float64Array,
  columns: readonly Column[],
  weights: Float64Array,
  hasDispatch: boolean,
): Float64Array {
  if (!hasDispatch) return values;
  const [kernels, launches] = sumsOf(values, columns, weights, hasDispatch);
  const total = Math.max(overlapped(overlapPower, kernels, launches), 1e-12);
  // A part that vanished must be able to come back.
  const slope = (part: number): number => Math.max((part / total) ** (overlapPower - 1), 1e-3);
  return values.map(
    (value, index) => value * slope(columns[index]?.kind === "work" ? kernels : launches),
  );
}

function fitOf(columns: readonly Column[], found: Float64Array, plan: WorkPlan): WorkFit {
  const weights = new Map<string, number[]>();
  const launches = new Map<string, number>();
  const kept = found.map((value) => rounded(value, 5));
  let once = 0;
  for (const [index, { kind, name }] of columns.entries()) {
    const value = kept[index] ?? 0;
    if (kind === "once") once = value;
    else if (kind === "launch") launches.set(name, value);
    else weights.set(name, [...(weights.get(name) ?? []), value]);
  }
  return {
    weights,
    once,
    launches,
    predict: (row) =>
      totalOf(
        Float64Array.from(columns, (column) => column.of(row)),
        columns,
        kept,
        plan.hasDispatch,
      ),
  };
}
