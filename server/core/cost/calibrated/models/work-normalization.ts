import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Normalizations that the runtime executes by themselves. */
export const kernelModel: KernelModel = {
  id: "work-normalization",
  kinds: ["normalization"],
  features: ["calls", "rows", "activations"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "normalization") return undefined;
    const work = workOfKernel(kernel, target);
    return workView(work, [1, shape.rows, work.activations]);
  },
};
