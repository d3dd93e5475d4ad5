import { likenessTo, meanFactor, type Host } from "../../../server/core/cost/calibrated/hosts.js";
import { overlapped } from "../../../server/core/cost/calibrated/overlapped.js";
import { foldOf } from "../split.js";
import type { Unseen } from "./interval.js";
import { rounded } from "./matrix.js";
import { fitOverlapped, overlapPower, type Part } from "./overlapped.js";
import { hostsOf } from "./fit-hosts.js";
import { fitShares } from "./shares.js";

/** Sums over kernels. */
export interface WorkSums {
  /** Features by id of the kernel model. */
  readonly work: ReadonlyMap<string, Float64Array>;
  /** Seconds of kernels that other measurements speak for. */
  readonly known?: number;
  /** Number of launches by class. */
  readonly launches: ReadonlyMap<string, number>;
}

/** A measured network. */
export interface WorkRow extends WorkSums {
  readonly key: string;
  /** Seconds, or joules. */
  readonly measured: number;
  /** Where its blocks were waited for one by one: what each of them adds to the sums. */
  readonly blocks?: readonly (WorkSums & Pick<WorkRow, "roofline">)[];
  /** Seconds that the roofline gives the kernels of a model, for those that cannot be told from the rest. */
  readonly roofline?: ReadonlyMap<string, number>;
  /** What was measured together, on one host and day: its launches have a level of their own. */
  readonly session?: string;
  /** The search space that it is of: kernels of one follow one library's choices. */
  readonly space?: string;
  /** Values of `hostFeatures`, by which networks of one session are told from those of another. */
  readonly aggregates?: Float64Array;
  /** Multiply-accumulates of the whole, and bytes of its weights. */
  readonly macs?: number;
  readonly weightBytes?: number;
}

export interface WorkFit {
  /** By id of the kernel model, parallel to its features. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  /** Once per inference. */
  readonly once: number;
  /** Seconds of a launch by class; empty where launches do not run ahead. */
  readonly launches: ReadonlyMap<string, number>;
  /** Where there were several sessions. */
  readonly hosts?: readonly Host[];
  readonly predict: (row: WorkRow) => number;
}

export interface WorkPlan {
  /** Launches run ahead of the kernels: their own sum overlaps with the kernels'. */
  readonly hasDispatch: boolean;
  /** Exponent of that overlap. */
  readonly power?: number;
  /** The least that a weight may be: no kernel runs faster than the chip's peak. 0 where left out. */
  readonly leastOf?: (model: string, feature: number) => number;
  /** An inference by itself takes nothing, or what it takes is known. */
  readonly hasNoOnce?: boolean;
}

/**
 * Non-negative weights of work, from times of whole networks. Rows are weighted down as their error grows, since some
 * measurements are outliers.
 */
export function fitWork(rows: readonly WorkRow[], plan: WorkPlan): WorkFit {
  const columns = columnsOf(rows, plan);
  const matrix = rows.map((row) => Float64Array.from(columns, (column) => column.of(row)));
  const measured = Float64Array.from(rows, (row) => row.measured);
  const least = Float64Array.from(columns, ({ kind, name, index }) =>
    kind === "work" ? (plan.leastOf?.(name, index) ?? 0) : 0,
  );
  const sessions = [...new Set(rows.map(({ session = "" }) => session))].sort();
  const isOne = sessions.length < 2;
  if (!plan.hasDispatch) {
    // Nothing is launched, so that sessions differ in their networks alone.
    const alike = new Float64Array(sessions.length).fill(1);
    const known = Float64Array.from(rows, (row, index) =>
      (matrix[index] ?? least).reduce(
        (sum, value, column) => sum + value * (least[column] ?? 0),
        row.known ?? 0,
      ),
    );
    const free = fitSum(matrix, measured, known);
    return fitOf(
      columns,
      free.map((weight, column) => weight + (least[column] ?? 0)),
      plan,
      isOne ? undefined : hostsOf(rows, sessions, alike),
    );
  }
  const { weights, hosts } = fitOverlapped(
    {
      rows: matrix,
      parts: rows.map((row) => partsOf(row, columns)),
      measured,
      session: Int32Array.from(rows, (row) => sessions.indexOf(row.session ?? "")),
      sessions: sessions.length,
    },
    { isKernel: columns.map(({ kind }) => kind === "work"), least },
    plan.power,
  );
  return fitOf(columns, weights, plan, isOne ? undefined : hostsOf(rows, sessions, hosts));
}

function fitSum(
  matrix: readonly Float64Array[],
  measured: Float64Array,
  known: Float64Array,
): Float64Array {
  const trust = new Float64Array(matrix.length).fill(1);
  let weights: Float64Array = new Float64Array(0);
  for (let round = 0; round < 8; round++) {
    weights = fitShares(matrix, measured, trust, known);
    for (const [index, values] of matrix.entries()) {
      let predicted = (known[index] ?? 0) + 1e-12;
      for (let j = 0; j < values.length; j++) predicted += (weights[j] ?? 0) * (values[j] ?? 0);
      trust[index] = 1 / (Math.abs(Math.log(predicted / (measured[index] ?? 1))) + 0.02);
    }
  }
  return weights;
}

export interface SessionUnseen extends Unseen {
  readonly session: string;
}

/** Interval of whole networks from a cross-validation by key. */
export function intervalOfWork(
  rows: readonly WorkRow[],
  plan: WorkPlan,
  folds = 3,
): readonly SessionUnseen[] {
  const unseen: SessionUnseen[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const rest = rows.filter(({ key }) => foldOf(key, folds) !== fold);
    const part = rows.filter(({ key }) => foldOf(key, folds) === fold);
    if (rest.length === 0 || part.length === 0) continue;
    const { predict } = fitWork(rest, plan);
    for (const row of part) {
      const { key, measured, session = "" } = row;
      unseen.push({ predicted: predict(row), measured, session, key, part: fold });
    }
  }
  return unseen;
}

interface Column {
  readonly kind: "work" | "launch" | "once";
  readonly name: string;
  readonly index: number;
  readonly of: (row: WorkSums) => number;
}

/** What follows one after the other: the row as a whole, or an inference's own seconds and then its blocks. */
function partsOf(row: WorkRow, columns: readonly Column[]): readonly Part[] {
  const part = (sums: WorkSums, isMeant: (column: Column) => boolean): Part => {
    const values = columns.map((column) => (isMeant(column) ? column.of(sums) : 0));
    const used = values.flatMap((value, index) => (value === 0 ? [] : [index]));
    return {
      column: Int32Array.from(used),
      value: Float64Array.from(used, (index) => values[index] ?? 0),
      known: sums.known ?? 0,
    };
  };
  const { blocks } = row;
  if (blocks === undefined) return [part(row, () => true)];
  const none = { work: new Map(), launches: new Map() };
  return [
    part(none, ({ kind }) => kind === "once"),
    ...blocks.map((block) => part(block, ({ kind }) => kind !== "once")),
  ];
}

function columnsOf(rows: readonly WorkRow[], plan: WorkPlan): readonly Column[] {
  const columns: Column[] =
    plan.hasNoOnce === true ? [] : [{ kind: "once", name: "", index: 0, of: () => 1 }];
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

/** Kernels and launches of a part. */
function sumsOf(
  { column, value, known }: Part,
  columns: readonly Column[],
  weights: Float64Array,
  hasDispatch: boolean,
): readonly [number, number] {
  let kernels = known;
  let launches = 0;
  for (let at = 0; at < column.length; at++) {
    const j = column[at] ?? 0;
    const seconds = (weights[j] ?? 0) * (value[at] ?? 0);
    if (hasDispatch && columns[j]?.kind !== "work") launches += seconds;
    else kernels += seconds;
  }
  return [kernels, launches];
}

function totalOf(
  parts: readonly Part[],
  columns: readonly Column[],
  weights: Float64Array,
  { hasDispatch, power = overlapPower, host }: WorkPlan & { readonly host: number },
): number {
  let total = 0;
  for (const part of parts) {
    const [kernels, launches] = sumsOf(part, columns, weights, hasDispatch);
    total += overlapped(power, kernels, host * launches);
  }
  return total;
}

function fitOf(
  columns: readonly Column[],
  found: Float64Array,
  plan: WorkPlan,
  hosts?: readonly Host[],
): WorkFit {
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
    ...(hosts !== undefined && { hosts }),
    predict: (row) =>
      totalOf(partsOf(row, columns), columns, kept, {
        ...plan,
        host: hosts === undefined ? 1 : meanFactor(hosts, likenessTo(hosts, row.aggregates ?? [])),
      }),
  };
}
