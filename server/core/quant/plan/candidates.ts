import type { Graph, NodeId } from "../../graph/graph.js";
import { activationSchemeId } from "../formats/activation-scheme.js";
import type { Scheme } from "../formats/scheme.js";
import type { RunPlan } from "../measured/measured-plans.js";
import type { ModelChoices } from "./choices.js";
import { type Plan, type PlanTotals, totalsOfSchemes } from "./plan.js";
import { groupOptions, type Measure, type PlanProblem } from "./problem.js";

/** A plan within the limits, to be run beside others. */
export interface Candidate {
  readonly name: string;
  readonly plan: Plan;
}

/** Plans of one exchange are run as long as they are foretold to err no more than this many times as much. */
const nearbyRisk = 2;
const nearbyCount = 12;

/**
 * What a plan is run beside: where several are foretold to err about as much, the order is only known from running them.
 * The plan itself comes first, then those of one format, and those that differ from it in one group, the least risk first.
 * Caches, which no run here quantizes, stay as they are.
 */
export function candidatesOf(graph: Graph, problem: PlanProblem, plan: Plan): readonly Candidate[] {
  const { choices, groups } = problem;
  const exchanges = groupOptions(problem).flatMap((options, group) => {
    const members = (groups[group] ?? []).flatMap((index) => choices.layers[index] ?? []);
    const [first] = members;
    if (first === undefined || first.isCache === true) return [];
    return options.flatMap(({ schemeId }) =>
      schemeId === plan.schemes.get(first.nodeId)
        ? []
        : [
            alternative(
              problem,
              plan,
              `this plan with \`${graph.nodes[first.nodeId]?.name ?? ""}\` in ${formatName(problem, schemeId)}`,
              new Map([
                ...plan.schemes,
                ...members.map(({ nodeId }) => [nodeId, schemeId] as const),
              ]),
            ),
          ],
    );
  });
  const nearby = exchanges
    .filter((one) => one.plan.totals.risk <= nearbyRisk * plan.totals.risk)
    .filter((one) => keepsLimits(problem, one.plan.totals))
    .sort((left, right) => left.plan.totals.risk - right.plan.totals.risk);
  return distinct([
    { name: "this plan", plan },
    ...uniformCandidates(problem, plan),
    ...nearby.slice(0, nearbyCount),
  ]);
}

/** Plans of one format that keep the limits; caches, of which runtimes keep all in one format anyway, are the plan's. */
function uniformCandidates(problem: PlanProblem, plan: Plan): readonly Candidate[] {
  const { layers } = problem.choices;
  const ids = new Set(layers.flatMap(({ choices }) => choices.map(({ schemeId }) => schemeId)));
  const all = [...ids].map((id) => {
    const schemes = new Map(
      layers.map(({ nodeId, isCache, choices }) => {
        const taken = choices.find(({ schemeId }) => schemeId === id) ?? choices[0];
        const own = isCache === true ? plan.schemes.get(nodeId) : taken?.schemeId;
        return [nodeId, own ?? ""] as const;
      }),
    );
    return alternative(problem, plan, `all ${formatName(problem, id)}`, schemes);
  });
  return all.filter((one) => keepsLimits(problem, one.plan.totals));
}

/** Another plan than the best one: how far it may be from that is known where it is of the best. */
function alternative(
  problem: PlanProblem,
  best: Plan,
  name: string,
  schemes: ReadonlyMap<NodeId, string>,
): Candidate {
  const totals = totalsOfSchemes(problem, (nodeId) => schemes.get(nodeId) ?? "");
  const value = totals[problem.objective];
  const least = best.totals[problem.objective] * (1 - (best.gap ?? 1));
  const gap = value > 0 ? Math.max(0, 1 - least / value) : 0;
  return { name, plan: { schemes, totals, status: "feasible", gap } };
}

function formatName({ choices }: PlanProblem, schemeId: string): string {
  return schemeId === "" ? choices.target.precision.id : schemeId;
}

function keepsLimits({ limits }: PlanProblem, totals: PlanTotals): boolean {
  return Object.entries(limits).every(
    ([measure, limit]) => totals[measure as Measure] <= limit * (1 + 1e-9),
  );
}

function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  const known = new Map<string, Candidate>();
  for (const one of candidates) {
    const key = JSON.stringify([...one.plan.schemes].sort(([left], [right]) => left - right));
    if (!known.has(key)) known.set(key, one);
  }
  return [...known.values()];
}

/** What running a plan does to each layer; those in the target's own precision stay as they are. */
export function runPlan(
  choices: ModelChoices,
  { schemes: chosen }: Pick<Plan, "schemes">,
  schemes: readonly Scheme[],
  activationSchemes: readonly Scheme[],
): RunPlan {
  return new Map(
    choices.layers.flatMap(({ nodeId, choices: own }) => {
      const schemeId = chosen.get(nodeId) ?? "";
      const weights = schemes.find(({ id }) => id === schemeId);
      const choice = own.find((one) => one.schemeId === schemeId);
      if (weights === undefined || choice === undefined) return [];
      const wanted = choice.kind === "computed" ? activationSchemeId(weights) : undefined;
      const activations = activationSchemes.find(({ id }) => id === wanted);
      return [[nodeId, { weights, activations }] as const];
    }),
  );
}
