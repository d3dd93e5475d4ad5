import { isProduct } from "./make-kernel.js";
import { workOf } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * Servers multiply in 16 bits what a checkpoint leaves in 16 bits: a language model's output layer, which is no linear layer
 * to their quantization schemes (`ParallelLMHead` of vLLM).
 */
export const pass: LoweringPass = {
  id: "keep-wide",
  run: (draft) => {
    if (!draft.isNarrow) return;
    const { graph, inputs } = draft.flow;
    for (let nodeId = 0; nodeId < graph.nodes.length; nodeId++)
      for (const id of inputs[nodeId] ?? []) {
        if (graph.values[id]?.weight?.staysWide !== true) continue;
        draft.wideWeights.add(id);
        const kind = workOf(draft, nodeId)?.kernel.kind;
        if (kind !== undefined && isProduct(kind))
          draft.arithmetics.set(draft.kernelOf[nodeId] ?? -1, wideArithmetic);
      }
  },
};

/** Key into `Chip.peaks`. */
export const wideArithmetic = "bfloat16";
