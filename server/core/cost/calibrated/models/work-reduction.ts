import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Sums and maxima over axes, softmax. */
export const kernelModel: KernelModel = {
  id: "work-reduction",
  kinds: ["reduction", "softmax"],
  features: ["calls", "activations"],
  describe: (kernel, target) => {
    const work = workOfKernel(kernel, target);
    return workView(work, [1, work.activations]);
  },
};
