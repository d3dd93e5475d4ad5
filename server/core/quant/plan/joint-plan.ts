import { lagrangianBounds } from "./bounds.js";
import { exchange } from "./exchange.js";
import { dot, scatterOf, squareOf } from "./joint-risk.js";
import { partOf, type Point, pointOf, riskOf, sumOf } from "./picks.js";
import { chosenPicks, type Solved, solveLinear, type SolveText } from "./linear-plan.js";
import { type GroupOption, lpText, type PlanProblem, restOf, type RiskCut } from "./problem.js";

type Options = readonly (readonly GroupOption[])[];

const roundLimit = 24;
/** Rounds in which picks are made better by exchanges, which take long on many layers. */
const exchangeRounds = 6;
/** Rounds of cuts, and the options beyond which the solver would not decide them in time. */
const cutLimit = 16;
const manyOptions = 240;
/** Gap at which a plan counts as the best. */
const provenGap = 1e-6;

/**
 * The best picks where the risk is joint (`joint-risk.ts`): convex and quadratic in the choices, so that it lies above its
 * slope at any point. Each round solves the linear problem of one slope, which bounds every plan from below, makes its picks
 * better by exchanges, and moves the point towards them (Frank and Wolfe 1956). What is left open is decided by cuts.
 */
export function solveJoint(problem: PlanProblem, options: Options, solve: SolveText): Solved {
  const simple = solveLinear(problem, options, solve);
  if (problem.limits.risk !== undefined) return withinRisk(problem, options, solve, simple);
  if (simple.picks === undefined || problem.objective !== "risk") return simple;
  const isSmall = options.reduce((sum, own) => sum + own.length, 0) <= manyOptions;
  let best = exchange(problem, options, simple.picks);
  let lower = 0;
  let point = pointOf(options, simple.picks);
  const drifts: (readonly number[])[] = [];
  const isDone = (): boolean => riskOf(options, best) - lower <= provenGap * riskOf(options, best);
  for (let round = 0; round < roundLimit && !isDone(); round++) {
    drifts.push(point.drift);
    const { sloped, offset } = slopeAt(problem, options, point.drift);
    const bounds = lagrangianBounds(sloped.problem, sloped.options);
    if (Number.isFinite(bounds.lower)) lower = Math.max(lower, bounds.lower + offset);
    const picks = bounds.picks ?? solveLinear(sloped.problem, sloped.options, solve).picks;
    if (picks === undefined) break;
    if (round < exchangeRounds) best = safer(options, best, exchange(problem, options, picks));
    point = towards(point, pointOf(options, picks));
  }
  const cuts = [...drifts.slice(-4), pointOf(options, best).drift].map((drift) =>
    cutAt(options, drift),
  );
  for (let round = 0; isSmall && round < cutLimit && !isDone(); round++) {
    const solution = solve(lpText(problem, options, cuts));
    if (solution.kind !== "found") break;
    const picks = chosenPicks(
      options.map((own) => [...own.keys()]),
      solution.chosen,
    );
    const below = Math.max(...cuts.map((cut) => heightOf(cut, picks)));
    if (solution.isProven) lower = Math.max(lower, below * (1 - provenGap / 2));
    best = safer(options, best, picks);
    if (!solution.isProven) break;
    cuts.push(cutAt(options, pointOf(options, picks).drift));
  }
  return { picks: best, lower, isProven: isDone(), failure: undefined };
}

function safer(
  options: Options,
  one: readonly number[],
  other: readonly number[],
): readonly number[] {
  return riskOf(options, other) < riskOf(options, one) ? other : one;
}

/** The risk's slope at a drift, as a plane below it. */
function cutAt(options: Options, drift: readonly number[]): RiskCut {
  return {
    slopes: options.map((own) =>
      own.map((option) => scatterOf(partOf(option)) + 2 * dot(drift, option.drift)),
    ),
    offset: -squareOf(drift),
  };
}

function heightOf({ slopes, offset }: RiskCut, picks: readonly number[]): number {
  return picks.reduce((sum, pick, group) => sum + (slopes[group]?.[pick] ?? 0), offset);
}

/** The point between the two with the least risk: a parabola's vertex. */
function towards(from: Point, to: Point): Point {
  const step = to.drift.map((one, index) => one - (from.drift[index] ?? 0));
  const square = squareOf(step);
  const slope = 2 * dot(from.drift, step) + to.scatter - from.scatter;
  const share = square > 0 ? Math.min(1, Math.max(0, -slope / (2 * square))) : slope < 0 ? 1 : 0;
  return {
    drift: step.map((one, index) => (from.drift[index] ?? 0) + share * one),
    scatter: from.scatter + share * (to.scatter - from.scatter),
  };
}

/**
 * The problem with the risk's slope at a drift in the place of the risk: risk ≥ slope + `offset`, with equality where a
 * plan drifts so. Slopes are shifted to begin at nothing in each group.
 */
function slopeAt(
  problem: PlanProblem,
  options: Options,
  drift: readonly number[],
): {
  readonly sloped: { readonly problem: PlanProblem; readonly options: Options };
  readonly offset: number;
} {
  const cut = cutAt(options, drift);
  let { offset } = cut;
  const sloped = options.map((own, group) => {
    const slopes = cut.slopes[group] ?? [];
    const least = Math.min(...slopes);
    offset += least;
    return own.map((option, index) => ({
      ...option,
      amounts: { ...option.amounts, risk: (slopes[index] ?? 0) - least },
    }));
  });
  return { sloped: { problem, options: sloped }, offset };
}

/**
 * A limit on the joint risk: the slope at a plan that exceeds it is a limit that every plan within it keeps and this one does
 * not (Kelley 1960). Where the rounds end outside, the plan of least risk is what exchanges start from.
 */
function withinRisk(
  problem: PlanProblem,
  options: Options,
  solve: SolveText,
  simple: Solved,
): Solved {
  const { risk: limit = Infinity, ...others } = problem.limits;
  const isWithin = (picks: readonly number[]): boolean => riskOf(options, picks) <= limit;
  const safest = solveJoint({ ...problem, objective: "risk", limits: others }, options, solve);
  if (safest.picks === undefined) return safest;
  const cuts = [cutAt(options, pointOf(options, safest.picks).drift)];
  const everything = options.map((own) => [...own.keys()]);
  let lower = -Infinity;
  for (let round = 0; round < cutLimit; round++) {
    const solution = solve(lpText(problem, options, cuts));
    if (solution.kind !== "found") break;
    const picks = chosenPicks(everything, solution.chosen);
    const value =
      sumOf(options, picks, problem.objective) + restOf(problem.choices, problem.objective);
    if (solution.isProven) lower = Math.max(lower, value);
    // The solver keeps rows within its tolerance.
    if (isWithin(picks)) return { picks, lower, isProven: solution.isProven, failure: undefined };
    if (!solution.isProven) break;
    cuts.push(cutAt(options, pointOf(options, picks).drift));
  }
  const start = [simple.picks, safest.picks].find(
    (picks) => picks !== undefined && isWithin(picks),
  );
  const picks = start === undefined ? undefined : exchange(problem, options, start);
  return { picks, lower, isProven: false, failure: simple.failure };
}
