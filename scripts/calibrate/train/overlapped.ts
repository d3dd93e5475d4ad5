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

export interface OverlappedFit {
  readonly weights: Float64Array;
  /** By session, what its launches take relative to the mean of all. */
  readonly hosts: Float64Array;
}

/**
 * Weights ≥ 0 of total = Σ (kernels^p + (host × launches)^p)^(1/p) over a row's parts, where columns are of one or of the
 * other: descent (Adam, Kingma & Ba 2015) on the logarithms of the weights, for a loss that grows linearly with large errors
 * of the logarithm.
 */
export function fitOverlapped(
  { rows, parts, measured, session, sessions }: OverlappedRows,
  isKernel: readonly boolean[],
  power = overlapPower,
): OverlappedFit {
  const columns = isKernel.length;
  const width = columns + sessions;
  const logs = new Float64Array(width);
  logs.set(startOf(rows, measured, isKernel).map(Math.log));
  const first = new Float64Array(width);
  const second = new Float64Array(width);
  const weights = new Float64Array(width);
  const gradient = new Float64Array(width);
  const rounds = 800;
  for (let round = 1; round <= rounds; round++) {
    for (let j = 0; j < width; j++) weights[j] = Math.exp(logs[j] ?? 0);
    gradient.fill(0);
    for (const [index, own] of parts.entries()) {
      const hostAt = columns + (session[index] ?? 0);
      addGradient(own, measured[index] ?? 1, { hostAt, power, weights, isKernel, gradient });
    }
    pullTogether(logs, isKernel, gradient, rows.length);
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
  return { weights: found.slice(0, columns), hosts: found.slice(columns) };
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
  /** Where the weight of the row's host stands. */
  readonly hostAt: number;
  readonly power: number;
  readonly weights: Float64Array;
  readonly isKernel: readonly boolean[];
  readonly gradient: Float64Array;
}

/** ∂loss/∂log weight, where the loss is sqrt(error² + ε²) of the logarithm. */
function addGradient(parts: readonly Part[], measured: number, descent: Descent): void {
  const { hostAt, power, weights, isKernel, gradient } = descent;
  const host = weights[hostAt] ?? 1;
  const sums = parts.map((part) => sumsOf(part, weights, isKernel, host));
  const wholes = sums.map(([kernels, launches]) => overlapped(power, kernels, launches));
  const total = wholes.reduce((sum, whole) => sum + whole, 0);
  const error = Math.log(total / measured);
  const slope = error / Math.sqrt(error * error + 0.02 * 0.02);
  for (const [index, { column, value }] of parts.entries()) {
    const [kernels, launches] = sums[index] ?? [0, 0];
    const whole = wholes[index] ?? 0;
    const own = slope * (whole / total);
    const kernelShare = (kernels / whole) ** power;
    const ofKernel = (own * kernelShare) / kernels;
    const ofLaunch = (own * (1 - kernelShare) * host) / launches;
    gradient[hostAt] = (gradient[hostAt] ?? 0) + own * (1 - kernelShare);
    for (let at = 0; at < column.length; at++) {
      const j = column[at] ?? 0;
      const seconds = (weights[j] ?? 0) * (value[at] ?? 0);
      gradient[j] = (gradient[j] ?? 0) + seconds * (isKernel[j] === true ? ofKernel : ofLaunch);
    }
  }
}

/** Kernels and launches; never quite 0, so that their shares are known. */
function sumsOf(
  { column, value, known }: Part,
  weights: Float64Array,
  isKernel: readonly boolean[],
  host: number,
): readonly [number, number] {
  let kernels = known + 1e-12;
  let launches = 1e-12;
  for (let at = 0; at < column.length; at++) {
    const j = column[at] ?? 0;
    const seconds = (weights[j] ?? 0) * (value[at] ?? 0);
    if (isKernel[j] === true) kernels += seconds;
    else launches += seconds;
  }
  return [kernels, host * launches];
}

/** Each side as if it were alone; what that leaves at zero starts small, so that it can grow. */
function startOf(rows: Rows, measured: Float64Array, isKernel: readonly boolean[]): Float64Array {
  const trust = new Float64Array(rows.length).fill(1);
  const start = new Float64Array(isKernel.length);
  for (const side of [true, false]) {
    const picked = rows.map((row) =>
      row.map((value, index) => (isKernel[index] === side ? value : 0)),
    );
    for (const [index, value] of fitShares(picked, measured, trust).entries())
      if (isKernel[index] === side) start[index] = 0.8 * value;
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
