import { productOf } from "../../../base/product.js";
import { alignment, log2, unitsOf } from "../gpu-terms.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/**
 * Dense convolutions of a library (cuDNN under PyTorch) as the products they amount to: pixels × output channels ×
 * (window × input channels), with the tiles and waves of a product, and the window apart, since small ones have
 * algorithms of their own, which compute tiles of 2×2 or 4×4 pixels (Lavin & Gray 2016, Winograd). Which algorithm
 * the library takes depends on the image and on what divides the channels.
 */
export const kernelModel: KernelModel = {
  id: "eager-conv",
  kinds: ["conv"],
  features: [
    "log-batch",
    "log-pixels",
    "log-outputs",
    "log-inputs",
    "window",
    "stride",
    "log-compute",
    "log-memory",
    "balance",
    "log-l2",
    "waves-128x128",
    "waves-64x64",
    "fill-n64",
    "fill-n32",
    "fill-n128",
    "log-image",
    "fill-2x2",
    "fill-4x4",
    "log-depth",
    "align-inputs",
    "align-outputs",
  ],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "conv" || shape.groups !== 1 || target.chip.kind !== "gpu") return undefined;
    const pixels = shape.batch * productOf(shape.outputSize);
    const { inputChannels, outputChannels } = shape;
    // 1×1 windows are products, and were not among what was measured.
    if (pixels * inputChannels * outputChannels === 0 || productOf(shape.kernelSize) === 1)
      return undefined;
    const { compute, activations, weights } = workOfKernel(kernel, target);
    const memory = activations + weights;
    const bytes = kernel.readBytes + kernel.writeBytes;
    const waves = (rows: number, columns: number): number => {
      const count =
        (Math.ceil(pixels / rows) * Math.ceil(outputChannels / columns)) / unitsOf(target);
      return Math.log2(Math.ceil(count) / count);
    };
    const fill = (extent: number, step: number): number =>
      Math.log2((Math.ceil(extent / step) * step) / extent);
    const image = (step: number): number =>
      shape.outputSize.reduce((sum, extent) => sum + fill(extent, step), 0);
    return {
      computeSeconds: compute,
      memorySeconds: memory,
      features: [
        Math.log2(shape.batch),
        Math.log2(pixels),
        Math.log2(outputChannels),
        Math.log2(inputChannels),
        productOf(shape.kernelSize),
        shape.strides[0] ?? 1,
        log2(compute * 1e9),
        log2(memory * 1e9),
        log2(compute / Math.max(memory, 1e-15)),
        log2(bytes / (target.chip.memories[0]?.size.value ?? 1)),
        waves(128, 128),
        waves(64, 64),
        fill(outputChannels, 64),
        fill(outputChannels, 32),
        fill(outputChannels, 128),
        Math.log2(shape.outputSize.at(-1) ?? 1),
        image(2),
        image(4),
        Math.log2(inputChannels * productOf(shape.kernelSize)),
        alignment(inputChannels),
        alignment(outputChannels),
      ],
    };
  },
};
