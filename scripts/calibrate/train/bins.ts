import { rounded, type Rows } from "./matrix.js";

/** Features in at most 256 steps each, so that a split is looked for in a histogram. */
export interface Bins {
  /** Upper ends of all bins but the last, by feature: code c holds values ≤ cuts[c]. */
  readonly cuts: readonly (readonly number[])[];
  /** By feature, by row. */
  readonly codes: readonly Uint8Array[];
}

export function binRows(rows: Rows, binCount: number): Bins {
  const width = rows[0]?.length ?? 0;
  const cuts: number[][] = [];
  const codes: Uint8Array[] = [];
  for (let feature = 0; feature < width; feature++) {
    const values = Float64Array.from(rows, (row) => row[feature] ?? 0).sort();
    const ends = cutsOf(values, Math.min(binCount, 256));
    cuts.push(ends);
    codes.push(Uint8Array.from(rows, (row) => codeOf(ends, row[feature] ?? 0)));
  }
  return { cuts, codes };
}

/** Between neighbouring values, at equal shares of the rows where there are more values than bins. */
function cutsOf(sorted: Float64Array, binCount: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) if (value !== distinct.at(-1)) distinct.push(value);
  const between = (index: number): number =>
    rounded(((distinct[index] ?? 0) + (distinct[index + 1] ?? 0)) / 2, 6);
  if (distinct.length <= binCount) return distinct.slice(1).map((_, index) => between(index));
  const found: number[] = [];
  let index = 0;
  for (let bin = 1; bin < binCount; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / binCount)] ?? 0;
    while (index < distinct.length - 1 && (distinct[index] ?? 0) < value) index++;
    const cut = between(Math.max(0, index - 1));
    if (found.length === 0 || cut > (found.at(-1) ?? 0)) found.push(cut);
  }
  return found;
}

function codeOf(cuts: readonly number[], value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (cuts[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}
