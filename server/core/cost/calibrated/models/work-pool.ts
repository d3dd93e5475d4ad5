import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Pooling: every output looks at its whole window. */
export const kernelModel: KernelModel = {
  id: "work-pool",
  kinds: ["pool"],
  features: ["calls", "activations", "window", "spilled"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "pool") return undefined;
    const work = workOfKernel(kernel, target);
    const steps = shape.outputElements * shape.windowElements;
    return workView(work, [1, work.activations, work.secondsOfMacs(steps), work.spilled]);
  },
};
