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
export type CostAmounts = Omit<KernelCost, "reasons">;

/**
 * Sentences are for the one kernel that a person looks at, not for all fifty thousand: `explain` writes them when they
 * are read. A class, since an object literal with a getter takes longer to make than an estimate takes to compute.
 */
export class ExplainedCost implements KernelCost {
  readonly seconds: Estimate;
  readonly joules: Estimate | undefined;
  readonly bound: Bound;
  readonly level: string;
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly overheadSeconds: number;
  readonly #explain: () => readonly string[];

  constructor(amounts: CostAmounts, explain: () => readonly string[]) {
    this.seconds = amounts.seconds;
    this.joules = amounts.joules;
    this.bound = amounts.bound;
    this.level = amounts.level;
    this.computeSeconds = amounts.computeSeconds;
    this.memorySeconds = amounts.memorySeconds;
    this.overheadSeconds = amounts.overheadSeconds;
    this.#explain = explain;
  }

  get reasons(): readonly string[] {
    return this.#explain();
  }
}

/** The same cost with other amounts. */
export function withAmounts(
  cost: KernelCost,
  { seconds, joules }: Pick<KernelCost, "seconds" | "joules">,
): KernelCost {
  const { bound, level, computeSeconds, memorySeconds, overheadSeconds } = cost;
  return new ExplainedCost(
    { seconds, joules, bound, level, computeSeconds, memorySeconds, overheadSeconds },
    () => cost.reasons,
  );
}
