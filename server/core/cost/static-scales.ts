import { formatSeconds } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import { ExplainedCost, withAmounts, type Estimate, type KernelCost } from "./cost.js";

/**
 * Linear layers with inputs of 8 and 4 bits were measured with two kernels before them: one finds the largest input for the
 * scale, one divides by it (AIConfigurator's collectors). A model that is served has the scale in its checkpoint, and
 * TensorRT-LLM divides where the inputs are written (by the norm, the activation, the attention). What the two kernels
 * take was measured by itself, with inputs that lay in the cache, so that the difference is about right.
 */
export function withStaticScales(
  target: Target,
  evaluate: (kernel: Kernel) => KernelCost,
): (kernel: Kernel) => KernelCost {
  if (!scaledByTensor.has(target.precision.id) || target.chip.kind !== "gpu") return evaluate;
  const isFused = target.runtime.id === "tensorrt-llm";
  return (kernel) => {
    const cost = evaluate(kernel);
    const { shape } = kernel;
    if (shape.kind !== "matmul" || kernel.weightReadBytes === 0) return cost;
    if (kernel.arithmetic !== undefined) return cost;
    const elements = shape.batch * shape.m * shape.k;
    const secondsOf = (isDynamic: boolean): Estimate =>
      evaluate({ ...kernel, shape: { kind: "quantize", elements, isDynamic } }).seconds;
    const both = secondsOf(true);
    if (both.method === "roofline" || cost.seconds.method === "roofline") return cost;
    return without(cost, both.value - (isFused ? 0 : secondsOf(false).value));
  };
}

/** Where blocks have scales of their own, those follow from the inputs in a served model too. */
const scaledByTensor: ReadonlySet<string> = new Set(["fp8", "nvfp4"]);

/** Of what is taken off: inputs are rarely as warm as they were. */
const doubt = 0.3;

function without(cost: KernelCost, seconds: number): KernelCost {
  const { value, low, high } = cost.seconds;
  const saved = Math.min(Math.max(seconds, 0), value / 2);
  const less = {
    value: value - saved,
    low: Math.max(low - (1 + doubt) * saved, low / 3),
    high: high - (1 - doubt) * saved,
  };
  const { joules } = cost;
  const amounts = withAmounts(cost, {
    seconds: { ...cost.seconds, ...less },
    joules: joules && {
      ...joules,
      value: (joules.value * less.value) / value,
      low: (joules.low * less.low) / low,
      high: (joules.high * less.high) / high,
    },
  });
  return new ExplainedCost(amounts, () => [
    ...cost.reasons,
    `${formatSeconds(saved)} less than measured, where the inputs' scale was found each time; a checkpoint has it.`,
  ]);
}
