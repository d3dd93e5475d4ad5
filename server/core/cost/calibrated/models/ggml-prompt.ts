import type { KernelShape } from "../../../ops/kernel-shape.js";
import { fewRows, ggmlViewOf, promptPart } from "../ggml-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Products of a prompt in llama.cpp. Each part of 512 tokens reads the weights anew, unpacking quantized ones, and is
 * multiplied with all keys up to its end; scores lie in memory between the kernels of attention.
 */
export const kernelModel: KernelModel = {
  id: "ggml-prompt",
  kinds: ["matmul", "moe", "attention"],
  features: [
    "calls",
    "unpacked",
    "half-matrix",
    "half-vector",
    "quantized-matrix",
    "quantized-vector",
    "attention-matrix",
    "attention-vector",
    "scores",
  ],
  describe: ({ shape }, target) => {
    const view = ggmlViewOf(target);
    const amounts = view && amountsOf(shape);
    if (view === undefined || amounts === undefined) return undefined;
    const { parts, operations, unpacked, scores } = amounts;
    const matrix = operations / view.matrixPeak;
    const vector = operations / view.vectorPeak;
    const stored = (unpacked * target.precision.weightBits) / 8;
    const isAttention = scores > 0;
    const isHalf = !isAttention && !view.isQuantized;
    const isQuantized = !isAttention && view.isQuantized;
    return {
      computeSeconds: matrix,
      memorySeconds: (stored + scores) / view.bandwidth,
      features: [
        parts,
        (2 * unpacked) / view.bandwidth,
        isHalf ? matrix : 0,
        isHalf ? vector : 0,
        isQuantized ? matrix : 0,
        isQuantized ? vector : 0,
        isAttention ? matrix : 0,
        isAttention ? vector : 0,
        scores / view.bandwidth,
      ],
    };
  },
};

interface Amounts {
  readonly parts: number;
  readonly operations: number;
  /** Weights that are read, each once for a part. */
  readonly unpacked: number;
  /** Bytes of scores. */
  readonly scores: number;
}

function amountsOf(shape: KernelShape): Amounts | undefined {
  switch (shape.kind) {
    case "matmul": {
      const m = shape.m * shape.batch;
      const parts = Math.ceil(m / promptPart);
      const elements = shape.n * shape.k;
      return m > fewRows
        ? { parts, operations: 2 * m * elements, unpacked: parts * elements, scores: 0 }
        : undefined;
    }
    case "moe": {
      const { tokens, hidden, inter, experts, localExperts, chosen } = shape;
      if (tokens <= fewRows) return undefined;
      const perExpert = (shape.isGated ? 3 : 2) * hidden * inter;
      const share = chosen / Math.max(1, experts);
      const parts = Math.ceil(tokens / promptPart);
      const touched = localExperts * (1 - (1 - share) ** Math.min(tokens, promptPart));
      return {
        parts,
        operations: 2 * tokens * share * localExperts * perExpert,
        unpacked: parts * touched * perExpert,
        scores: 0,
      };
    }
    case "attention": {
      const { batch, queryHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
      if (queryLength < 2) return undefined;
      const part = Math.min(queryLength, promptPart);
      const earlier = Math.max(0, keyLength - queryLength);
      const visible = shape.isCausal ? earlier + (queryLength + part) / 2 : keyLength;
      const pairs = batch * queryHeads * queryLength * visible;
      return {
        parts: Math.ceil(queryLength / promptPart),
        operations: 2 * pairs * (headSize + valueHeadSize),
        unpacked: 0,
        scores: 4 * pairs,
      };
    }
    default:
      return undefined;
  }
}
