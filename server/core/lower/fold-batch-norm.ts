import type { NodeId } from "../graph/graph.js";
import { elementsOf } from "../work/value-bytes.js";
import {
  activationsOf,
  canJoin,
  exitOf,
  fuse,
  kindOf,
  opOf,
  soleReader,
  workOf,
  type Draft,
} from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * A BatchNormalization with constant statistics behind a convolution or linear layer with constant weights is merged
 * into those weights (Jacob et al. 2018, arXiv:1712.05877, section 3.2). Exporters also write it as a Mul and an Add
 * of one constant per channel; those merge as well.
 */
export const pass: LoweringPass = {
  id: "fold-batch-norm",
  run: (draft) => {
    for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
      if (!hasConstantWeights(draft, nodeId)) continue;
      for (let round = 0; round < followerLimit; round++) {
        const follower = scalingReader(draft, nodeId);
        if (follower === undefined) break;
        fuse(draft, [nodeId, follower]);
        // A shift stays as the bias it becomes; only factors vanish into the weights.
        const op = opOf(draft, follower);
        if (op !== "Add" && op !== "Sub") draft.isAbsorbed[follower] = 1;
      }
    }
  },
};

/** A scale, a shift, a normalization: models have no more in a row, and a bound keeps the pass linear. */
const followerLimit = 4;

function hasConstantWeights(draft: Draft, nodeId: NodeId): boolean {
  const kind = kindOf(draft, nodeId);
  if (kind !== "conv" && kind !== "matmul") return false;
  const weight = draft.flow.graph.nodes[nodeId]?.inputs[1] ?? -1;
  return draft.flow.inferred.isConstant[weight] === true && exitOf(draft, nodeId) === nodeId;
}

function scalingReader(draft: Draft, nodeId: NodeId): NodeId | undefined {
  const reader = soleReader(draft, nodeId);
  if (reader === undefined || !canJoin(draft, nodeId, reader)) return undefined;
  const node = draft.flow.graph.nodes[reader];
  if (node === undefined || activationsOf(draft, reader).length !== 1) return undefined;
  const op = opOf(draft, reader);
  if (op === "BatchNormalization") return reader;
  if (op !== "Mul" && op !== "Add" && op !== "Sub" && op !== "Div") return undefined;
  const constant = node.inputs.find((id) => draft.flow.inferred.isConstant[id] === true);
  if (constant === undefined) return undefined;
  if (op === "Div" && node.inputs[0] === constant) return undefined;
  const elements = elementsOf(draft.flow.inferred.types[constant]);
  const channels = channelsOf(draft, nodeId);
  return elements === 1 || (elements !== undefined && elements === channels) ? reader : undefined;
}

function channelsOf(draft: Draft, nodeId: NodeId): number | undefined {
  const shape = workOf(draft, nodeId)?.kernel;
  if (shape?.kind === "conv") return shape.outputChannels;
  return shape?.kind === "matmul" ? shape.n : undefined;
}
