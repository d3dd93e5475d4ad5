import { fewRows, ggmlViewOf } from "../ggml-view.js";
import type { KernelModel } from "../kernel-model.js";

/** Linear layers of llama.cpp for a few tokens, as amounts that take time one after the other. */
export const kernelModel: KernelModel = {
  id: "ggml-matmul",
  kinds: ["matmul"],
  features: ["calls", "weights", "half-operations", "quantized-operations"],
  describe: ({ shape }, target) => {
    const view = ggmlViewOf(target);
    if (view === undefined || shape.kind !== "matmul") return undefined;
    const m = shape.m * shape.batch;
    if (m > fewRows) return undefined;
    const operations = 2 * m * shape.n * shape.k;
    const vector = operations / view.vectorPeak;
    const memorySeconds = (shape.n * shape.k * target.precision.weightBits) / 8 / view.bandwidth;
    return {
      computeSeconds: operations / view.matrixPeak,
      memorySeconds,
      features: [1, memorySeconds, view.isQuantized ? 0 : vector, view.isQuantized ? vector : 0],
    };
  },
};
