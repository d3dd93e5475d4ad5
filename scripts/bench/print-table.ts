/** One measured figure beside what it should keep; `bound` in the same unit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound?: number;
}

export function printTable(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map((figure) => figure.name.length));
  for (const { name, value, unit, bound } of figures) {
    const verdict =
      bound === undefined ? "" : `  bound ${bound} ${unit}, ratio ${(value / bound).toFixed(2)}`;
    console.log(`${name.padEnd(width)}  ${value.toPrecision(3).padStart(8)} ${unit}${verdict}`);
  }
}

/** Median of the given runs, after one that warms up. */
export function medianOf(runs: number, measure: () => number): number {
  measure();
  const values = Array.from({ length: runs }, measure).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? NaN;
}
