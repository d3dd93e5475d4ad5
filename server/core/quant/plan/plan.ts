import type { NodeId } from "../../graph/graph.js";
import { paretoFront } from "./front.js";
import {
  groupOptions,
  lpText,
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

export type SolveText = (
  text: string,
) =>
  | { readonly kind: "found"; readonly isProven: boolean; readonly chosen: ReadonlySet<string> }
  | { readonly kind: "infeasible" }
  | { readonly kind: "failed"; readonly reason: string };

const frontLimit = 60;

export function makePlan(problem: PlanProblem, solve: SolveText): Planning {
  const options = groupOptions(problem);
  const corners = paretoFront(options, "latency", "risk");
  const every = Math.max(1, Math.ceil(corners.length / frontLimit));
  const front = corners
    .filter((_, index) => index % every === 0 || index === corners.length - 1)
    .map(({ picks }) => totalsOf(problem, options, picks));
  const uniform = uniformPlans(problem);
  const solution = solve(lpText(problem, options));
  if (solution.kind !== "found")
    return {
      plan: undefined,
      reason:
        solution.kind === "infeasible"
          ? infeasibleReason(problem, options)
          : `The solver stopped: ${solution.reason}.`,
      uniform,
      front,
    };
  const picks = options.map((own, group) =>
    Math.max(
      0,
      own.findIndex((_, option) => solution.chosen.has(`x${group}_${option}`)),
    ),
  );
  const totals = totalsOf(problem, options, picks);
  return {
    plan: {
      schemes: schemesOf(problem, options, picks),
      totals,
      status: solution.isProven ? "optimal" : "feasible",
      gap: solution.isProven ? 0 : gapOf(problem, options, totals),
    },
    reason: undefined,
    uniform,
    front,
  };
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
    risk: total("risk"),
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
  const sums = { risk: 0, latency: 0, size: 0, energy: 0 };
  for (const { nodeId, choices } of problem.choices.layers) {
    const wanted = schemeOf(nodeId);
    const choice = choices.find(({ schemeId }) => schemeId === wanted) ?? choices[0];
    if (choice === undefined) continue;
    sums.risk += choice.risk;
    sums.latency += choice.seconds;
    sums.size += choice.bytes;
    sums.energy += choice.joules ?? 0;
  }
  return {
    risk: sums.risk,
    latency: sums.latency + restOf(problem.choices, "latency"),
    size: sums.size + restOf(problem.choices, "size"),
    energy: sums.energy + restOf(problem.choices, "energy"),
  };
}

function uniformPlans(problem: PlanProblem): readonly NamedPlan[] {
  const ids = new Set(
    problem.choices.layers.flatMap(({ choices }) => choices.map(({ schemeId }) => schemeId)),
  );
  return [...ids].map((id) => ({
    name: id,
    totals: totalsOfSchemes(problem, () => id),
  }));
}

/** Largest share of the objective that any plan could save: the front's line below the limit is a bound. */
function gapOf(
  problem: PlanProblem,
  options: readonly (readonly GroupOption[])[],
  totals: PlanTotals,
): number | undefined {
  const [only, ...others] = Object.entries(problem.limits) as [Measure, number][];
  if (only === undefined || others.length > 0) return undefined;
  const [measure, limit] = only;
  const room = limit - restOf(problem.choices, measure);
  const corners = paretoFront(options, measure, problem.objective);
  const next = corners.findIndex(({ along }) => along <= room);
  const right = corners[next];
  const left = corners[next - 1];
  if (right === undefined || left === undefined) return 0;
  const share = (left.along - room) / (left.along - right.along);
  const bound =
    left.against +
    share * (right.against - left.against) +
    restOf(problem.choices, problem.objective);
  return Math.max(0, (totals[problem.objective] - bound) / totals[problem.objective]);
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
