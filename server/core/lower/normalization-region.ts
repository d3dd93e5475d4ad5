import type { NodeId } from "../graph/graph.js";
import {
  activationsOf,
  canJoin,
  fuse,
  kindOf,
  membersOf,
  opOf,
  soleReaderOfNode,
  workOf,
  type Draft,
} from "./draft.js";
import { closedRegion } from "./region.js";

/**
 * Normalizations that exporters write as many nodes become one kernel each: LayerNorm (ReduceMean, Sub, Pow, ReduceMean,
 * Add, Sqrt, Div), RMSNorm (Pow, ReduceMean, Add, Sqrt, Div), softmax (ReduceMax, Sub, Exp, ReduceSum, Div). The value
 * that is normalized may be read elsewhere too: a residual connection does.
 */
export function fuseNormalizations(draft: Draft): void {
  for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
    if ((draft.kernelOf[nodeId] ?? -1) < 0 || membersOf(draft, nodeId).length > 1) continue;
    if (!isSeed(draft, nodeId)) continue;
    const region = closedRegion(draft, [nodeId], activationsOf(draft, nodeId), {
      isAllowed: (id) => isAllowed(draft, id),
      isComplete: (nodeIds) => isNormalization(draft, nodeIds),
    });
    if (region === undefined) continue;
    fuse(draft, [...region, ...affineTail(draft, region)]);
    const reduction = region.find((id) => kindOf(draft, id) === "reduction");
    const shape = reduction === undefined ? undefined : workOf(draft, reduction)?.kernel;
    const kernel = draft.kernelOf[nodeId] ?? -1;
    if (shape?.kind === "reduction" && shape.outputElements > 0)
      draft.shapes.set(kernel, {
        kind: isSoftmax(draft, region) ? "softmax" : "normalization",
        rows: shape.outputElements,
        columns: shape.inputElements / shape.outputElements,
      });
  }
}

/** The nodes of a softmax that is written as arithmetic and begins with this maximum; undefined where none does. */
export function softmaxRegion(draft: Draft, nodeId: NodeId): readonly NodeId[] | undefined {
  if (opOf(draft, nodeId) !== "ReduceMax" || (draft.kernelOf[nodeId] ?? -1) < 0) return undefined;
  return closedRegion(draft, [nodeId], activationsOf(draft, nodeId), {
    isAllowed: (id) => isAllowed(draft, id),
    isComplete: (nodeIds) => isNormalization(draft, nodeIds) && isSoftmax(draft, nodeIds),
  });
}

const reductions: ReadonlySet<string> = new Set([
  "ReduceMean",
  "ReduceSum",
  "ReduceMax",
  "ReduceSumSquare",
  "ReduceL2",
]);

const arithmetic: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Sqrt",
  "Reciprocal",
  "Exp",
  "Cast",
  "Max",
  "Clip",
]);

/** The first node of each form: a mean or maximum, or the square of RMSNorm. */
function isSeed(draft: Draft, nodeId: NodeId): boolean {
  const op = opOf(draft, nodeId);
  if (reductions.has(op)) return true;
  if (op !== "Pow" && op !== "Mul") return false;
  return op === "Pow"
    ? activationsOf(draft, nodeId).length === 1
    : draft.flow.inputs[nodeId]?.length === 1;
}

function isAllowed(draft: Draft, nodeId: NodeId): boolean {
  const op = opOf(draft, nodeId);
  return (
    membersOf(draft, nodeId).length === 1 &&
    (reductions.has(op) || (arithmetic.has(op) && kindOf(draft, nodeId) === "elementwise"))
  );
}

/** It reduces, and ends with the division (or product with the reciprocal) by what it reduced to. */
function isNormalization(draft: Draft, nodeIds: readonly NodeId[]): boolean {
  const ops = nodeIds.map((id) => opOf(draft, id));
  const last = ops.at(-1);
  if (last !== "Div" && last !== "Mul") return false;
  if (!ops.some((op) => reductions.has(op))) return false;
  // The first node may be the square of RMSNorm, which is a power but not a root.
  return isSoftmax(draft, nodeIds) || ops.slice(1).some((op) => roots.has(op));
}

const roots: ReadonlySet<string> = new Set(["Sqrt", "Pow", "ReduceL2"]);

function isSoftmax(draft: Draft, nodeIds: readonly NodeId[]): boolean {
  const ops = nodeIds.map((id) => opOf(draft, id));
  return ops.includes("Exp") && ops.includes("ReduceSum");
}

/** Scale and shift by constants behind the division. */
function affineTail(draft: Draft, region: readonly NodeId[]): readonly NodeId[] {
  const tail: NodeId[] = [];
  let last = region.at(-1);
  while (last !== undefined && tail.length < 3) {
    const next = soleReaderOfNode(draft, last);
    last =
      next !== undefined && canJoin(draft, last, next) && isAffine(draft, next) ? next : undefined;
    if (last !== undefined) tail.push(last);
  }
  return tail;
}

function isAffine(draft: Draft, nodeId: NodeId): boolean {
  const op = opOf(draft, nodeId);
  return (
    (op === "Mul" || op === "Add" || op === "Cast") &&
    activationsOf(draft, nodeId).length === 1 &&
    membersOf(draft, nodeId).length === 1
  );
}
