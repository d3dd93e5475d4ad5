import { attentionFeatures, describeAttention } from "../attention-view.js";
import type { KernelModel } from "../kernel-model.js";

/** Attention of many queries at once; heads of keys and values are of one size. */
export const kernelModel: KernelModel = {
  id: "gpu-attention-prefill",
  kinds: ["attention"],
  features: attentionFeatures,
  describe: ({ shape, engine }, target) =>
    shape.kind === "attention" &&
    engine === "gpu" &&
    (shape.queryLength > 1 || shape.keyLength === 1) &&
    shape.headSize === shape.valueHeadSize
      ? describeAttention(shape, target)
      : undefined,
};
