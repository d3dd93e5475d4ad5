import { metricKind, type Alternative, type MetricKind } from "./alternatives.js";

/** How well cheaper measures put models into the order of their latency, on each target by itself. */
export interface RankCorrelations {
  readonly measures: readonly MetricKind[];
  readonly targets: readonly {
    readonly targetId: string;
    readonly modelCount: number;
    /** Spearman's ρ, parallel to the measures; null where fewer than three models have both numbers, or all are alike. */
    readonly correlations: readonly (number | null)[];
  }[];
}

/** What Vasu et al. 2023 (MobileOne, section 3.1) and Radosavovic et al. 2020 (RegNet, section 4) hold against latency. */
const measureIds = ["macs", "parameters", "outputs", "moved"] as const;

export function rankCorrelations(
  alternatives: readonly Alternative[],
  metric: string,
): RankCorrelations {
  const byTarget = new Map<string, Alternative[]>();
  for (const alternative of alternatives) {
    const own = byTarget.get(alternative.targetId);
    if (own === undefined) byTarget.set(alternative.targetId, [alternative]);
    else own.push(alternative);
  }
  return {
    measures: measureIds.map(metricKind),
    targets: [...byTarget].map(([targetId, own]) => ({
      targetId,
      modelCount: own.filter(({ metrics }) => metrics[metric] !== undefined).length,
      correlations: measureIds.map((id) => {
        const pairs = own.flatMap(({ metrics }) => {
          const [x, y] = [metrics[id]?.value, metrics[metric]?.value];
          return x === undefined || y === undefined ? [] : [[x, y] as const];
        });
        return spearman(
          pairs.map(([x]) => x),
          pairs.map(([, y]) => y),
        );
      }),
    })),
  };
}

/** Pearson's correlation of ranks; equal values share the mean of their ranks. Null where it says nothing. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  if (x.length < 3 || x.length !== y.length) return null;
  const [a, b] = [ranksOf(x), ranksOf(y)];
  const mean = (x.length - 1) / 2;
  let products = 0;
  let squaresOfA = 0;
  let squaresOfB = 0;
  for (const [index, rank] of a.entries()) {
    const [left, right] = [rank - mean, (b[index] ?? mean) - mean];
    products += left * right;
    squaresOfA += left * left;
    squaresOfB += right * right;
  }
  return squaresOfA === 0 || squaresOfB === 0
    ? null
    : products / Math.sqrt(squaresOfA * squaresOfB);
}

function ranksOf(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = values.map(() => 0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (const index of order.slice(start, end)) ranks[index] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
