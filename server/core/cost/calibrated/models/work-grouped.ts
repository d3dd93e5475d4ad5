import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/** Convolutions in groups of several channels. */
export const kernelModel: KernelModel = {
  id: "work-grouped",
  kinds: ["conv"],
  features: [
    "calls",
    "groups",
    "compute",
    "activations",
    "weights",
    "thin-inputs",
    "thin-outputs",
    "spilled",
  ],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "conv" || shape.groups === 1 || shape.groups === shape.inputChannels)
      return undefined;
    const work = workOfKernel(kernel, target);
    return workView(work, [
      1,
      shape.groups,
      work.compute,
      work.activations,
      work.weights,
      work.secondsOfMacs((kernel.macs * shape.groups) / shape.inputChannels),
      work.secondsOfMacs((kernel.macs * shape.groups) / shape.outputChannels),
      work.spilled,
    ]);
  },
};
