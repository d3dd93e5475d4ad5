import { lagrangianBounds } from "../bounds.js";
import { exchange } from "../exchange.js";
import { type Solved, solveLinear, type SolveText } from "../linear-plan.js";
import { riskOf } from "../picks.js";
import type { GroupOption, PlanProblem } from "../problem.js";
import { branch, type Branched, enoughFor } from "./branch.js";
import { dive } from "./dive.js";
import { JointDual } from "./dual.js";
import { type JointTerms, jointTerms, largestValue, leastValue, valueOf } from "./joint-terms.js";
import { relax } from "./relax.js";

type Options = readonly (readonly GroupOption[])[];

/** Temperature of a dive, as a share of the bound and at the least. */
const diveShare = 1e-3;
const coldestDive = 1e-6;

const nothing: Solved = {
  picks: undefined,
  lower: -Infinity,
  isProven: false,
  failure: undefined,
};

/**
 * The best picks where the risk is joint (`joint-risk.ts`), a convex quadratic in the choices. The dual of the relaxed problem
 * bounds every plan from below, a dive and exchanges find a good one, options that no better plan has are left out, and
 * branching closes what is open between the two, or says how much of it is left.
 */
export function solveJoint(problem: PlanProblem, options: Options, solve: SolveText): Solved {
  const { objective, limits } = problem;
  if (limits.risk === undefined && objective !== "risk")
    return solveLinear(problem, options, solve);
  if (limits.risk !== undefined && objective === "risk")
    return leastRiskWithin(problem, options, solve);
  const terms = jointTerms(problem, options);
  if (terms === undefined) return nothing;
  const picksOf = (plan: Int32Array): readonly number[] =>
    Array.from(plan, (option, group) => option - (terms.starts[group] ?? 0));
  const better = (plan: Int32Array): Int32Array =>
    Int32Array.from(
      exchange(problem, options, picksOf(plan)),
      (pick, group) => (terms.starts[group] ?? 0) + pick,
    );
  const answer = ({ plan, lower, isProven }: Branched): Solved => ({
    ...nothing,
    picks: plan && picksOf(isProven ? plan : better(plan)),
    lower: lower * terms.unit + terms.rest,
    isProven: isProven && plan !== undefined,
  });
  const simple = cheapest(terms);
  const simpleValue = valueOf(terms, simple);
  const least = leastValue(terms);
  if (simpleValue !== undefined && enoughFor(simpleValue) <= least)
    return answer({ plan: simple, lower: least, isProven: true });

  const dual = new JointDual(terms);
  const ceiling = largestValue(terms);
  const { prices, lower, order } = relax(dual, ceiling);
  if (lower >= ceiling) return nothing;
  const dived = dive(dual, prices, Math.max(diveShare * lower, coldestDive), order);
  const known = bestOf(
    terms,
    [simple, dived].flatMap((plan) =>
      plan === undefined || valueOf(terms, plan) === undefined ? [] : [better(plan)],
    ),
  );
  if (known !== undefined) dual.restrict(prices, (valueOf(terms, known) ?? ceiling) - lower);
  const branched = branch(dual, { prices, lower: Math.max(lower, least) }, known, ceiling);
  if (branched.plan !== undefined || branched.isProven) return answer(branched);
  const start = anyWithin(problem, options, solve);
  return { ...answer(branched), picks: start && exchange(problem, options, start) };
}

/** The plan of least risk, if it keeps the limit on the risk. */
function leastRiskWithin(problem: PlanProblem, options: Options, solve: SolveText): Solved {
  const { risk: limit = Infinity, ...limits } = problem.limits;
  const solved = solveJoint({ ...problem, limits }, options, solve);
  const isWithin = solved.picks !== undefined && riskOf(options, solved.picks) <= limit;
  return isWithin ? solved : { ...nothing, failure: solved.failure };
}

/** A plan within the limits, where the search for a good one has found none: as if risks added up, or that of least risk. */
function anyWithin(
  problem: PlanProblem,
  options: Options,
  solve: SolveText,
): readonly number[] | undefined {
  const { risk = Infinity, ...limits } = problem.limits;
  const simple = lagrangianBounds(problem, options).picks;
  if (simple !== undefined && riskOf(options, simple) <= risk) return simple;
  const safest =
    risk === Infinity
      ? solveLinear(problem, options, solve).picks
      : solveJoint({ ...problem, objective: "risk", limits }, options, solve).picks;
  return safest !== undefined && riskOf(options, safest) <= risk ? safest : undefined;
}

/** Of each group the option that is best by itself; of several the one that uses the least. */
function cheapest({ costs, driftCount, featureCount, features, starts }: JointTerms): Int32Array {
  const sumOf = (option: number, from: number, to: number, power: number): number =>
    features
      .subarray(option * featureCount + from, option * featureCount + to)
      .reduce((sum, one) => sum + one ** power, 0);
  const ownValue = (option: number): number =>
    (costs[option] ?? 0) + sumOf(option, 0, driftCount, 2);
  const uses = (option: number): number => sumOf(option, driftCount, featureCount, 1);
  return starts.slice(0, -1).map((first, group) => {
    let best = first;
    for (let option = first; option < (starts[group + 1] ?? 0); option++) {
      const isLess = ownValue(option) - ownValue(best) || uses(option) - uses(best);
      if (isLess < 0) best = option;
    }
    return best;
  });
}

function bestOf(terms: JointTerms, plans: readonly Int32Array[]): Int32Array | undefined {
  let best: Int32Array | undefined;
  let least = Infinity;
  for (const plan of plans) {
    const value = valueOf(terms, plan) ?? Infinity;
    if (value >= least) continue;
    least = value;
    best = plan;
  }
  return best;
}
