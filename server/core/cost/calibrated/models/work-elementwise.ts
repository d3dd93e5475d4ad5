import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Activation functions, sums, products of tensors; those of one tensor and those of several apart. */
export const kernelModel: KernelModel = {
  id: "work-elementwise",
  kinds: ["elementwise"],
  features: ["unary-calls", "unary-activations", "binary-calls", "binary-activations", "spilled"],
  describe: (kernel, target) => {
    const work = workOfKernel(kernel, target);
    return workView(
      work,
      kernel.reads.length < 2
        ? [1, work.activations, 0, 0, work.spilled]
        : [0, 0, 1, work.activations, work.spilled],
    );
  },
};
