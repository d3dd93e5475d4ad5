import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { groupBy } from "../group.js";
import { rounded } from "./matrix.js";

/** How far a fit was off, as a logarithm, on a row that it had not seen. */
export interface UnseenError {
  /** Rows that scatter alike: those of one chip. */
  readonly group: string;
  readonly error: number;
}

/**
 * Split-conformal interval where each group has too few rows for percentiles of its own (Lei et al. 2018, "locally
 * weighted" conformal inference): errors are measured by what their group errs on average, drawn to what all do, and a
 * percentile of all rows holds for each group in its own measure.
 */
export function scaledInterval(errors: readonly UnseenError[], group: string): Interval {
  const all = meanOf(errors);
  const scales = new Map(
    [...groupBy(errors, (item) => item.group)].map(([name, own]) => [
      name,
      (own.length * meanOf(own) + priorRows * all) / (own.length + priorRows),
    ]),
  );
  const scores = errors
    .map((item) => Math.abs(item.error) / (scales.get(item.group) ?? all))
    .sort((a, b) => a - b);
  const at = Math.min(Math.ceil(0.9 * (scores.length + 1)), scores.length) - 1;
  const width = (scores[at] ?? 1) * (scales.get(group) ?? all);
  return { edges: [], low: [rounded(Math.exp(-width), 4)], high: [rounded(Math.exp(width), 4)] };
}

/** Rows of all groups that count with a group's own. */
const priorRows = 4;

function meanOf(errors: readonly UnseenError[]): number {
  return errors.reduce((sum, { error }) => sum + Math.abs(error), 0) / errors.length;
}
