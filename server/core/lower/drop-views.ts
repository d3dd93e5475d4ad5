import type { Node } from "../graph/graph.js";
import { declaredBytes } from "../work/value-bytes.js";
import { kindOf, vanish } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * A view runs as nothing, and its output shares storage with its input. What only looks like a view (`Shape` makes a
 * few bytes from the extents) vanishes too, but keeps nothing else alive.
 */
export const pass: LoweringPass = {
  id: "drop-views",
  run: (draft) => {
    const { flow } = draft;
    const isPacked = !draft.runtime.passes.includes("strided-views");
    for (let nodeId = 0; nodeId < flow.graph.nodes.length; nodeId++) {
      if ((draft.kernelOf[nodeId] ?? -1) < 0) continue;
      if (kindOf(draft, nodeId) !== "view" && !(isPacked && isPacking(flow.graph.nodes[nodeId])))
        continue;
      const source = flow.graph.nodes[nodeId]?.inputs[0] ?? -1;
      const made = flow.outputs[nodeId]?.[0];
      const isShared =
        source >= 0 &&
        made !== undefined &&
        flow.inferred.isConstant[source] !== true &&
        declaredBytes(flow, source) === declaredBytes(flow, made);
      vanish(draft, nodeId, isShared ? source : undefined);
    }
  },
};

/** torch packs what a transposition left strided; a runtime that copies in the transposition has packed it already. */
function isPacking(node: Node | undefined): boolean {
  return node?.domain === "torch" && node.op === "contiguous";
}
