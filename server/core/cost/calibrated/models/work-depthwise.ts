import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** One filter per channel: little arithmetic per byte, and on some runtimes a call for each channel. */
export const kernelModel: KernelModel = {
  id: "work-depthwise",
  kinds: ["conv"],
  features: ["calls", "channels", "compute", "activations", "weights", "spilled"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "conv" || shape.groups === 1 || shape.groups !== shape.inputChannels)
      return undefined;
    const work = workOfKernel(kernel, target);
    return workView(work, [
      1,
      shape.outputChannels,
      work.compute,
      work.activations,
      work.weights,
      work.spilled,
    ]);
  },
};
