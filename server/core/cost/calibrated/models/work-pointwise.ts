import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** 1×1 convolutions: matrix products of pixels with channels. */
export const kernelModel: KernelModel = {
  id: "work-pointwise",
  kinds: ["conv"],
  features: [
    "calls",
    "compute",
    "activations",
    "weights",
    "thin-inputs",
    "thin-outputs",
    "spilled",
  ],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "conv" || shape.groups !== 1) return undefined;
    if (shape.kernelSize.some((extent) => extent !== 1)) return undefined;
    const work = workOfKernel(kernel, target);
    return workView(work, [
      1,
      work.compute,
      work.activations,
      work.weights,
      work.secondsOfMacs(kernel.macs / shape.inputChannels),
      work.secondsOfMacs(kernel.macs / shape.outputChannels),
      work.spilled,
    ]);
  },
};
