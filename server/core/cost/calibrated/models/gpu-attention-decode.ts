import { attentionFeatures, describeAttention } from "../attention-view.js";
import type { KernelModel } from "../kernel-model.js";

/** One query for each sequence against its cached keys and values. */
export const kernelModel: KernelModel = {
  id: "gpu-attention-decode",
  kinds: ["attention"],
  features: attentionFeatures,
  describe: ({ shape, engine }, target) =>
    shape.kind === "attention" &&
    engine === "gpu" &&
    shape.queryLength === 1 &&
    shape.keyLength > 1 &&
    shape.headSize === shape.valueHeadSize
      ? describeAttention(shape, target)
      : undefined,
};
