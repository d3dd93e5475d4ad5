import type { GroupOption, Measure } from "./problem.js";

/** A choice for every group: indices into their options. */
export interface FrontPoint {
  readonly picks: readonly number[];
  readonly along: number;
  readonly against: number;
}

/**
 * The corners of the Pareto front between two measures, all of them and exactly: for a weight λ each group takes the
 * option with the least against + λ · along by itself, and between two weights the sums change at corners only
 * (Everett 1963, generalized Lagrange multipliers). Ends with the least of each measure.
 */
export function paretoFront(
  options: readonly (readonly GroupOption[])[],
  along: Measure,
  against: Measure,
): readonly FrontPoint[] {
  const hulls = options.map((own) => lowerHull(own, along, against));
  const picks = hulls.map(([first]) => first ?? 0);
  // Every step along a group's hull trades at its own rate; taken from the best rate to the worst they trace the front.
  const steps = hulls
    .flatMap((hull, group) =>
      hull.slice(1).map((to, index) => {
        const left = options[group]?.[hull[index] ?? 0]?.amounts;
        const right = options[group]?.[to]?.amounts;
        const gain = (left?.[along] ?? 0) - (right?.[along] ?? 0);
        const loss = (right?.[against] ?? 0) - (left?.[against] ?? 0);
        return { group, to, rate: loss / gain };
      }),
    )
    .sort((left, right) => left.rate - right.rate);
  const points = [pointOf(options, picks, along, against)];
  for (const { group, to } of steps) {
    picks[group] = to;
    points.push(pointOf(options, picks, along, against));
  }
  return points;
}

function pointOf(
  options: readonly (readonly GroupOption[])[],
  picks: readonly number[],
  along: Measure,
  against: Measure,
): FrontPoint {
  const sum = (measure: Measure): number =>
    picks.reduce(
      (total, pick, group) => total + (options[group]?.[pick]?.amounts[measure] ?? 0),
      0,
    );
  return { picks: [...picks], along: sum(along), against: sum(against) };
}

/** Options on the lower convex hull, from the least `against` to the least `along`. */
function lowerHull(
  own: readonly GroupOption[],
  along: Measure,
  against: Measure,
): readonly number[] {
  const order = own
    .map((_, index) => index)
    .sort(
      (left, right) =>
        amount(own, left, against) - amount(own, right, against) ||
        amount(own, left, along) - amount(own, right, along),
    );
  const hull: number[] = [];
  for (const index of order) {
    const last = hull[hull.length - 1];
    if (last !== undefined && amount(own, index, along) >= amount(own, last, along)) continue;
    while (hull.length > 1 && isAbove(own, hull, index, along, against)) hull.pop();
    hull.push(index);
  }
  return hull;
}

/** True when the last point of the hull lies on or above the line from the one before it to `index`. */
function isAbove(
  own: readonly GroupOption[],
  hull: readonly number[],
  index: number,
  along: Measure,
  against: Measure,
): boolean {
  const last = hull[hull.length - 1] ?? 0;
  const before = hull[hull.length - 2] ?? 0;
  const rate = (left: number, right: number): number =>
    (amount(own, right, against) - amount(own, left, against)) /
    (amount(own, left, along) - amount(own, right, along));
  return rate(before, last) >= rate(last, index);
}

function amount(own: readonly GroupOption[], index: number, measure: Measure): number {
  return own[index]?.amounts[measure] ?? 0;
}
