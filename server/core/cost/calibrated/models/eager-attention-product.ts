import type { KernelShape } from "../../../ops/kernel-shape.js";
import { log2 } from "../gpu-terms.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/**
 * The two products of attention that a network writes out itself. Their operands come as the network lays them out, keys
 * transposed and heads taken apart, and the library has other kernels for them than for packed operands of the same
 * extents. Those keep about the same share of the peak over all lengths and head sizes, so little is asked here.
 */
export const kernelModel: KernelModel = {
  id: "eager-attention-product",
  kinds: ["matmul"],
  features: ["is-values", "log-compute"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "matmul" || shape.hasHeads !== true || target.chip.kind !== "gpu")
      return undefined;
    const part = partOfAttention(shape);
    if (part === undefined) return undefined;
    const { compute, activations, weights } = workOfKernel(kernel, target);
    return {
      computeSeconds: compute,
      memorySeconds: activations + weights,
      features: [part === "values" ? 1 : 0, log2(compute * 1e9)],
    };
  },
};

/** Which of attention's products has these extents: queries × keys, or weights × values; of long sequences alone. */
export function partOfAttention({
  m,
  n,
  k,
  batch,
  hasConstantRight,
}: KernelShape & { readonly kind: "matmul" }): "scores" | "values" | undefined {
  if (hasConstantRight || batch < 2 || k < 1 || n < 1) return undefined;
  if (m === n && k <= m / 2) return "scores";
  return m === k && n <= m / 2 ? "values" : undefined;
}
