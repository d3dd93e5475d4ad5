import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Linear layers and other products. */
export const kernelModel: KernelModel = {
  id: "work-matmul",
  kinds: ["matmul"],
  features: ["calls", "compute", "activations", "weights"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "matmul") return undefined;
    const work = workOfKernel(kernel, target);
    return workView(work, [1, work.compute, work.activations, work.weights]);
  },
};
