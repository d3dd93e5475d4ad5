import { ggmlViewOf } from "../ggml-view.js";
import type { KernelModel } from "../kernel-model.js";

/** One new token's attention in llama.cpp: scores, softmax and the weighted sum over its cached keys and values. */
export const kernelModel: KernelModel = {
  id: "ggml-attention",
  kinds: ["attention"],
  features: ["calls", "cache", "operations"],
  describe: ({ shape }, target) => {
    const view = ggmlViewOf(target);
    if (view === undefined || shape.kind !== "attention" || shape.queryLength > 1) return undefined;
    const { batch, queryHeads, keyHeads, headSize, valueHeadSize } = shape;
    const keys = shape.window > 0 ? Math.min(shape.window, shape.keyLength) : shape.keyLength;
    const perKey = headSize + valueHeadSize;
    const operations = 2 * batch * queryHeads * keys * perKey;
    const memorySeconds =
      (batch * keyHeads * keys * perKey * target.precision.cacheBits) / 8 / view.bandwidth;
    return {
      computeSeconds: operations / view.matrixPeak,
      memorySeconds,
      features: [1, memorySeconds, operations / view.vectorPeak],
    };
  },
};
