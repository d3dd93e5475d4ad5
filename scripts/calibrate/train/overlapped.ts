import { overlapped } from "../../../server/core/cost/calibrated/overlapped.js";
import type { Rows } from "./matrix.js";
import { fitShares } from "./shares.js";

/** Exponent of the overlap of launches and kernels where nothing else is said: nearly their maximum, and smooth. */
export const overlapPower = 4;

/** Kernels and launches that run side by side: columns that are not 0, and seconds that are not fitted here. */
export interface Part {
  readonly column: Int32Array;
  readonly value: Float64Array;
  readonly known: number;
}

export interface OverlappedRows {
  /** Sums over each row's parts. */
  readonly rows: Rows;
  /** One after the other; by row. */
  readonly parts: readonly (readonly Part[])[];
  readonly measured: Float64Array;
  /** In which of the sessions each row was measured: the same card in another host launches at another speed. */
  readonly session: Int32Array;
  readonly sessions: number;
}

export interface OverlappedColumns {
  /** A column counts work of kernels, else launches. */
  readonly isKernel: readonly boolean[];
  /** The least that each weight may be. */
  readonly least: Float64Array;
}

export interface OverlappedFit {
  readonly weights: Float64Array;
  /** By session, what its launches take relative to the mean of all. */
  readonly hosts: Float64Array;
}

/**
 * Weights of total = Σ (kernels^p + (host × launches)^p)^(1/p) over a row's parts, where columns are of one or of the
 * other: descent (Adam, Kingma & Ba 2015) on the logarithms of what each has above its least, for a loss that grows
 * linearly with large errors of the logarithm.
 */
export function fitOverlapped(
  data: OverlappedRows,
  columns: OverlappedColumns,
  power = overlapPower,
): OverlappedFit {
  const { rows, measured, sessions } = data;
  const count = columns.isKernel.length;
  const width = count + sessions;
  const logs = new Float64Array(width);
  logs.set(startOf(rows, measured, columns).map(Math.log));
  const uses = usesOf(data);
  const first = new Float64Array(width);
  const second = new Float64Array(width);
  const weights = new Float64Array(width);
  const gradient = new Float64Array(width);
  const rounds = 800;
  for (let round = 1; round <= rounds; round++) {
    for (let j = 0; j < width; j++) weights[j] = Math.exp(logs[j] ?? 0);
    gradient.fill(0);
    addGradient(uses, measured, { columns, power, weights, gradient });
    pullTogether(logs, columns.isKernel, gradient, rows.length);
    const rate = 0.05 * (1 - round / (rounds + 1));
    for (let j = 0; j < width; j++) {
      const slope = (gradient[j] ?? 0) / rows.length;
      first[j] = 0.9 * (first[j] ?? 0) + 0.1 * slope;
      second[j] = 0.999 * (second[j] ?? 0) + 0.001 * slope * slope;
      const mean = (first[j] ?? 0) / (1 - 0.9 ** round);
      const spread = Math.sqrt((second[j] ?? 0) / (1 - 0.999 ** round));
      logs[j] = (logs[j] ?? 0) - (rate * mean) / (spread + 1e-9);
    }
  }
  const found = logs.map(Math.exp);
  return {
    weights: found.slice(0, count).map((weight, j) => weight + (columns.least[j] ?? 0)),
    hosts: found.slice(count),
  };
}

/** A part, in which session, and what it took in the last round. */
interface UsedPart {
  readonly part: Part;
  readonly session: number;
  kernels: number;
  launches: number;
  whole: number;
  /** ∂loss / ∂whole. */
  slope: number;
}

/** Networks of one space are made of the same blocks: each is evaluated once a round, however many rows have it. */
interface Uses {
  readonly parts: readonly UsedPart[];
  /** By row, indices of its parts. */
  readonly ofRow: readonly Int32Array[];
}

function usesOf({ parts, session }: OverlappedRows): Uses {
  const used: UsedPart[] = [];
  const known = new Map<string, number>();
  const ofRow = parts.map((own, row) =>
    Int32Array.from(own, (part) => {
      const at = session[row] ?? 0;
      const key = [at, part.known, part.column.join(), part.value.join()].join(" ");
      const index = known.get(key) ?? used.length;
      if (index === used.length) {
        known.set(key, index);
        used.push({ part, session: at, kernels: 0, launches: 0, whole: 0, slope: 0 });
      }
      return index;
    }),
  );
  return { parts: used, ofRow };
}

/**
 * Launches of different kernels go through the same framework: where the networks do not tell them apart, they take about
 * as long. The first column is the inference's own and stays out of it. The mean of the hosts is 1.
 */
function pullTogether(
  logs: Float64Array,
  isKernel: readonly boolean[],
  gradient: Float64Array,
  rowCount: number,
): void {
  let sum = 0;
  let count = 0;
  for (let j = 1; j < isKernel.length; j++)
    if (isKernel[j] !== true) {
      sum += logs[j] ?? 0;
      count += 1;
    }
  for (let j = 1; j < isKernel.length; j++)
    if (isKernel[j] !== true)
      gradient[j] = (gradient[j] ?? 0) + 3e-3 * rowCount * ((logs[j] ?? 0) - sum / count);
  for (let j = isKernel.length; j < logs.length; j++)
    gradient[j] = (gradient[j] ?? 0) + 1e-2 * rowCount * (logs[j] ?? 0);
}

interface Descent {
  readonly columns: OverlappedColumns;
  readonly power: number;
  /** Of columns, then of the sessions' hosts. */
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
}

/** ∂loss/∂log weight, where the loss is sqrt(error² + ε²) of the logarithm. */
function addGradient(uses: Uses, measured: Float64Array, descent: Descent): void {
  for (const used of uses.parts) evaluate(used, descent);
  for (const [row, own] of uses.ofRow.entries()) {
    let total = 0;
    for (const index of own) total += uses.parts[index]?.whole ?? 0;
    const error = Math.log(total / (measured[row] ?? 1));
    const slope = error / Math.sqrt(error * error + 0.02 * 0.02) / total;
    for (const index of own) {
      const used = uses.parts[index];
      if (used !== undefined) used.slope += slope;
    }
  }
  for (const used of uses.parts) goBack(used, descent);
}

/** Kernels and launches; never quite 0, so that their shares are known. */
function evaluate(used: UsedPart, { columns, power, weights }: Descent): void {
  const { isKernel, least } = columns;
  const { column, value, known } = used.part;
  let kernels = known + 1e-12;
  let launches = 1e-12;
  for (let at = 0; at < column.length; at++) {
    const j = column[at] as number;
    const seconds = ((weights[j] as number) + (least[j] as number)) * (value[at] as number);
    if (isKernel[j] === true) kernels += seconds;
    else launches += seconds;
  }
  used.kernels = kernels;
  used.launches = launches * (weights[isKernel.length + used.session] as number);
  used.whole = overlapped(power, used.kernels, used.launches);
  used.slope = 0;
}

function goBack(used: UsedPart, { columns, power, weights, gradient }: Descent): void {
  const { isKernel } = columns;
  const { column, value } = used.part;
  const hostAt = isKernel.length + used.session;
  const own = used.slope * used.whole;
  const kernelShare = (used.kernels / used.whole) ** power;
  const ofKernel = (own * kernelShare) / used.kernels;
  const ofLaunch = (own * (1 - kernelShare) * (weights[hostAt] as number)) / used.launches;
  gradient[hostAt] = (gradient[hostAt] as number) + own * (1 - kernelShare);
  for (let at = 0; at < column.length; at++) {
    const j = column[at] as number;
    const seconds = (weights[j] as number) * (value[at] as number);
    gradient[j] = (gradient[j] as number) + seconds * (isKernel[j] === true ? ofKernel : ofLaunch);
  }
}

/** Each side as if it were alone; what that leaves at zero starts small, so that it can grow. */
function startOf(
  rows: Rows,
  measured: Float64Array,
  { isKernel, least }: OverlappedColumns,
): Float64Array {
  const trust = new Float64Array(rows.length).fill(1);
  const start = new Float64Array(isKernel.length);
  for (const side of [true, false]) {
    const picked = rows.map((row) =>
      row.map((value, index) => (isKernel[index] === side ? value : 0)),
    );
    for (const [index, value] of fitShares(picked, measured, trust).entries())
      if (isKernel[index] === side) start[index] = 0.8 * value - (least[index] ?? 0);
  }
  for (let j = 0; j < start.length; j++) {
    let largest = 0;
    for (const [index, row] of rows.entries())
      largest = Math.max(largest, (row[j] ?? 0) / (measured[index] ?? 1));
    if (largest > 0) start[j] = Math.max(start[j] ?? 0, 2e-3 / largest);
    else start[j] = 1e-12;
  }
  return start;
}
