import type { NodeId } from "../../graph/graph.js";
import type { Choice } from "./choices.js";
import { solveWithFloors } from "./floors.js";
import { paretoFront } from "./front.js";
import { solveJoint } from "./joint/joint-plan.js";
import { jointRisk } from "./joint-risk.js";
import { type Solved, solveLinear, type SolveText } from "./linear-plan.js";
import { riskOf } from "./picks.js";
import {
  groupOptions,
  type GroupOption,
  type Measure,
  type PlanProblem,
  restOf,
} from "./problem.js";

/** What a plan takes in all, with the rest of the model. */
export type PlanTotals = Readonly<Record<Measure, number>>;

export interface Plan {
  /** Scheme id by layer; "" is the target's own precision. */
  readonly schemes: ReadonlyMap<NodeId, string>;
  readonly totals: PlanTotals;
  /** `optimal` is proven; `feasible` comes with the largest share that a better plan could save. */
  readonly status: "optimal" | "feasible";
  readonly gap: number | undefined;
}

export interface NamedPlan {
  readonly name: string;
  readonly totals: PlanTotals;
}

export interface Planning {
  readonly plan: Plan | undefined;
  /** Why there is no plan. */
  readonly reason: string | undefined;
  /** The same scheme for every layer that has it; other layers in the target's own precision. */
  readonly uniform: readonly NamedPlan[];
  /** Corners of the front of latency against risk, from the least risk to the least latency. */
  readonly front: readonly PlanTotals[];
}

const frontLimit = 60;

export function makePlan(problem: PlanProblem, solve: SolveText): Planning {
  const options = groupOptions(problem);
  const corners = paretoFront(options, "latency", "risk");
  const every = Math.max(1, Math.ceil(corners.length / frontLimit));
  const front = undominated(
    corners
      .filter((_, index) => index % every === 0 || index === corners.length - 1)
      .map(({ picks }) => totalsOf(problem, options, picks)),
  );
  const uniform = uniformPlans(problem);
  const isJoint = options.some((own) => own.some(({ drift }) => drift.length > 0));
  const hasFloors = options.some((own) => own.some(({ floor }) => floor > 0));
  const solveOne = (one: PlanProblem, own: readonly (readonly GroupOption[])[]): Solved =>
    (isJoint ? solveJoint : solveLinear)(one, own, solve);
  const { picks, lower, isProven, failure } = hasFloors
    ? solveWithFloors(problem, options, solveOne)
    : solveOne(problem, options);
  if (picks === undefined)
    return {
      plan: undefined,
      reason:
        failure === undefined
          ? infeasibleReason(problem, options)
          : `The solver stopped: ${failure}.`,
      uniform,
      front,
    };
  const totals = totalsOf(problem, options, picks);
  const gap = gapOf(totals[problem.objective], lower);
  return {
    plan: {
      schemes: schemesOf(problem, options, picks),
      totals,
      status: isProven || gap === 0 ? "optimal" : "feasible",
      gap: isProven ? 0 : gap,
    },
    reason: undefined,
    uniform,
    front,
  };
}

/** Corners are found as if risks added up; where they do not, some of them are no better than another. */
function undominated(points: readonly PlanTotals[]): readonly PlanTotals[] {
  let least = Infinity;
  const kept: PlanTotals[] = [];
  for (const point of [...points].sort(
    (left, right) => left.latency - right.latency || left.risk - right.risk,
  )) {
    if (point.risk >= least) continue;
    least = point.risk;
    kept.push(point);
  }
  return kept.reverse();
}

/** Largest share of the objective that any plan could save. */
function gapOf(value: number, lower: number): number {
  return value <= 0 ? 0 : Math.max(0, (value - Math.max(0, lower)) / value);
}

function schemesOf(
  { choices, groups }: PlanProblem,
  options: readonly (readonly GroupOption[])[],
  picks: readonly number[],
): ReadonlyMap<NodeId, string> {
  const schemes = new Map<NodeId, string>();
  for (const [group, members] of groups.entries())
    for (const index of members) {
      const nodeId = choices.layers[index]?.nodeId;
      if (nodeId !== undefined)
        schemes.set(nodeId, options[group]?.[picks[group] ?? 0]?.schemeId ?? "");
    }
  return schemes;
}

function totalsOf(
  problem: PlanProblem,
  options: readonly (readonly GroupOption[])[],
  picks: readonly number[],
): PlanTotals {
  const total = (measure: Measure): number =>
    picks.reduce(
      (sum, pick, group) => sum + (options[group]?.[pick]?.amounts[measure] ?? 0),
      restOf(problem.choices, measure),
    );
  return {
    risk: riskOf(options, picks),
    latency: total("latency"),
    size: total("size"),
    energy: total("energy"),
  };
}

/** Totals of schemes by layer, such as a plan that was saved; a layer that lacks its scheme stays as it is. */
export function totalsOfSchemes(
  problem: PlanProblem,
  schemeOf: (nodeId: NodeId) => string,
): PlanTotals {
  const sums = { latency: 0, size: 0, energy: 0 };
  const parts: Choice[] = [];
  for (const { nodeId, choices } of problem.choices.layers) {
    const wanted = schemeOf(nodeId);
    const choice = choices.find(({ schemeId }) => schemeId === wanted) ?? choices[0];
    if (choice === undefined) continue;
    parts.push(choice);
    sums.latency += choice.seconds;
    sums.size += choice.bytes;
    sums.energy += choice.joules ?? 0;
  }
  return {
    risk: jointRisk(parts),
    latency: sums.latency + restOf(problem.choices, "latency"),
    size: sums.size + restOf(problem.choices, "size"),
    energy: sums.energy + restOf(problem.choices, "energy"),
  };
}

/** Totals of the plans that have one scheme wherever a layer has it. */
export function uniformPlans(problem: PlanProblem): readonly NamedPlan[] {
  const ids = new Set(
    problem.choices.layers.flatMap(({ choices }) => choices.map(({ schemeId }) => schemeId)),
  );
  return [...ids].map((id) => ({
    name: id,
    totals: totalsOfSchemes(problem, () => id),
  }));
}

function infeasibleReason(
  problem: PlanProblem,
  options: readonly (readonly GroupOption[])[],
): string {
  for (const [name, limit] of Object.entries(problem.limits)) {
    const measure = name as Measure;
    const least = options.reduce(
      (sum, own) => sum + Math.min(...own.map(({ amounts }) => amounts[measure])),
      restOf(problem.choices, measure),
    );
    if (least > limit)
      return `No plan has a ${measure} of ${limit.toPrecision(3)}: the least is ${least.toPrecision(3)}.`;
  }
  return "Each limit can be kept by itself, but no plan keeps all of them together.";
}
