import { productOf } from "../../../base/product.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/**
 * Dense convolutions with a window. `columns`: the matrix that im2col writes (Chellapilla et al. 2006). `thin-…`: channels
 * too few to fill vectors or tiles, time per channel that is paid whatever their number.
 */
export const kernelModel: KernelModel = {
  id: "work-conv",
  kinds: ["conv"],
  features: [
    "calls",
    "compute",
    "activations",
    "weights",
    "columns",
    "thin-inputs",
    "thin-outputs",
    "spilled",
  ],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "conv" || shape.groups !== 1 || isPointwise(shape.kernelSize))
      return undefined;
    const work = workOfKernel(kernel, target);
    const window = productOf(shape.kernelSize);
    const outputs = shape.outputSize.reduce((product, extent) => product * extent, shape.batch);
    const columnBytes =
      (outputs * window * shape.inputChannels * target.precision.activationBits) / 8;
    return workView(work, [
      1,
      work.compute,
      work.activations,
      work.weights,
      work.secondsOfBytes(columnBytes),
      work.secondsOfMacs(kernel.macs / shape.inputChannels),
      work.secondsOfMacs(kernel.macs / shape.outputChannels),
      work.spilled,
    ]);
  },
};

function isPointwise(kernelSize: readonly number[]): boolean {
  return kernelSize.every((extent) => extent === 1);
}
