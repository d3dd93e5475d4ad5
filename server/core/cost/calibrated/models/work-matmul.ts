import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Linear layers and other products; those of two activations, whose operands no compiler has laid out, are counted again. */
export const kernelModel: KernelModel = {
  id: "work-matmul",
  kinds: ["matmul"],
  features: ["calls", "compute", "activations", "weights", "dynamic-calls"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "matmul") return undefined;
    const work = workOfKernel(kernel, target);
    const dynamic = kernel.weightReadBytes === 0 ? 1 : 0;
    return workView(work, [1, work.compute, work.activations, work.weights, dynamic]);
  },
};
