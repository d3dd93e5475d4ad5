import type { NodeId } from "../graph/graph.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { knownShape } from "../graph/value-type.js";
import {
  activationsOf,
  canJoin,
  fuse,
  kindOf,
  makerOf,
  opOf,
  soleReaderOfNode,
  usesOf,
  workOf,
  type Draft,
} from "./draft.js";
import { softmaxRegion } from "./normalization-region.js";
import type { LoweringPass } from "./pass.js";

/**
 * Product of queries and keys → scale and mask → softmax → product with the values is one attention kernel, which
 * keeps the scores on the chip (Dao et al. 2022, FlashAttention, arXiv:2205.14135).
 */
export const pass: LoweringPass = {
  id: "fuse-attention",
  run: (draft) => {
    for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
      if ((draft.kernelOf[nodeId] ?? -1) < 0) continue;
      const softmax = kindOf(draft, nodeId) === "softmax" ? [nodeId] : softmaxRegion(draft, nodeId);
      if (softmax === undefined) continue;
      const before = pathToScores(draft, softmax, chainLimit);
      const after =
        before === undefined ? undefined : pathToValues(draft, softmax.at(-1) ?? nodeId);
      const scores = before?.[0];
      const values = after?.at(-1);
      if (before === undefined || after === undefined) continue;
      if (scores === undefined || values === undefined) continue;
      const shape = shapeOf(draft, scores, values, isCausal(draft, before));
      fuse(draft, [...before, ...softmax, ...after]);
      if (shape !== undefined) draft.shapes.set(draft.kernelOf[nodeId] ?? -1, shape);
    }
  },
};

/** A scale, a mask, a cast, a clip: exporters write no more between the product and the softmax. */
const chainLimit = 6;

/**
 * From the product of queries and keys to the node before the softmax, in execution order. `readers` begins with what reads
 * the path's end: a softmax that is written as arithmetic does so more than once.
 */
function pathToScores(
  draft: Draft,
  readers: readonly NodeId[],
  depth: number,
): readonly NodeId[] | undefined {
  const [nodeId] = readers;
  if (depth === 0 || nodeId === undefined) return undefined;
  for (const id of activationsOf(draft, nodeId)) {
    const maker = makerOf(draft, id);
    if (maker < 0 || !canJoin(draft, maker, nodeId)) continue;
    const uses = usesOf(draft, maker);
    if (uses.isExposed || !uses.readers.every((reader) => readers.includes(reader))) continue;
    const kind = kindOf(draft, maker);
    if (kind === "matmul" && activationsOf(draft, maker).length === 2) return [maker];
    if (kind !== "elementwise" && kind !== "movement") continue;
    const path = pathToScores(draft, [maker], depth - 1);
    if (path !== undefined) return [...path, maker];
  }
  return undefined;
}

/** From the node behind the softmax to the product with the values. */
function pathToValues(draft: Draft, softmax: NodeId): readonly NodeId[] | undefined {
  const path: NodeId[] = [];
  let current = softmax;
  while (path.length < chainLimit) {
    const next = soleReaderOfNode(draft, current);
    if (next === undefined || !canJoin(draft, current, next)) return undefined;
    path.push(next);
    const kind = kindOf(draft, next);
    if (kind === "matmul") return path;
    if (kind !== "elementwise") return undefined;
    current = next;
  }
  return undefined;
}

function shapeOf(
  draft: Draft,
  scores: NodeId,
  values: NodeId,
  causal: boolean,
): KernelShape | undefined {
  const first = workOf(draft, scores)?.kernel;
  const second = workOf(draft, values)?.kernel;
  if (first?.kind !== "matmul" || second?.kind !== "matmul") return undefined;
  const made = draft.flow.outputs[scores]?.[0] ?? -1;
  const type = draft.flow.inferred.types[made];
  const shape = type?.kind === "tensor" ? knownShape(type.shape) : undefined;
  // Rank 4 is [batch, heads, queries, keys]; rank 3 has batch and heads in one extent.
  const heads = (shape?.length === 4 ? shape[1] : undefined) ?? first.batch;
  const queryHeads = Math.max(1, heads);
  return {
    kind: "attention",
    batch: Math.max(1, Math.round(first.batch / queryHeads)),
    queryHeads,
    keyHeads: queryHeads,
    queryLength: first.m,
    keyLength: first.n,
    headSize: first.k,
    valueHeadSize: second.n,
    isCausal: causal && first.m === first.n,
    window: 0,
  };
}

/** Masks of decoders are made by `Trilu`; the search for one goes a few nodes up from the mask's operand. */
function isCausal(draft: Draft, path: readonly NodeId[]): boolean {
  const { flow } = draft;
  const onPath = new Set(path);
  const seen = new Set<NodeId>();
  let front: NodeId[] = path.slice(1).flatMap((nodeId) => makersOf(draft, nodeId));
  for (let depth = 0; depth < 8 && front.length > 0 && seen.size < 64; depth++) {
    const next: NodeId[] = [];
    for (const nodeId of front) {
      if (onPath.has(nodeId) || seen.has(nodeId)) continue;
      seen.add(nodeId);
      if (opOf(draft, nodeId) === "Trilu") return true;
      // Masks are made from constants and extents; products and softmaxes lead into the rest of the model.
      const kind = kindOf(draft, nodeId);
      if (kind === "matmul" || kind === "conv" || kind === "softmax") continue;
      if ((flow.inputs[nodeId] ?? []).length <= 4) next.push(...makersOf(draft, nodeId));
    }
    front = next;
  }
  return false;
}

function makersOf(draft: Draft, nodeId: NodeId): NodeId[] {
  return (draft.flow.inputs[nodeId] ?? [])
    .map((id) => draft.flow.producer[id] ?? -1)
    .filter((maker) => maker >= 0);
}
