import type { TargetAnalysis } from "../../analysis.js";
import { formatJoules, formatNumber } from "../../base/units.js";
import { provenanceText } from "../../cost/provenance.js";
import { budgetSeconds, budgetText, carbonOf, verdictOf, type Goals } from "../../goals.js";
import { fallbackCount } from "../layer-cost.js";
import { secondsText, secondsWithInterval } from "./estimate-text.js";

/** `RTX 4090 1.8 ms`, with what a lens must not keep silent about: a fallback, a budget that is missed. */
export function lensTarget(target: TargetAnalysis, { budget }: Goals = {}): string {
  const { latency, fits, batch } = target;
  const name = target.target.chip.name;
  if (fits === false) return `${name} does not fit`;
  const fallback = fallbackCount(target);
  const on = fallback > 0 ? `, ${fallback} on ${target.target.runtime.fallback ?? "?"}` : "";
  const verdict =
    budget === undefined || latency === undefined
      ? ""
      : `, ${verdictOf(latency, budgetSeconds(budget, batch))} ${budgetText(budget)}`;
  return `${name} ${latency === undefined ? "?" : secondsText(latency)}${on}${verdict}`;
}

/** One line of the tooltip. */
export function lensTargetLine(analysis: TargetAnalysis, goals: Goals = {}): string {
  const { target, latency, energy } = analysis;
  const provenance = provenanceText(analysis);
  const joules = energy === undefined ? "" : `, ~${formatJoules(energy.value)}`;
  const carbon = carbonOf(goals, energy);
  const grams =
    carbon === undefined
      ? ""
      : `, ${formatNumber(carbon.value, 2)} g CO₂ (${formatNumber(carbon.low, 2)}–${formatNumber(carbon.high, 2)}) per 1,000`;
  return `${target.label}: ${latency === undefined ? "not known" : `${secondsWithInterval(latency)}, ${latency.method}`}${joules}${grams}${provenance === "" ? "" : ` (${provenance})`}`;
}

/** `+2 targets`: what a lens had no room for. */
export function moreTargets(count: number, shown: number): readonly string[] {
  const rest = count - shown;
  return rest > 0 ? [`+${rest} ${rest === 1 ? "target" : "targets"}`] : [];
}
