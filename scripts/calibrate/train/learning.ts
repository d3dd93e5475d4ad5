import { scaledRow, type Unseen } from "./interval.js";

/**
 * Errors of cross-validation are those of fits to fewer rows than the one that they speak for. Error falls as a power of
 * the number of rows (Cortes et al. 1993; Hestness et al. 2017), and the power follows from fits to half of a fold's rows:
 * residuals are brought to what the whole fit would leave.
 */
export function asOfWholeFit<Row extends Unseen>(
  unseen: readonly Row[],
  /** The same rows, predicted by fits to half as much. */
  byHalf: readonly Unseen[],
  /** Of all rows, what a fold's fit has seen. */
  share: number,
): readonly Row[] {
  if (unseen.length < fewest || byHalf.length !== unseen.length) return unseen;
  const gain = Math.log2(spreadOf(byHalf) / spreadOf(unseen));
  const power = Math.min(Math.max(gain, 0), steepest);
  const factor = share ** power;
  return unseen.map((row) => scaledRow(row, factor));
}

/** Of fewer rows the two spreads differ by chance. */
const fewest = 60;

/** Errors of a mean fall with the square root; what falls faster owes it to chance. */
const steepest = 0.5;

/** The error that nine tenths stay below, as a logarithm. */
function spreadOf(rows: readonly Unseen[]): number {
  const errors = rows
    .map(({ predicted, measured }) => Math.abs(Math.log(measured / predicted)))
    .sort((a, b) => a - b);
  return Math.max(errors[Math.floor(0.9 * (errors.length - 1))] ?? 0, 1e-6);
}
