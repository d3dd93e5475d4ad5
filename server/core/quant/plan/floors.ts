import type { Solved } from "./linear-plan.js";
import { riskOf } from "./picks.js";
import { type GroupOption, type PlanProblem, restOf } from "./problem.js";

type Options = readonly (readonly GroupOption[])[];
type Solve = (problem: PlanProblem, options: Options) => Solved;

/** Solutions of one problem that are compared at the most. */
const levelLimit = 8;

/**
 * Plans whose risk has a floor (`joint-risk.ts`), the largest of their options': for each of a few levels the best plan of
 * the options up to it, which has no floor of its own any more.
 */
export function solveWithFloors(problem: PlanProblem, options: Options, solve: Solve): Solved {
  const floors = [...new Set(options.flat().map(({ floor }) => floor))].sort((a, b) => a - b);
  const { risk: limit, ...others } = problem.limits;
  let best: readonly number[] | undefined;
  let lower = Infinity;
  let failure: string | undefined;
  const valueOf = (own: Options, picks: readonly number[]): number =>
    problem.objective === "risk"
      ? riskOf(own, picks)
      : picks.reduce(
          (sum, pick, group) => sum + (own[group]?.[pick]?.amounts[problem.objective] ?? 0),
          restOf(problem.choices, problem.objective),
        );
  for (const { least, most } of levelsOf(floors)) {
    const places = options.map((own) =>
      [...own.keys()].filter((index) => (own[index]?.floor ?? 0) <= most),
    );
    if (places.some((own) => own.length === 0)) continue;
    const within = places.map((own, group) =>
      own.flatMap((index) => {
        const option = options[group]?.[index];
        return option === undefined ? [] : [withoutFloor(option)];
      }),
    );
    const solvedWith = (floor: number): Solved => {
      const limits = limit === undefined ? others : { ...others, risk: limit - floor };
      return solve({ ...problem, limits }, within);
    };
    const solved = solvedWith(most);
    failure ??= solved.failure;
    // A plan of this level has at least the least floor of it, in its risk or in what its limit leaves.
    const bound = limit === undefined || least === most ? solved : solvedWith(least);
    if (bound.picks !== undefined) {
      const own = bound.isProven ? valueOf(within, bound.picks) : bound.lower;
      lower = Math.min(lower, own + (problem.objective === "risk" ? least : 0));
    }
    const picks = solved.picks?.map((pick, group) => places[group]?.[pick] ?? 0);
    if (
      picks !== undefined &&
      (best === undefined || valueOf(options, picks) < valueOf(options, best))
    )
      best = picks;
  }
  const value = best === undefined ? NaN : valueOf(options, best);
  const isProven = value - lower <= provenGap * value;
  return { picks: best, lower, isProven, failure };
}

/** Gap at which a plan counts as the best. */
const provenGap = 1e-6;

/** Intervals of the floors: each by itself where they are few, else from the top down always those above the half. */
function levelsOf(
  floors: readonly number[],
): readonly { readonly least: number; readonly most: number }[] {
  if (floors.length <= levelLimit) return floors.map((floor) => ({ least: floor, most: floor }));
  const levels: { least: number; most: number }[] = [];
  const rest = floors.filter((floor) => floor > 0);
  while (rest.length > 0) {
    const most = rest.pop() ?? 0;
    let least = most;
    const isLast = levels.length === levelLimit - 1;
    while (rest.length > 0 && (isLast || (rest.at(-1) ?? 0) > most / 2)) least = rest.pop() ?? 0;
    levels.push({ least, most });
  }
  if (floors[0] === 0) levels.push({ least: 0, most: 0 });
  return levels;
}

function withoutFloor(option: GroupOption): GroupOption {
  const { amounts, floor } = option;
  return { ...option, amounts: { ...amounts, risk: amounts.risk - floor }, floor: 0 };
}
