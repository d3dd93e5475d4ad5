import { free, type JointDual } from "./dual.js";

/** The relaxed plan of a whole problem. */
export interface Relaxed {
  readonly prices: Float64Array;
  /** No plan has less, in units of the terms. */
  readonly lower: number;
  /** Groups from the one whose likely options drift farthest apart to those whose options are as good as alike. */
  readonly order: readonly number[];
}

const coolingFactor = 3;
/** Temperatures at which the smoothed bound ends, as a share of the bound for each group and at the least. */
const coldShare = 1e-4;
const coldest = 1e-10;
/** An option is likely where its share is not nothing at this share of the bound. */
const likelyShare = 0.03;
const stepLimit = 20;
/** Prices of limits to begin with, in units of the temperature. */
const firstPrice = 10;

/** From a temperature at which all options are alike down to one at which the bound is as good as not smoothed. */
export function relax(dual: JointDual, ceiling: number): Relaxed {
  const { driftCount, featureCount, groupCount } = dual.terms;
  const nothingFixed = new Int32Array(groupCount).fill(free);
  let prices: Float64Array = new Float64Array(featureCount).fill(firstPrice, driftCount);
  let lower = -Infinity;
  let order: readonly number[] = [];
  for (let temperature = 1; ; temperature /= coolingFactor) {
    const settled = dual.settle(prices, temperature, nothingFixed, { enough: ceiling, stepLimit });
    ({ prices, lower } = settled);
    if (order.length === 0 || temperature > likelyShare * lower) order = bySpread(dual);
    const cold = Math.max((coldShare * lower) / groupCount, coldest);
    if (temperature <= cold || lower >= ceiling) return { prices, lower, order };
  }
}

/** Groups by the variance of their options' drifts in the relaxed plan, the largest first. */
function bySpread(dual: JointDual): readonly number[] {
  const { driftCount, featureCount, features, groupCount } = dual.terms;
  const spreads = new Float64Array(groupCount);
  for (let group = 0; group < groupCount; group++)
    for (let at = 0; at < driftCount; at++) {
      let mean = 0;
      let square = 0;
      for (const option of dual.candidatesOf(group)) {
        const share = dual.shares[option] ?? 0;
        const drift = features[option * featureCount + at] ?? 0;
        mean += share * drift;
        square += share * drift * drift;
      }
      spreads[group] = (spreads[group] ?? 0) + square - mean * mean;
    }
  return [...spreads.keys()].sort((left, right) => (spreads[right] ?? 0) - (spreads[left] ?? 0));
}
