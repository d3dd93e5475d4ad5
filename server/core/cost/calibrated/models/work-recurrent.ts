import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Recurrent layers. A compiler without loops unrolls them: a dozen operators for every step of each direction. */
export const kernelModel: KernelModel = {
  id: "work-recurrent",
  kinds: ["recurrent"],
  features: ["calls", "steps", "compute", "activations", "weights"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "recurrent") return undefined;
    const work = workOfKernel(kernel, target);
    const steps = shape.steps * shape.directions;
    return workView(work, [1, steps, work.compute, work.activations, work.weights]);
  },
};
