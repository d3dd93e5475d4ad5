import { rounded } from "./matrix.js";

export interface NetworkSize {
  readonly macs?: number;
  readonly weightBytes?: number;
}

/**
 * No correction, but the range of sizes that were measured: the interval widens for networks outside of it. Work grows in
 * proportion, so that the weights count beside the arithmetic that they are for, not by themselves.
 */
export function sizeRange(rows: readonly NetworkSize[]): Readonly<Record<string, unknown>> {
  const macs = rows.map((row) => Math.log2(Math.max(1, row.macs ?? 1)));
  const bytesPerMac = rows.map(
    (row, index) => Math.log2(Math.max(1, row.weightBytes ?? 1)) - (macs[index] ?? 0),
  );
  const ends = (pick: (...values: number[]) => number): readonly number[] =>
    [macs, bytesPerMac].map((values) => rounded(pick(...values), 4));
  return {
    features: ["log-macs", "log-bytes-per-mac"],
    low: ends(Math.min),
    high: ends(Math.max),
    regressor: { kind: "linear", intercept: 0, weights: [0, 0] },
  };
}
