import { gpuViewOf } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/** Quantizing a 16-bit tensor to 8 bits: with a known scale, or with one that is found first. */
export const kernelModel: KernelModel = {
  id: "gpu-quantize",
  kinds: ["quantize"],
  features: ["log-elements", "bytes-in-cache", "is-dynamic", "log-work"],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "quantize" || engine !== "gpu" || gpu === undefined) return undefined;
    if (shape.elements === 0) return undefined;
    const isDynamic = shape.isDynamic === true;
    const memorySeconds = (shape.elements * (isDynamic ? 5 : 3)) / gpu.bandwidth;
    return {
      computeSeconds: 0,
      memorySeconds,
      features: [
        Math.log2(shape.elements),
        Math.log2((3 * shape.elements) / gpu.cacheBytes),
        isDynamic ? 1 : 0,
        Math.log2(memorySeconds * 1e9),
      ],
    };
  },
};
