import type { KernelModel } from "../kernel-model.js";
import { workOfKernel, workView } from "../work-features.js";

/**
 * Attention where no kernel fuses it: scores go through memory, and a cache that is an input and an output of the graph is
 * copied as well as read.
 */
export const kernelModel: KernelModel = {
  id: "work-attention",
  kinds: ["attention"],
  features: ["calls", "products", "cache", "scores"],
  describe: (kernel, target) => {
    const { shape } = kernel;
    if (shape.kind !== "attention") return undefined;
    const { batch, queryHeads, keyHeads, queryLength, headSize, valueHeadSize } = shape;
    const keys = shape.window > 0 ? Math.min(shape.window, shape.keyLength) : shape.keyLength;
    const work = workOfKernel(kernel, target);
    const { activationBits, cacheBits } = target.precision;
    const cached = (batch * keyHeads * keys * (headSize + valueHeadSize) * cacheBits) / 8;
    const scores = (batch * queryHeads * queryLength * keys * activationBits) / 8;
    return workView(work, [
      1,
      work.compute,
      work.secondsOfBytes(cached),
      work.secondsOfBytes(scores),
    ]);
  },
};
