import { inferenceJoules, type Power } from "./energy.js";

/** How a number came about, from best to worst. `calibrated` and `borrowed` arrive with calibration data. */
export type Method = "measured" | "calibrated" | "borrowed" | "roofline";

/** A quantity with its interval; `coverage` is the share of truths that the interval is expected to contain. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly method: Method;
  readonly coverage: number;
}

/** What limits a kernel. `memory` names the level in `KernelCost.level`; `overhead` is launch or dispatch. */
export type Bound = "compute" | "memory" | "overhead";

export interface KernelCost {
  /** Seconds. */
  readonly seconds: Estimate;
  /** Joules; undefined when the chip's file states no power. */
  readonly joules: Estimate | undefined;
  readonly bound: Bound;
  /** Memory level that its traffic is served from. */
  readonly level: string;
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly overheadSeconds: number;
  /** What the numbers rest on, in order, one sentence each: for the details pane. */
  readonly reasons: readonly string[];
}

/** A cost's numbers, without the sentences. */
export interface CostAmounts extends Omit<KernelCost, "reasons"> {
  /** Watts that make the joules, where `joules` does not say them. */
  readonly power?: Power | undefined;
}

/**
 * Sentences and joules are for the few kernels that a person looks at, not for all fifty thousand: they are made when they
 * are read. A class, since an object literal with a getter takes longer to make than an estimate takes to compute.
 */
export class ExplainedCost implements KernelCost {
  readonly seconds: Estimate;
  readonly bound: Bound;
  readonly level: string;
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly overheadSeconds: number;
  readonly #joules: Estimate | undefined;
  readonly #power: Power | undefined;
  readonly #explain: () => readonly string[];

  constructor(amounts: CostAmounts, explain: () => readonly string[]) {
    this.seconds = amounts.seconds;
    this.bound = amounts.bound;
    this.level = amounts.level;
    this.computeSeconds = amounts.computeSeconds;
    this.memorySeconds = amounts.memorySeconds;
    this.overheadSeconds = amounts.overheadSeconds;
    this.#joules = amounts.joules;
    this.#power = amounts.power;
    this.#explain = explain;
  }

  get joules(): Estimate | undefined {
    return this.#joules ?? inferenceJoules(this.seconds, this.#power);
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }

  /** `factor` times as long. */
  times(factor: number): ExplainedCost {
    const seconds = multiplied(this.seconds, factor);
    const { bound, level, computeSeconds, memorySeconds, overheadSeconds } = this;
    const joules = this.#joules && multiplied(this.#joules, factor);
    const power = this.#power;
    return new ExplainedCost(
      { seconds, joules, power, bound, level, computeSeconds, memorySeconds, overheadSeconds },
      this.#explain,
    );
  }
}

function multiplied({ value, low, high, method, coverage }: Estimate, factor: number): Estimate {
  return { value: value * factor, low: low * factor, high: high * factor, method, coverage };
}

/** The same cost with other amounts. */
export function withAmounts(
  cost: KernelCost,
  { seconds, joules }: Pick<KernelCost, "seconds" | "joules">,
): ExplainedCost {
  const { bound, level, computeSeconds, memorySeconds, overheadSeconds } = cost;
  return new ExplainedCost(
    { seconds, joules, bound, level, computeSeconds, memorySeconds, overheadSeconds },
    () => cost.reasons,
  );
}

/** A kernel's part of an inference that was measured as a whole. */
export function timesFactor(cost: KernelCost, factor: number): KernelCost {
  return (cost instanceof ExplainedCost ? cost : withAmounts(cost, cost)).times(factor);
}
