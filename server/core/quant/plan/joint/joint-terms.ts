import { scatterOf, squareOf } from "../joint-risk.js";
import { partOf } from "../picks.js";
import { type GroupOption, type Measure, type PlanProblem, restOf } from "../problem.js";

type Options = readonly (readonly GroupOption[])[];

/**
 * A problem whose risk is joint, as arrays. Each option has a cost and a few features, and a plan x is
 *
 *   min Σ costs + |Σ drifts|²   with Σ uses ≤ 1 for each limit, or
 *   min Σ costs                 with Σ uses ≤ 1 and |Σ drifts|² + Σ scatters ≤ 1,
 *
 * where the risk is the objective or is limited. Costs are scaled to the mean of the groups' largest, uses to their limits.
 */
export interface JointTerms {
  readonly groupCount: number;
  /** First option of each group, and their number behind them. */
  readonly starts: Int32Array;
  readonly costs: Float64Array;
  /** Option × feature: drifts, uses of the limits, and what scatters where the risk is limited. */
  readonly features: Float64Array;
  readonly driftCount: number;
  readonly limitCount: number;
  readonly featureCount: number;
  readonly isRiskLimited: boolean;
  /** What a cost of 1 is, and what is added whatever is chosen. */
  readonly unit: number;
  readonly rest: number;
}

/** Undefined where a limit leaves no room. */
export function jointTerms(problem: PlanProblem, options: Options): JointTerms | undefined {
  const { objective, choices } = problem;
  const { risk: riskLimit, ...others } = problem.limits;
  const limits = (Object.entries(others) as [Measure, number][]).map(
    ([measure, limit]) => [measure, limit - restOf(choices, measure)] as const,
  );
  const isRiskLimited = riskLimit !== undefined;
  if (limits.some(([, room]) => !(room > 0)) || (isRiskLimited && !(riskLimit > 0)))
    return undefined;
  const isRisk = objective === "risk";
  const all = options.flat();
  const scatters = all.map((option) => scatterOf(partOf(option)));
  const starts = Int32Array.from({ length: options.length + 1 }, () => 0);
  for (const [group, own] of options.entries())
    starts[group + 1] = (starts[group] ?? 0) + own.length;
  const costOf = (option: GroupOption, index: number): number =>
    isRisk ? (scatters[index] ?? 0) : option.amounts[objective];
  const sizes = all.map((option, index) =>
    isRisk ? costOf(option, index) + squareOf(option.drift) : Math.abs(costOf(option, index)),
  );
  const largest = options.reduce(
    (sum, _, group) => sum + Math.max(...sizes.slice(starts[group], starts[group + 1])),
    0,
  );
  const unit = largest > 0 ? largest / options.length : 1;
  const driftCount = all.reduce((most, { drift }) => Math.max(most, drift.length), 0);
  const featureCount = driftCount + limits.length + Number(isRiskLimited);
  const driftUnit = Math.sqrt(riskLimit ?? unit);
  const features = new Float64Array(all.length * featureCount);
  for (const [index, option] of all.entries()) {
    const row = [
      ...Array.from({ length: driftCount }, (_, at) => (option.drift[at] ?? 0) / driftUnit),
      ...limits.map(([measure, room]) => option.amounts[measure] / room),
      ...(isRiskLimited ? [(scatters[index] ?? 0) / riskLimit] : []),
    ];
    features.set(row, index * featureCount);
  }
  return {
    groupCount: options.length,
    starts,
    costs: Float64Array.from(all, (option, index) => costOf(option, index) / unit),
    features,
    driftCount,
    limitCount: limits.length,
    featureCount,
    isRiskLimited,
    unit,
    rest: restOf(choices, objective),
  };
}

/** Sums of scaled uses are off by some such share. */
export const roundingSlack = 1e-12;

/** Objective of a plan, an option for each group, in units of the terms; undefined where it exceeds a limit. */
export function valueOf(terms: JointTerms, plan: Int32Array): number | undefined {
  const { costs, driftCount, featureCount, features, isRiskLimited } = terms;
  const sums = new Float64Array(featureCount);
  let cost = 0;
  for (const option of plan) {
    cost += costs[option] ?? 0;
    for (let at = 0; at < featureCount; at++)
      sums[at] = (sums[at] ?? 0) + (features[option * featureCount + at] ?? 0);
  }
  const drift = squareOf([...sums.subarray(0, driftCount)]);
  if (isRiskLimited) sums[featureCount - 1] = (sums[featureCount - 1] ?? 0) + drift;
  if (sums.subarray(driftCount).some((use) => use > 1 + roundingSlack)) return undefined;
  return isRiskLimited ? cost : cost + drift;
}

/** No plan has less: every group's least cost, and no drift. */
export function leastValue({ costs, groupCount, starts }: JointTerms): number {
  let sum = 0;
  for (let group = 0; group < groupCount; group++)
    sum += Math.min(...costs.subarray(starts[group], starts[group + 1]));
  return sum;
}

/** No plan has more, whatever it exceeds. */
export function largestValue({
  costs,
  driftCount,
  featureCount,
  features,
  groupCount,
  starts,
}: JointTerms): number {
  let cost = 0;
  let drift = 0;
  for (let group = 0; group < groupCount; group++) {
    let mostCost = 0;
    let mostDrift = 0;
    for (let option = starts[group] ?? 0; option < (starts[group + 1] ?? 0); option++) {
      const row = option * featureCount;
      mostCost = Math.max(mostCost, costs[option] ?? 0);
      mostDrift = Math.max(mostDrift, squareOf([...features.subarray(row, row + driftCount)]));
    }
    cost += mostCost;
    drift += Math.sqrt(mostDrift);
  }
  return cost + drift ** 2;
}
