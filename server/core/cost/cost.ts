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

/** The same cost with other amounts. Spreading would write all its reasons, which nobody may ask for. */
export function withAmounts(
  cost: KernelCost,
  amounts: Pick<KernelCost, "seconds" | "joules">,
): KernelCost {
  return {
    seconds: amounts.seconds,
    joules: amounts.joules,
    bound: cost.bound,
    level: cost.level,
    computeSeconds: cost.computeSeconds,
    memorySeconds: cost.memorySeconds,
    overheadSeconds: cost.overheadSeconds,
    get reasons() {
      return cost.reasons;
    },
  };
}
