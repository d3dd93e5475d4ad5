import type { NodeId, ValueId } from "../graph/graph.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import {
  activationsOf,
  canJoin,
  exitOf,
  fuse,
  membersOf,
  sourceOf,
  usesOf,
  workOf,
  type Draft,
} from "./draft.js";
import type { LoweringPass } from "./pass.js";

/**
 * Linear layers that read the same input are one product with their weights side by side: queries, keys and values, and
 * the two of a gate (vLLM's `QKVParallelLinear` and `MergedColumnParallelLinear`; TensorRT-LLM's `qkv` and `GatedMLP`).
 * The product runs where the last of them stands, so nothing else may read the others' results before.
 */
export const pass: LoweringPass = {
  id: "merge-products",
  run: (draft) => {
    const readersOfInput = new Map<ValueId, NodeId[]>();
    for (let nodeId = 0; nodeId < draft.flow.graph.nodes.length; nodeId++) {
      const input = inputOf(draft, nodeId);
      if (input === undefined) continue;
      const alike = readersOfInput.get(input);
      if (alike === undefined) readersOfInput.set(input, [nodeId]);
      else alike.push(nodeId);
    }
    for (const products of readersOfInput.values())
      if (products.length > 1) mergeRuns(draft, products);
  },
};

type Product = KernelShape & { readonly kind: "matmul" };

function linearLayer(draft: Draft, nodeId: NodeId): Product | undefined {
  const kernel = workOf(draft, nodeId)?.kernel;
  if (kernel?.kind !== "matmul" || !kernel.hasConstantRight || kernel.batch !== 1) return undefined;
  return (draft.kernelOf[nodeId] ?? -1) < 0 ? undefined : kernel;
}

/** What a linear layer reads, where that and its weights are all. */
function inputOf(draft: Draft, nodeId: NodeId): ValueId | undefined {
  if (linearLayer(draft, nodeId) === undefined) return undefined;
  const [input, ...others] = activationsOf(draft, nodeId);
  return input === undefined || others.length > 0 ? undefined : sourceOf(draft, input);
}

function mergeRuns(draft: Draft, products: readonly NodeId[]): void {
  let run: NodeId[] = [];
  for (const nodeId of products) {
    const first = run[0];
    if (first !== undefined && !(isAlike(draft, first, nodeId) && canRunLate(draft, run, nodeId))) {
      merge(draft, run);
      run = [];
    }
    run.push(nodeId);
  }
  merge(draft, run);
}

function isAlike(draft: Draft, left: NodeId, right: NodeId): boolean {
  const [a, b] = [linearLayer(draft, left), linearLayer(draft, right)];
  return a?.m === b?.m && a?.k === b?.k && canJoin(draft, left, right);
}

/** Nobody outside reads what the run has made before the next product's kernel is done. */
function canRunLate(draft: Draft, run: readonly NodeId[], next: NodeId): boolean {
  const all = new Set([...run, next].flatMap((nodeId) => membersOf(draft, nodeId)));
  const last = Math.max(...all);
  return [...run, next].every((nodeId) =>
    usesOf(draft, exitOf(draft, nodeId)).readers.every(
      (reader) => all.has(reader) || reader > last,
    ),
  );
}

function merge(draft: Draft, run: readonly NodeId[]): void {
  const first = run[0];
  const shape = first === undefined ? undefined : linearLayer(draft, first);
  if (first === undefined || shape === undefined || run.length < 2) return;
  const n = run.reduce((sum, nodeId) => sum + (linearLayer(draft, nodeId)?.n ?? 0), 0);
  fuse(draft, run);
  draft.shapes.set(draft.kernelOf[first] ?? -1, { ...shape, n });
}
