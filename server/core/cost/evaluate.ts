import type { Lowered } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import type { Estimate, KernelCost } from "./cost.js";
import { powerOf, inferenceJoules } from "./energy.js";
import type { Evaluator, EvaluatorFactory, ModelFootprint } from "./evaluator.js";
import { rooflineEvaluator } from "./roofline.js";

/** Best method first; each declines targets that it has no data for. Calibrated ones go before the roofline. */
const factories: readonly EvaluatorFactory[] = [];

export interface ModelCost {
  readonly kernelCosts: readonly KernelCost[];
  /** Undefined while a node is not costed: a sum that leaves nodes out is no latency. */
  readonly latency: Estimate | undefined;
  readonly energy: Estimate | undefined;
}

/**
 * Seconds and joules of each kernel and of one inference. `isOperator`: what is costed is an operator by itself, with
 * no inference around it, so that the runtime's overhead per inference does not count.
 */
export function costModel(
  target: Target,
  lowered: Lowered,
  footprint: ModelFootprint,
  isOperator: boolean,
): ModelCost {
  const evaluator = evaluatorFor(target, lowered, footprint);
  const kernelCosts = lowered.kernels.map((kernel) => evaluator.evaluate(kernel));
  if (lowered.uncosted.length > 0) return { kernelCosts, latency: undefined, energy: undefined };
  const overhead = isOperator ? 0 : target.runtime.inferenceOverhead.value;
  const latency = latencyOf(target, evaluator, kernelCosts, overhead);
  return { kernelCosts, latency, energy: inferenceJoules(latency, powerOf(target.chip)) };
}

function evaluatorFor(target: Target, lowered: Lowered, footprint: ModelFootprint): Evaluator {
  for (const factory of factories) {
    const evaluator = factory(target, lowered, footprint);
    if (evaluator !== undefined) return evaluator;
  }
  return rooflineEvaluator(target, footprint);
}

/**
 * The errors of a target's kernels have one cause, the same wrong efficiency, so they do not average out: the ends of
 * the intervals add up like the values (fully correlated errors), and so does the overhead of the inference.
 */
function latencyOf(
  target: Target,
  evaluator: Evaluator,
  kernelCosts: readonly KernelCost[],
  overhead: number,
): Estimate {
  const { low, high } = target.runtime.rooflineInterval;
  let value = overhead;
  let lowest = overhead * low.value;
  let highest = overhead * high.value;
  let coverage = 1;
  for (const { seconds } of kernelCosts) {
    value += seconds.value;
    lowest += seconds.low;
    highest += seconds.high;
    coverage = Math.min(coverage, seconds.coverage);
  }
  return {
    value,
    low: lowest,
    high: highest,
    method: evaluator.method,
    coverage: kernelCosts.length === 0 ? rooflineCoverage : coverage,
  };
}

const rooflineCoverage = 0.9;
