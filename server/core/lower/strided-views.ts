import { declaredBytes } from "../work/value-bytes.js";
import { vanish } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * In torch a permuted, cut or expanded tensor is the same storage seen with other strides (torch.Tensor, "Tensor
 * Views"): nothing runs, and the next kernel reads it where it lies. Runtimes without strides copy.
 */
export const pass: LoweringPass = {
  id: "strided-views",
  run: (draft) => {
    const { flow } = draft;
    for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
      const node = flow.graph.nodes[nodeId];
      const isIdle = draft.layouts?.idle.has(nodeId) === true;
      if (node?.sourceOp === undefined || !(isIdle || views.has(node.sourceOp))) continue;
      if ((draft.kernelOf[nodeId] ?? -1) < 0) continue;
      const source = node.inputs[0] ?? -1;
      const made = flow.outputs[nodeId]?.[0];
      const isWhole =
        source >= 0 &&
        made !== undefined &&
        flow.inferred.isConstant[source] !== true &&
        declaredBytes(flow, source) === declaredBytes(flow, made);
      vanish(draft, nodeId, isWhole ? source : undefined);
    }
  },
};

/** `contiguous` is not among them: where strides are kept, it is the copy. */
const views: ReadonlySet<string> = new Set([
  "as_strided",
  "chunk",
  "diagonal",
  "expand",
  "movedim",
  "narrow",
  "permute",
  "select",
  "slice",
  "split",
  "split_with_sizes",
  "swapaxes",
  "swapdims",
  "t",
  "tensor_split",
  "transpose",
  "unbind",
  "view_as_complex",
  "view_as_real",
]);
