import type { Alternative, Metric } from "../search/alternatives.js";
import { scale } from "../cost/interval.js";
import { planName, type ServedPlan, type ServedPoint } from "./served-plan.js";

/** Every number of texts of a plan as a point of the Pareto plot. */
export function servedAlternatives(model: string, plan: ServedPlan): readonly Alternative[] {
  return plan.curve.points.map((point) => ({
    id: `${model} ${planName(plan)} ${point.texts}`,
    label: `${point.texts} text${point.texts === 1 ? "" : "s"}${point.groups === undefined ? "" : ` on ${point.layout}`}`,
    model,
    targetId: plan.target,
    batch: point.texts,
    fits: true,
    series: planName(plan),
    metrics: metricsOf(point),
  }));
}

function metricsOf(point: ServedPoint): Readonly<Record<string, Metric>> {
  const exact = (value: number): Metric => ({ value, low: value, high: value });
  return {
    "between-tokens": point.tokenSeconds,
    "first-token": point.firstTokenSeconds,
    "device-rate": scale(point.tokensPerSecond, 1 / point.devices),
    memory: exact(point.memoryBytes),
    ...(point.joulesPerToken !== undefined && { energy: point.joulesPerToken }),
    ...(point.price !== null && { "dollars a million tokens": exact(point.price) }),
  };
}
