import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Copies: transpositions, concatenations, cuts, rows of tables, enlargements. */
export const kernelModel: KernelModel = {
  id: "work-movement",
  kinds: ["movement", "gather", "resize"],
  features: ["calls", "activations"],
  describe: (kernel, target) => {
    const work = workOfKernel(kernel, target);
    return workView(work, [1, work.activations]);
  },
};
