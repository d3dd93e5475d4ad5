import { Cholesky } from "./cholesky.js";
import type { JointTerms } from "./joint-terms.js";

/** In the place of a group's option: none is fixed. */
export const free = -1;

export interface Settled {
  readonly prices: Float64Array;
  /** No plan that takes what is fixed has less of the objective, in units of the terms. */
  readonly lower: number;
}

/** Shares of options below which they bend nothing. */
const tinyShare = 1e-9;
/** Newton's method ends where a step gains less than this share of the temperature. */
const settledGain = 0.01;
/** Share of a price of limits that one step may take away. */
const boldestStep = 0.9;
const shortestStep = 1e-6;

/**
 * The Lagrangian dual of the relaxed problem (`joint-terms.ts`). With prices y of the features, ν of the drifts, π of the
 * limits and ρ of the risk (1 where it is the objective), every plan is bounded from below by
 *
 *   φ(y) = −|ν|²/4ρ − Σ π [− ρ] + Σ groups min options (cost + y · features),
 *
 * as ρ|s|² ≥ ν·s − |ν|²/4ρ for any ν. φ is concave. Its minima are smoothed at a temperature (log-sum-exp; Nesterov 2005, Math.
 * Program. 103) and prices of limits are kept positive by their logarithm, so that Newton's method finds the best: they are
 * few, however many layers there are. Shares of the options make the relaxed plan, in which all but about one group for
 * each feature are whole.
 */
export class JointDual {
  readonly terms: JointTerms;
  /** Of each option in the relaxed plan. */
  readonly shares: Float64Array;
  /** Multiplications so far, about. */
  work = 0;
  /** Options that are left to choose from: of each group those from `firsts[group]` to `firsts[group + 1]`. */
  #candidates: Int32Array;
  #firsts: Int32Array;
  /** Each option's cost with the prices of its features, and each group's smoothed minimum of them. */
  readonly #priced: Float64Array;
  readonly #minima: Float64Array;
  readonly #slope: Float64Array;
  /** Second derivatives, with their signs turned. */
  readonly #bend: Float64Array;
  readonly #cholesky: Cholesky;
  readonly #mean: Float64Array;
  readonly #step: Float64Array;
  #lower = -Infinity;

  constructor(terms: JointTerms) {
    const { costs, featureCount, groupCount, starts } = terms;
    this.terms = terms;
    this.shares = new Float64Array(costs.length);
    this.#candidates = Int32Array.from(costs.keys());
    this.#firsts = starts;
    this.#priced = new Float64Array(costs.length);
    this.#minima = new Float64Array(groupCount);
    this.#slope = new Float64Array(featureCount);
    this.#bend = new Float64Array(featureCount * featureCount);
    this.#cholesky = new Cholesky(featureCount);
    this.#mean = new Float64Array(featureCount);
    this.#step = new Float64Array(featureCount);
  }

  candidatesOf(group: number): Int32Array {
    return this.#candidates.subarray(this.#firsts[group], this.#firsts[group + 1]);
  }

  /** Leaves out options whose price at a bound exceeds their group's least by more than `room`. */
  restrict(prices: Float64Array, room: number): void {
    const { groupCount } = this.terms;
    const kept: number[] = [];
    const firsts = new Int32Array(groupCount + 1);
    for (let group = 0; group < groupCount; group++) {
      const own = this.candidatesOf(group);
      let least = Infinity;
      for (const option of own) least = Math.min(least, this.#price(prices, option));
      for (const option of own) if (this.#price(prices, option) - least <= room) kept.push(option);
      firsts[group + 1] = kept.length;
    }
    this.#candidates = Int32Array.from(kept);
    this.#firsts = firsts;
  }

  /** The best prices at a temperature, or the first whose bound is `enough`; the relaxed plan is theirs. */
  settle(
    start: Float64Array,
    temperature: number,
    fixed: Int32Array,
    { enough, stepLimit }: { readonly enough: number; readonly stepLimit: number },
  ): Settled {
    const prices = Float64Array.from(start);
    let value = this.#evaluate(prices, temperature, fixed);
    for (let step = 0; ; step++) {
      this.#differentiate(prices, temperature, fixed);
      if (step === stepLimit || this.#lower >= enough) break;
      this.#step.set(this.#slope);
      this.#cholesky.solve(this.#step);
      const gain = this.#along(this.#step);
      if (!(gain > settledGain * temperature)) break;
      value = this.#ascend(prices, value, gain, temperature, fixed);
    }
    return { prices, lower: this.#lower };
  }

  /**
   * By how much the smoothed bound would rise, about, were an option of a free group fixed: one step of Newton's method from
   * where `settle` has ended.
   */
  riseBy(group: number, option: number): number {
    const { featureCount, features } = this.terms;
    this.#meanOf(group);
    for (let at = 0; at < featureCount; at++)
      this.#step[at] =
        (this.#slope[at] ?? 0) +
        (features[option * featureCount + at] ?? 0) -
        (this.#mean[at] ?? 0);
    this.#cholesky.halfSolve(this.#step);
    let square = 0;
    for (let at = 0; at < featureCount; at++) square += (this.#step[at] ?? 0) ** 2;
    this.work += featureCount * featureCount;
    return (this.#priced[option] ?? 0) - (this.#minima[group] ?? 0) + square / 2;
  }

  /** By how much the bound of the last prices rises at least, were an option of a free group fixed. */
  reducedCost(group: number, option: number): number {
    let least = Infinity;
    for (const other of this.candidatesOf(group)) least = Math.min(least, this.#priced[other] ?? 0);
    return (this.#priced[option] ?? 0) - least;
  }

  #price(prices: Float64Array, option: number): number {
    const { costs, featureCount, features } = this.terms;
    let price = costs[option] ?? 0;
    const row = option * featureCount;
    for (let at = 0; at < featureCount; at++)
      price += (prices[at] ?? 0) * (features[row + at] ?? 0);
    return price;
  }

  /** The smoothed bound; keeps the bound itself and the shares. */
  #evaluate(prices: Float64Array, temperature: number, fixed: Int32Array): number {
    const { driftCount, featureCount, groupCount } = this.terms;
    const shares = this.shares;
    let lower = -this.#squareOfDriftPrices(prices) / (4 * this.#riskPrice(prices));
    let value = 0;
    for (let at = driftCount; at < featureCount; at++) {
      lower -= prices[at] ?? 0;
      value += temperature * Math.log(prices[at] ?? 0);
    }
    value += lower;
    for (let group = 0; group < groupCount; group++) {
      const taken = fixed[group] ?? free;
      if (taken !== free) {
        const price = this.#price(prices, taken);
        lower += price;
        value += price;
        continue;
      }
      const first = this.#firsts[group] ?? 0;
      const end = this.#firsts[group + 1] ?? 0;
      let least = Infinity;
      for (let index = first; index < end; index++) {
        const option = this.#candidates[index] ?? 0;
        const price = this.#price(prices, option);
        this.#priced[option] = price;
        if (price < least) least = price;
      }
      let sum = 0;
      for (let index = first; index < end; index++) {
        const option = this.#candidates[index] ?? 0;
        const share = Math.exp((least - (this.#priced[option] ?? 0)) / temperature);
        shares[option] = share;
        sum += share;
      }
      for (let index = first; index < end; index++) {
        const option = this.#candidates[index] ?? 0;
        shares[option] = (shares[option] ?? 0) / sum;
      }
      const minimum = least - temperature * Math.log(sum);
      this.#minima[group] = minimum;
      lower += least;
      value += minimum;
    }
    this.work += this.#candidates.length * (featureCount + 10);
    this.#lower = lower;
    return value;
  }

  /** Slope and second derivatives where `#evaluate` was last. */
  #differentiate(prices: Float64Array, temperature: number, fixed: Int32Array): void {
    const { featureCount, features, groupCount } = this.terms;
    const slope = this.#slope;
    const bend = this.#bend;
    const mean = this.#mean;
    this.#differentiateOuter(prices, temperature);
    for (let group = 0; group < groupCount; group++) {
      const taken = fixed[group] ?? free;
      if (taken !== free) {
        const row = taken * featureCount;
        for (let at = 0; at < featureCount; at++)
          slope[at] = (slope[at] ?? 0) + (features[row + at] ?? 0);
        continue;
      }
      this.#meanOf(group);
      for (let at = 0; at < featureCount; at++) slope[at] = (slope[at] ?? 0) + (mean[at] ?? 0);
      const end = this.#firsts[group + 1] ?? 0;
      for (let index = this.#firsts[group] ?? 0; index < end; index++) {
        const option = this.#candidates[index] ?? 0;
        const share = this.shares[option] ?? 0;
        if (share < tinyShare || share > 1 - tinyShare) continue;
        const row = option * featureCount;
        for (let at = 0; at < featureCount; at++) {
          const factor = (share / temperature) * ((features[row + at] ?? 0) - (mean[at] ?? 0));
          for (let other = 0; other <= at; other++)
            bend[at * featureCount + other] =
              (bend[at * featureCount + other] ?? 0) +
              factor * ((features[row + other] ?? 0) - (mean[other] ?? 0));
        }
        this.work += (featureCount * featureCount) / 2;
      }
    }
    this.#cholesky.factor(bend);
  }

  /** Of what stands before the groups. */
  #differentiateOuter(prices: Float64Array, temperature: number): void {
    const { driftCount, featureCount, isRiskLimited } = this.terms;
    const slope = this.#slope;
    const bend = this.#bend;
    const riskPrice = this.#riskPrice(prices);
    const square = this.#squareOfDriftPrices(prices);
    bend.fill(0);
    for (let at = 0; at < driftCount; at++) {
      slope[at] = -(prices[at] ?? 0) / (2 * riskPrice);
      bend[at * featureCount + at] = 1 / (2 * riskPrice);
    }
    for (let at = driftCount; at < featureCount; at++) {
      const price = prices[at] ?? 0;
      slope[at] = temperature / price - 1;
      bend[at * featureCount + at] = temperature / (price * price);
    }
    if (!isRiskLimited) return;
    const last = featureCount - 1;
    slope[last] = (slope[last] ?? 0) + square / (4 * riskPrice ** 2);
    bend[last * featureCount + last] =
      (bend[last * featureCount + last] ?? 0) + square / (2 * riskPrice ** 3);
    for (let at = 0; at < driftCount; at++)
      bend[last * featureCount + at] = -(prices[at] ?? 0) / (2 * riskPrice ** 2);
  }

  /** Along the step in `#step`, as far as the smoothed bound rises; its new value. */
  #ascend(
    prices: Float64Array,
    value: number,
    gain: number,
    temperature: number,
    fixed: Int32Array,
  ): number {
    const { driftCount, featureCount } = this.terms;
    const step = Float64Array.from(this.#step);
    const from = Float64Array.from(prices);
    let length = 1;
    for (let at = driftCount; at < featureCount; at++)
      if ((step[at] ?? 0) < 0)
        length = Math.min(length, (-boldestStep * (from[at] ?? 0)) / (step[at] ?? 0));
    for (;;) {
      for (let at = 0; at < featureCount; at++)
        prices[at] = (from[at] ?? 0) + length * (step[at] ?? 0);
      const reached = this.#evaluate(prices, temperature, fixed);
      if (reached >= value + 0.1 * length * gain || length < shortestStep) return reached;
      length /= 2;
    }
  }

  #along(step: Float64Array): number {
    let sum = 0;
    for (let at = 0; at < step.length; at++) sum += (step[at] ?? 0) * (this.#slope[at] ?? 0);
    return sum;
  }

  #meanOf(group: number): void {
    const { featureCount, features } = this.terms;
    const mean = this.#mean;
    mean.fill(0);
    const end = this.#firsts[group + 1] ?? 0;
    for (let index = this.#firsts[group] ?? 0; index < end; index++) {
      const option = this.#candidates[index] ?? 0;
      const share = this.shares[option] ?? 0;
      if (share < tinyShare) continue;
      const row = option * featureCount;
      for (let at = 0; at < featureCount; at++)
        mean[at] = (mean[at] ?? 0) + share * (features[row + at] ?? 0);
    }
  }

  #riskPrice(prices: Float64Array): number {
    return this.terms.isRiskLimited ? (prices[this.terms.featureCount - 1] ?? 1) : 1;
  }

  #squareOfDriftPrices(prices: Float64Array): number {
    let square = 0;
    for (let at = 0; at < this.terms.driftCount; at++) square += (prices[at] ?? 0) ** 2;
    return square;
  }
}
