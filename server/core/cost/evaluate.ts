import { once } from "../base/once.js";
import { wideArithmetic } from "../lower/keep-wide.js";
import type { Lowered } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import { calibratedEvaluator } from "./calibrated/evaluator.js";
import { mappedEvaluator } from "./mapped.js";
import { timesFactor, type Estimate, type KernelCost, type Method } from "./cost.js";
import { powerOf, inferenceJoules } from "./energy.js";
import { costKernels } from "./equal-kernels.js";
import type { Evaluator, EvaluatorFactory, ModelFootprint } from "./evaluator.js";
import { rooflineEvaluator } from "./roofline.js";
import { withStaticScales } from "./static-scales.js";
import { endsOfSum } from "./sum-of-kernels.js";

/** Best method first; each declines targets that it has no data for. The roofline takes what is left. */
const factories: readonly EvaluatorFactory[] = [mappedEvaluator, calibratedEvaluator];

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
  const narrow = isOperator ? evaluator.evaluate : withStaticScales(target, evaluator.evaluate);
  const evaluate = withWideKernels(target, narrow, (wide) =>
    evaluatorFor(wide, lowered, footprint),
  );
  const kernelCosts =
    evaluator.isPositional === true
      ? lowered.kernels.map(evaluator.evaluate)
      : costKernels(lowered.kernels, evaluate);
  if (lowered.uncosted.length > 0) return { kernelCosts, latency: undefined, energy: undefined };
  if (!isOperator && evaluator.total !== undefined) {
    const { latency, scale } = evaluator.total(kernelCosts);
    return {
      kernelCosts: scale === 1 ? kernelCosts : scaledCosts(kernelCosts, scale),
      latency,
      energy:
        evaluator.energy?.(kernelCosts, latency, isOperator) ??
        energyOf(target, latency, kernelCosts),
    };
  }
  const overhead = isOperator ? 0 : target.runtime.inferenceOverhead.value;
  const latency = latencyOf(target, kernelCosts, overhead);
  const energy =
    evaluator.energy?.(kernelCosts, latency, isOperator) ?? energyOf(target, latency, kernelCosts);
  return { kernelCosts, latency, energy };
}

/** What stays in 16 bits takes what the same chip and runtime take in 16 bits. */
function withWideKernels(
  target: Target,
  narrow: Evaluator["evaluate"],
  evaluatorOf: (target: Target) => Evaluator,
): Evaluator["evaluate"] {
  const wide = target.wide?.();
  if (wide === undefined) return narrow;
  const make = once(() => evaluatorOf(wide));
  return (kernel) =>
    kernel.arithmetic === wideArithmetic ? make().evaluate(kernel) : narrow(kernel);
}

/** Power × time; of a chip whose power nobody states, the kernels' counted joules. */
function energyOf(
  target: Target,
  latency: Estimate,
  costs: readonly KernelCost[],
): Estimate | undefined {
  const power = powerOf(target.chip);
  if (power !== undefined) return inferenceJoules(latency, power);
  const sum = (pick: (joules: Estimate) => number): number =>
    costs.reduce((total, { joules }) => total + (joules === undefined ? 0 : pick(joules)), 0);
  if (costs.length === 0) return undefined;
  return {
    value: sum(({ value }) => value),
    low: sum(({ low }) => low),
    high: sum(({ high }) => high),
    method: "roofline",
    coverage: latency.coverage,
  };
}

/** Equal kernels share a cost, so they share what is made of it. */
function scaledCosts(costs: readonly KernelCost[], scale: number): readonly KernelCost[] {
  const made = new Map<KernelCost, KernelCost>();
  return costs.map((cost) => {
    let own = made.get(cost);
    if (own === undefined) made.set(cost, (own = timesFactor(cost, scale)));
    return own;
  });
}

function evaluatorFor(target: Target, lowered: Lowered, footprint: ModelFootprint): Evaluator {
  for (const factory of factories) {
    const evaluator = factory(target, lowered, footprint);
    if (evaluator !== undefined) return evaluator;
  }
  return rooflineEvaluator(target, footprint);
}

/** The overhead of the inference is the runtime's, as uncertain as its roofline. */
function latencyOf(target: Target, kernelCosts: readonly KernelCost[], overhead: number): Estimate {
  const { low, high } = target.runtime.rooflineInterval;
  let value = overhead;
  let coverage = 1;
  for (const { seconds } of kernelCosts) {
    value += seconds.value;
    coverage = Math.min(coverage, seconds.coverage);
  }
  const ends = endsOfSum(kernelCosts);
  return {
    value,
    low: ends.low + overhead * low.value,
    high: ends.high + overhead * high.value,
    method: methodOf(kernelCosts),
    coverage: kernelCosts.length === 0 ? rooflineCoverage : coverage,
  };
}

/** The worst method that answers for a tenth of the time or more: a small remainder does not lower the whole. */
function methodOf(costs: readonly KernelCost[]): Method {
  let [roofline, borrowed, calibrated, whole] = [0, 0, 0, 0];
  for (const { seconds } of costs) {
    whole += seconds.value;
    if (seconds.method === "roofline") roofline += seconds.value;
    else if (seconds.method === "borrowed") borrowed += seconds.value;
    else if (seconds.method === "calibrated") calibrated += seconds.value;
  }
  const least = 0.1 * whole;
  if (roofline > least || whole === 0) return "roofline";
  if (borrowed > least) return "borrowed";
  return calibrated > least ? "calibrated" : "measured";
}

const rooflineCoverage = 0.9;
