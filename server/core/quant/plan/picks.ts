import { driftSum, jointRisk, type RiskPart, scatterOf } from "./joint-risk.js";
import type { GroupOption, Measure } from "./problem.js";

/** One option of each group, and what they come to together. */

type Options = readonly (readonly GroupOption[])[];

/** A mixture of plans: their drift, and what scatters. */
export interface Point {
  readonly drift: readonly number[];
  readonly scatter: number;
}

export function pointOf(options: Options, picks: readonly number[]): Point {
  const parts = partsOf(options, picks);
  return {
    drift: driftSum(parts),
    scatter: parts.reduce((sum, part) => sum + scatterOf(part), 0),
  };
}

export function partOf({ amounts, drift, floor }: GroupOption): RiskPart {
  return { risk: amounts.risk, drift, floor };
}

function partsOf(options: Options, picks: readonly number[]): RiskPart[] {
  return picks.flatMap((pick, group) => {
    const option = options[group]?.[pick];
    return option === undefined ? [] : [partOf(option)];
  });
}

export function sumOf(options: Options, picks: readonly number[], measure: Measure): number {
  return picks.reduce(
    (sum, pick, group) => sum + (options[group]?.[pick]?.amounts[measure] ?? 0),
    0,
  );
}

export function riskOf(options: Options, picks: readonly number[]): number {
  return jointRisk(partsOf(options, picks));
}
