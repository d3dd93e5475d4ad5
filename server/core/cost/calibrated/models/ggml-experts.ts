import { fewRows, ggmlViewOf } from "../ggml-view.js";
import type { KernelModel } from "../kernel-model.js";

/** Mixtures of experts in llama.cpp, a few tokens: the weights of the experts that some token visits are streamed. */
export const kernelModel: KernelModel = {
  id: "ggml-experts",
  kinds: ["moe"],
  features: ["calls", "weights", "half-operations", "quantized-operations"],
  describe: ({ shape }, target) => {
    const view = ggmlViewOf(target);
    if (view === undefined || shape.kind !== "moe" || shape.tokens > fewRows) return undefined;
    const { tokens, hidden, inter, experts, localExperts, chosen } = shape;
    const products = shape.isGated ? 3 : 2;
    const perExpert = products * hidden * inter;
    const share = chosen / Math.max(1, experts);
    const operations = 2 * tokens * share * localExperts * perExpert;
    const touched = localExperts * (1 - (1 - share) ** tokens);
    const vector = operations / view.vectorPeak;
    const memorySeconds = (touched * perExpert * target.precision.weightBits) / 8 / view.bandwidth;
    return {
      computeSeconds: operations / view.matrixPeak,
      memorySeconds,
      // The router's choice, the products, and the weighted sum.
      features: [
        products + 3,
        memorySeconds,
        view.isQuantized ? 0 : vector,
        view.isQuantized ? vector : 0,
      ],
    };
  },
};
