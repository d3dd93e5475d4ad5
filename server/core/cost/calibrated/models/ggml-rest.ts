import { ggmlViewOf, promptPart } from "../ggml-view.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/** What llama.cpp runs between products: norms, sums, gates, rows of the embedding. */
export const kernelModel: KernelModel = {
  id: "ggml-rest",
  kinds: ["elementwise", "normalization", "softmax", "gather", "movement", "reduction"],
  features: ["calls", "activations"],
  describe: (kernel, target) => {
    if (ggmlViewOf(target) === undefined) return undefined;
    const { activations, weights } = workOfKernel(kernel, target);
    const { shape } = kernel;
    const rows = shape.kind === "normalization" ? shape.rows : 1;
    return {
      computeSeconds: 0,
      memorySeconds: activations + weights,
      features: [Math.ceil(rows / promptPart), activations],
    };
  },
};
