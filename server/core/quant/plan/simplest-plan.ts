import { uniformCandidates } from "./candidates.js";
import type { Planning } from "./plan.js";
import type { PlanProblem } from "./problem.js";

/**
 * By how much foretold risks err against one another: in half of the plans of `npm run bench quantization` the ratio of the
 * mixture's error to that of one format came out within this factor of the foretold one.
 */
const foretoldWithin = 1.25;

/**
 * A plan of one format in place of a mixture that is foretold to err hardly less and takes no less time: it is easier to carry
 * out, and as far as can be told it is as good. `mixture` then says what was passed over.
 */
export function simplestPlan(problem: PlanProblem, planning: Planning): Planning {
  const { plan } = planning;
  if (plan === undefined || problem.objective !== "risk") return planning;
  const candidates = uniformCandidates(problem, plan).filter(
    (one) => one.plan.totals.risk <= foretoldWithin * plan.totals.risk,
  );
  const [first, ...rest] = candidates;
  if (first === undefined) return planning;
  const simplest = rest.reduce(
    (best, one) => (one.plan.totals.risk < best.plan.totals.risk ? one : best),
    first,
  );
  return isSame(simplest.plan.schemes, plan.schemes)
    ? planning
    : { ...planning, plan: simplest.plan, mixture: plan };
}

function isSame<K, V>(left: ReadonlyMap<K, V>, right: ReadonlyMap<K, V>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}
