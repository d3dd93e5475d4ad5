import { scatterOf, squareOf } from "./joint-risk.js";
import { partOf, pointOf, sumOf } from "./picks.js";
import { type GroupOption, type Measure, type PlanProblem, restOf } from "./problem.js";

type Options = readonly (readonly GroupOption[])[];

/** Changes of one group that are tried in pairs. */
const pairedChanges = 400;
const passLimit = 60;

/** An option of a group in the place of the one that is picked. */
interface Change {
  readonly group: number;
  readonly option: number;
  readonly drift: Float64Array;
  /** What it adds to the risk, and to the objective, were it the only one. */
  risk: number;
  saved: number;
  /** Of the step from the picked option's drift to its own. */
  length: number;
}

/** Better picks by changing one group, or two at a time, while that helps and keeps the limits. */
export function exchange(
  problem: PlanProblem,
  options: Options,
  start: readonly number[],
): readonly number[] {
  const { objective } = problem;
  const picks = [...start];
  const limits = (Object.entries(problem.limits) as [Measure, number][]).map(
    ([measure, limit]) => [measure, limit - restOf(problem.choices, measure)] as const,
  );
  const changes = options.map((own, group) =>
    own.map((choice, option): Change => {
      const drift = Float64Array.from(choice.drift);
      return { group, option, drift, risk: 0, saved: 0, length: 0 };
    }),
  );
  const scatters = options.map((own) => own.map((option) => scatterOf(partOf(option))));
  const pickedOf = (group: number): Change | undefined => changes[group]?.[picks[group] ?? 0];
  const delta = (measure: Measure, { group, option }: Change): number =>
    (options[group]?.[option]?.amounts[measure] ?? 0) -
    (options[group]?.[picks[group] ?? 0]?.amounts[measure] ?? 0);
  for (let pass = 0; pass < passLimit; pass++) {
    const { drift, scatter } = pointOf(options, picks);
    const risk = squareOf(drift) + scatter;
    const used = new Map(limits.map(([measure]) => [measure, sumOf(options, picks, measure)]));
    const all: Change[] = [];
    for (const [group, own] of changes.entries()) {
      const from = pickedOf(group);
      if (from === undefined) continue;
      const kept = scatters[group]?.[from.option] ?? 0;
      for (const to of own) {
        if (to === from) continue;
        let square = 0;
        let along = 0;
        for (let index = 0; index < drift.length; index++) {
          const step = (to.drift[index] ?? 0) - (from.drift[index] ?? 0);
          square += step * step;
          along += step * (drift[index] ?? 0);
        }
        to.length = Math.sqrt(square);
        to.risk = (scatters[group]?.[to.option] ?? 0) - kept + square + 2 * along;
        to.saved = objective === "risk" ? to.risk : delta(objective, to);
        all.push(to);
      }
    }
    /** |d + a + b|² − |d|² = (2 d·a + |a|²) + (2 d·b + |b|²) + 2 a·b, with the steps a and b of two groups. */
    const riskOfBoth = (one: Change, other: Change): number => {
      const [a, b] = [pickedOf(one.group), pickedOf(other.group)];
      let both = 0;
      for (let index = 0; index < drift.length; index++)
        both +=
          ((one.drift[index] ?? 0) - (a?.drift[index] ?? 0)) *
          ((other.drift[index] ?? 0) - (b?.drift[index] ?? 0));
      return one.risk + other.risk + 2 * both;
    };
    const fits = (one: Change, other?: Change): boolean =>
      limits.every(([measure, limit]) =>
        measure === "risk"
          ? risk + (other === undefined ? one.risk : riskOfBoth(one, other)) <= limit
          : (used.get(measure) ?? 0) +
              delta(measure, one) +
              (other === undefined ? 0 : delta(measure, other)) <=
            limit,
      );
    all.sort((left, right) => left.saved - right.saved);
    const enough = -1e-9 * Math.abs(objective === "risk" ? risk : sumOf(options, picks, objective));
    const single = all.find((one) => one.saved < enough && fits(one));
    let chosen: readonly Change[] = single === undefined ? [] : [single];
    if (chosen.length === 0) {
      const near = all.slice(0, pairedChanges);
      let gain = enough;
      for (const [index, one] of near.entries())
        for (let at = index + 1; at < near.length; at++) {
          const other = near[at];
          if (other === undefined || one.group === other.group) continue;
          const apart = one.saved + other.saved;
          // The most that two drifts can do for one another.
          const most = objective === "risk" ? 2 * one.length * other.length : 0;
          if (apart - most >= gain) continue;
          const found = objective === "risk" ? riskOfBoth(one, other) : apart;
          if (found >= gain || !fits(one, other)) continue;
          gain = found;
          chosen = [one, other];
        }
    }
    if (chosen.length === 0) break;
    for (const { group, option } of chosen) picks[group] = option;
  }
  return picks;
}
