import type { Kernel } from "../../../lower/lowered.js";
import type { Target } from "../../../targets/target.js";
import { log2, unitsOf } from "../gpu-terms.js";
import type { KernelModel, KernelView } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/**
 * Large linear layers in a form that torch's own are not: without a bias (a language model's head), or with weights as
 * [in, out] (GPT-2's). Libraries have other kernels for them than for weights as [out, in] with a bias, and keep about
 * the same share of the peak over all extents: less where the last wave of tiles leaves multiprocessors idle.
 */
export const kernelModel: KernelModel = {
  id: "eager-linear",
  kinds: ["matmul"],
  features: ["has-bias", "waste"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "matmul" || (shape.hasBias === true && shape.isRightTransposed === true))
      return undefined;
    return largeLayer(kernel, target);
  },
};

/** A large linear layer of whatever form. */
export function largeLayer(kernel: Kernel, target: Target): KernelView | undefined {
  const { shape } = kernel;
  if (shape.kind !== "matmul" || target.chip.kind !== "gpu" || !shape.hasConstantRight)
    return undefined;
  const { batch, n, k } = shape;
  const m = batch * shape.m;
  const filled = (m * n) / (edge * edge);
  // Smaller ones wait for memory and for the pipeline to fill.
  if (filled < unitsOf(target) / 2 || k < leastDepth) return undefined;
  const tiles = Math.ceil(m / edge) * Math.ceil(n / edge);
  const waves = Math.ceil(tiles / unitsOf(target));
  const { compute, activations, weights } = workOfKernel(kernel, target);
  return {
    computeSeconds: compute,
    memorySeconds: activations + weights,
    features: [shape.hasBias === true ? 1 : 0, log2((waves * unitsOf(target)) / filled)],
  };
}

/** Of the tiles that libraries take for large products in float32. */
const edge = 128;

const leastDepth = 512;
