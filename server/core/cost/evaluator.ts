import type { Kernel, Lowered } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import type { Estimate, KernelCost, Method } from "./cost.js";

/** One way of predicting time and energy on one target. */
export interface Evaluator {
  readonly method: Method;
  readonly evaluate: (kernel: Kernel) => KernelCost;
  /** Equal kernels may cost differently, by what runs before and after. */
  readonly isPositional?: boolean;
  /** Where whole inferences were measured: their time, and the factor that brings the kernels' sum to it. */
  readonly total?: (costs: readonly KernelCost[]) => {
    readonly latency: Estimate;
    readonly scale: number;
  };
  /** Joules of all the kernels, where a meter was read; without it, watts × seconds. */
  readonly energy?: (
    costs: readonly KernelCost[],
    latency: Estimate,
    isOperator: boolean,
  ) => Estimate;
}

/** What is known of the whole model when its kernels are costed one by one. */
export interface ModelFootprint {
  /** Bytes of all weights as the target stores them. */
  readonly weightBytes: number;
  /** Bytes of the activations' arena; undefined when a shape is not known. */
  readonly activationBytes: number | undefined;
}

export type EvaluatorFactory = (
  target: Target,
  lowered: Lowered,
  footprint: ModelFootprint,
) => Evaluator | undefined;
