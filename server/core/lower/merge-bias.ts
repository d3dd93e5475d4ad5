import type { NodeId } from "../graph/graph.js";
import { elementsOf } from "../work/value-bytes.js";
import { canJoin, fuse, opOf, soleReaderOfNode, workOf, type Draft } from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * PyTorch's exporters write a linear layer on more than two axes as a product with the weights transposed and an addition
 * of the bias; in torch it is one call (`torch.nn.functional.linear`), and one kernel of the library. What a recorded
 * program calls by two names stays two kernels.
 */
export const pass: LoweringPass = {
  id: "merge-bias",
  run: (draft) => {
    for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
      const shape = workOf(draft, nodeId)?.kernel;
      if (shape?.kind !== "matmul" || !shape.hasConstantRight || shape.batch !== 1) continue;
      if (opOf(draft, nodeId) !== "MatMul" || isRecorded(draft, nodeId)) continue;
      const addition = soleReaderOfNode(draft, nodeId);
      if (addition === undefined || !isBias(draft, addition, shape.n)) continue;
      if (!canJoin(draft, nodeId, addition)) continue;
      fuse(draft, [nodeId, addition]);
      draft.shapes.set(draft.kernelOf[nodeId] ?? nodeId, {
        ...shape,
        isRightTransposed: true,
        hasBias: true,
      });
    }
  },
};

function isRecorded({ flow }: Draft, nodeId: NodeId): boolean {
  return flow.graph.nodes[nodeId]?.sourceOp !== undefined;
}

/** The addition of a row of constants. */
function isBias(draft: Draft, nodeId: NodeId, columns: number): boolean {
  const { inferred, inputs } = draft.flow;
  if (opOf(draft, nodeId) !== "Add") return false;
  const constants = (inputs[nodeId] ?? []).filter((id) => inferred.isConstant[id] === true);
  return constants.length === 1 && elementsOf(inferred.types[constants[0] ?? -1]) === columns;
}
