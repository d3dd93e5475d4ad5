import type { Graph, NodeId } from "../../graph/graph.js";
import type { ModelChoices } from "./choices.js";
import { groupLayers } from "./groups.js";
import { makePlan, type Planning, uniformPlans } from "./plan.js";
import type { SolveText } from "./linear-plan.js";
import type { Limits, PlanProblem } from "./problem.js";

/**
 * What a plan is held to when nobody says: the least error at the speed of the fastest plan that has one format for all
 * layers, give or take half a percent.
 */
export function usualLimits(problem: PlanProblem): Limits {
  return {
    latency: 1.005 * Math.min(...uniformPlans(problem).map(({ totals }) => totals.latency)),
  };
}

/**
 * The plan that is shown beside a model, with the formats that somebody has fixed. Layers that must take one format take the
 * first that is fixed for any of them; a layer that has no such choice is free.
 */
export function usualPlan(
  graph: Graph,
  choices: ModelChoices,
  pins: ReadonlyMap<NodeId, string>,
  /** Seconds that somebody has set; otherwise the speed of the fastest single format. */
  budget: number | undefined,
  solve: SolveText,
): { readonly problem: PlanProblem; readonly planning: Planning } {
  const groups = groupLayers(graph, choices.layers, { sharesInput: true });
  const pinned = { ...choices, layers: pinnedLayers(choices.layers, groups, pins) };
  const draft: PlanProblem = { choices: pinned, groups, objective: "risk", limits: {} };
  // What is fixed may cost time: the limit is that of the plans that are free.
  const otherwise = pins.size === 0 ? usualLimits : relaxed;
  const limits = budget === undefined ? otherwise(draft) : { latency: budget };
  const problem = { ...draft, limits };
  return { problem, planning: makePlan(problem, solve) };
}

function pinnedLayers(
  layers: ModelChoices["layers"],
  groups: readonly (readonly number[])[],
  pins: ReadonlyMap<NodeId, string>,
): ModelChoices["layers"] {
  const wanted = new Map<number, string>();
  for (const group of groups) {
    const pin = group.map((index) => pins.get(layers[index]?.nodeId ?? -1)).find(isPin);
    const isPossible = group.every((index) =>
      layers[index]?.choices.some(({ schemeId }) => schemeId === pin),
    );
    if (pin !== undefined && isPossible) for (const index of group) wanted.set(index, pin);
  }
  return layers.map((layer, index) => {
    const pin = wanted.get(index);
    return pin === undefined
      ? layer
      : { ...layer, choices: layer.choices.filter(({ schemeId }) => schemeId === pin) };
  });
}

function isPin(pin: string | undefined): boolean {
  return pin !== undefined;
}

/** As fast as can be around what is fixed. */
function relaxed(problem: PlanProblem): Limits {
  const { plan } = makePlan({ ...problem, objective: "latency" }, () => ({ kind: "infeasible" }));
  const { latency } = usualLimits(problem);
  return { latency: Math.max(latency ?? 0, 1.005 * (plan?.totals.latency ?? Infinity)) };
}
