import type { Problem } from "./base/problem.js";
import { formatBytes, formatNumber, formatSeconds, formatShare } from "./base/units.js";
import type { Estimate, KernelCost } from "./cost/cost.js";
import type { Graph } from "./graph/graph.js";
import type { Lowered } from "./lower/lowered.js";
import type { Target } from "./targets/target.js";

/** What the user wants of a model: it is judged by them, and no prediction depends on them. */
export interface Goals {
  readonly budget?: Budget;
  /** Carbon intensity of the grid: grams of CO₂ equivalents per kilowatt hour. */
  readonly gridGramsPerKilowattHour?: number;
}

/** Seconds that a call may take, or images a second that it has to keep up with. */
export type Budget =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "rate"; readonly perSecond: number };

/** `16.7 ms`, `200us`, `0.5 s`, `60fps`, `60 frames/s`, `30/s`; undefined for anything else. */
export function parseBudget(text: string): Budget | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|ms|us|µs|fps|hz|(?:frames|images)?\/s)\s*$/i.exec(text);
  const value = Number(match?.[1]);
  const unit = match?.[2]?.toLowerCase() ?? "";
  if (match === null || !(value > 0)) return undefined;
  const scale = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6 }[unit];
  return scale === undefined
    ? { kind: "rate", perSecond: value }
    : { kind: "seconds", seconds: value * scale };
}

export function budgetText(budget: Budget): string {
  return budget.kind === "rate"
    ? `${formatNumber(budget.perSecond)} frames/s`
    : formatSeconds(budget.seconds);
}

/** A call with several images may take as long as they last. */
export function budgetSeconds(budget: Budget, batch: number | undefined): number {
  return budget.kind === "rate" ? (batch ?? 1) / budget.perSecond : budget.seconds;
}

export type Verdict = "holds" | "may miss" | "misses";

/** By the interval: what is within it on both sides of the budget cannot be promised. */
export function verdictOf(latency: Estimate, seconds: number): Verdict {
  if (latency.high <= seconds) return "holds";
  return latency.low > seconds ? "misses" : "may miss";
}

interface Judged {
  readonly target: Target;
  readonly batch: number | undefined;
  readonly latency: Estimate | undefined;
  readonly lowered: Lowered;
  readonly kernelCosts: readonly KernelCost[];
}

const namedLimit = 3;

/** RP2107, at the layer that takes most: the budget is missed, or may be. */
export function budgetProblems(
  { budget }: Goals,
  graph: Graph,
  { target, batch, latency, lowered, kernelCosts }: Judged,
): readonly Problem[] {
  if (budget === undefined || latency === undefined) return [];
  const limit = budgetSeconds(budget, batch);
  const verdict = verdictOf(latency, limit);
  if (verdict === "holds") return [];
  const longest = lowered.kernels
    .map(({ nodeIds }, index) => ({
      nodeId: nodeIds[0] ?? -1,
      seconds: kernelCosts[index]?.seconds.value ?? 0,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, namedLimit);
  const names = longest.map(({ nodeId, seconds }) => {
    const node = graph.nodes[nodeId];
    const name = node === undefined || node.name === "" ? `${node?.op} #${nodeId}` : node.name;
    return `${name} ${formatShare(seconds / latency.value)}`;
  });
  let weights = 0;
  let all = 0;
  for (const { readBytes, weightReadBytes, writeBytes } of lowered.kernels) {
    weights += weightReadBytes;
    all += readBytes + writeBytes;
  }
  const moved =
    all > 0
      ? ` It reads and writes ${formatBytes(all)} a call, ${formatShare(1 - weights / all)} of it activations.`
      : "";
  const allowed =
    budget.kind === "rate"
      ? `${formatSeconds(limit)}, which ${budgetText(budget)} leave`
      : formatSeconds(limit);
  return [
    {
      code: "RP2107",
      severity: verdict === "misses" ? "warning" : "information",
      message: `${target.label}: ${verdict} ${allowed}: ${formatSeconds(latency.value, 2)} predicted (${formatSeconds(latency.low, 2)} – ${formatSeconds(latency.high, 2)}). Most goes to ${names.join(", ")}.${moved}`,
      nodeId: longest[0]?.nodeId ?? 0,
    },
  ];
}

/** Grams of CO₂ equivalents for 1,000 calls, with the interval of the energy. */
export function carbonOf(
  { gridGramsPerKilowattHour: grams }: Goals,
  joules: Pick<Estimate, "value" | "low" | "high"> | undefined,
): { readonly value: number; readonly low: number; readonly high: number } | undefined {
  if (grams === undefined || joules === undefined) return undefined;
  const perJoule = (1000 * grams) / joulesPerKilowattHour;
  return {
    value: joules.value * perJoule,
    low: joules.low * perJoule,
    high: joules.high * perJoule,
  };
}

const joulesPerKilowattHour = 3.6e6;
