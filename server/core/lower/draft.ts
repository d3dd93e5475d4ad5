import { operatorKey, type NodeId, type ValueId } from "../graph/graph.js";
import type { KernelKind, KernelShape } from "../ops/kernel-shape.js";
import type { Work } from "../ops/rule.js";
import type { Target } from "../targets/target.js";
import { readersOf, type Dataflow } from "../work/dataflow.js";
import { autocastOf, type Autocast } from "./autocast.js";
import type { Layouts } from "./layouts.js";
import type { GraphWork } from "../work/works.js";

/**
 * The graph while passes shape it into kernels. Every node starts as a kernel of its own. Invariant: what a kernel of
 * several nodes makes leaves it at its last node only, so that running each kernel at the place of its last node is a
 * valid order.
 */
export interface Draft {
  readonly graphWork: GraphWork;
  readonly flow: Dataflow;
  readonly runtime: Target["runtime"];
  /** First member of the kernel that a node belongs to; -1 when the node vanished. */
  readonly kernelOf: Int32Array;
  /** Members of kernels of several nodes, in execution order. */
  readonly members: Map<NodeId, readonly NodeId[]>;
  /** What a value is a view of; itself when it has storage of its own. Chains are followed by `sourceOf`. */
  readonly aliasOf: Int32Array;
  /** Nodes whose arithmetic is merged into constants (a BatchNormalization into a convolution's weights). */
  readonly isAbsorbed: Uint8Array;
  /** Shape of a kernel that its members together make: attention, a normalization. */
  readonly shapes: Map<NodeId, KernelShape>;
  /** Arithmetic that the model itself fixes, by any member of the kernel. */
  readonly arithmetics: Map<NodeId, string>;
  /** The precision has weights of less than 16 bits. */
  readonly isNarrow: boolean;
  /** Weights that stay in 16 bits all the same. */
  readonly wideWeights: Set<ValueId>;
  /** 1 for a node that the runtime's engine does not run. */
  readonly isUnsupported: Uint8Array;
  /** Widths of tensors where the precision is torch's autocast. */
  readonly autocast: Autocast | undefined;
  /** Where tensors lie, where the runtime's tensors have strides. */
  readonly layouts?: Layouts;
}

export function startDraft(graphWork: GraphWork, { runtime, precision }: Target): Draft {
  const { flow } = graphWork;
  const nodeCount = flow.graph.nodes.length;
  const kernelOf = new Int32Array(nodeCount);
  const isUnsupported = new Uint8Array(nodeCount);
  const unsupported = new Set(runtime.unsupported);
  for (let nodeId = 0; nodeId < nodeCount; nodeId++) {
    kernelOf[nodeId] = nodeId;
    const node = flow.graph.nodes[nodeId];
    if (node !== undefined && unsupported.has(operatorKey(node.domain, node.op)))
      isUnsupported[nodeId] = 1;
  }
  const aliasOf = new Int32Array(flow.graph.values.length);
  for (let id = 0; id < aliasOf.length; id++) aliasOf[id] = id;
  return {
    graphWork,
    flow,
    runtime,
    kernelOf,
    members: new Map(),
    aliasOf,
    isAbsorbed: new Uint8Array(nodeCount),
    shapes: new Map(),
    arithmetics: new Map(),
    isNarrow: precision.weightBits < 16,
    wideWeights: new Set(),
    isUnsupported,
    autocast: precision.isAutocast
      ? autocastOf(flow, runtime.passes.includes("fuse-pointwise"))
      : undefined,
  };
}

/** The node runs as nothing; with `source`, its first output is a view of that value. */
export function vanish(draft: Draft, nodeId: NodeId, source?: ValueId): void {
  draft.kernelOf[nodeId] = -1;
  const made = draft.flow.outputs[nodeId]?.[0];
  // In a damaged file views may go in a circle; the one that would close it keeps storage of its own.
  if (source !== undefined && made !== undefined && sourceOf(draft, source) !== made)
    draft.aliasOf[made] = source;
}

/** Joins the kernels of all the nodes into one. The caller has made sure of the invariant. */
export function fuse(draft: Draft, nodeIds: readonly NodeId[]): void {
  const all: NodeId[] = [];
  for (const nodeId of nodeIds)
    for (const member of membersOf(draft, nodeId)) if (!all.includes(member)) all.push(member);
  const sorted = all.sort((a, b) => a - b);
  const first = sorted[0];
  if (first === undefined) return;
  let shape: KernelShape | undefined;
  let arithmetic: string | undefined;
  for (const member of sorted) {
    const before = draft.kernelOf[member] ?? -1;
    shape ??= draft.shapes.get(before);
    arithmetic ??= draft.arithmetics.get(before);
    draft.members.delete(before);
    draft.shapes.delete(before);
    draft.arithmetics.delete(before);
    draft.kernelOf[member] = first;
  }
  draft.members.set(first, sorted);
  if (shape !== undefined) draft.shapes.set(first, shape);
  if (arithmetic !== undefined) draft.arithmetics.set(first, arithmetic);
}

/** Nodes of the kernel that a node belongs to, in execution order; none for a node that vanished. */
export function membersOf(draft: Draft, nodeId: NodeId): readonly NodeId[] {
  const kernel = draft.kernelOf[nodeId] ?? -1;
  if (kernel < 0) return [];
  return draft.members.get(kernel) ?? [kernel];
}

/** The node at which a kernel's results leave it. */
export function exitOf(draft: Draft, nodeId: NodeId): NodeId {
  return membersOf(draft, nodeId).at(-1) ?? nodeId;
}

/** The value that a value is a view of. */
export function sourceOf(draft: Draft, id: ValueId): ValueId {
  const { aliasOf } = draft;
  let root = id;
  for (let next = aliasOf[root] ?? root; next !== root; next = aliasOf[root] ?? root) root = next;
  // Chains are shortened as they are walked, or a long run of views would be walked once per reader.
  for (let step = id; step !== root;) {
    const next = aliasOf[step] ?? root;
    aliasOf[step] = root;
    step = next;
  }
  return root;
}

/** The node that computes a value, views looked through; -1 for inputs and constants. */
export function makerOf(draft: Draft, id: ValueId): NodeId {
  const maker = draft.flow.producer[sourceOf(draft, id)] ?? -1;
  return maker >= 0 && (draft.kernelOf[maker] ?? -1) >= 0 ? maker : -1;
}

/** What reads a node's outputs, through nodes that vanished. */
export interface Uses {
  /** In execution order, each once. */
  readonly readers: readonly NodeId[];
  /** A graph output shows it: it must be stored whoever else reads it. */
  readonly isExposed: boolean;
}

/** More readers than any pattern has are not told apart. */
const readerLimit = 64;

export function usesOf(draft: Draft, nodeId: NodeId): Uses {
  const { flow } = draft;
  const made = flow.outputs[nodeId] ?? [];
  const [only] = made;
  if (only !== undefined && made.length === 1 && flow.isGraphOutput[only] !== 1) {
    const start = flow.readerStart[only] ?? 0;
    const reader = flow.readerList[start] ?? -1;
    if ((flow.readerStart[only + 1] ?? 0) === start + 1 && (draft.kernelOf[reader] ?? -1) >= 0)
      return { readers: [reader], isExposed: false };
  }
  const readers = new Set<NodeId>();
  let isExposed = false;
  for (const id of viewsOf(draft, made)) {
    if (flow.isGraphOutput[id] === 1) isExposed = true;
    for (const reader of readersOf(flow, id)) {
      if ((draft.kernelOf[reader] ?? -1) >= 0) readers.add(reader);
      if (readers.size > readerLimit) return { readers: [...readers], isExposed: true };
    }
  }
  return { readers: [...readers].sort((a, b) => a - b), isExposed };
}

/** Values, and what shows them through nodes that vanished. Views of damaged graphs go in circles: each comes once. */
export function* viewsOf(draft: Draft, ids: Iterable<ValueId>): Generator<ValueId, void> {
  const { flow, kernelOf } = draft;
  // A set that is added to while it is gone through goes through those as well.
  const values = new Set(ids);
  for (const id of values) {
    yield id;
    const source = sourceOf(draft, id);
    for (const reader of readersOf(flow, id)) {
      if ((kernelOf[reader] ?? -1) >= 0) continue;
      for (const view of flow.outputs[reader] ?? [])
        if (view !== source && sourceOf(draft, view) === source) values.add(view);
    }
  }
}

/** The one node that reads what a node makes, when there is just one and no graph output shows it. */
export function soleReaderOfNode(draft: Draft, nodeId: NodeId): NodeId | undefined {
  const { readers, isExposed } = usesOf(draft, nodeId);
  return readers.length === 1 && !isExposed ? readers[0] : undefined;
}

/** The one node that reads what a kernel makes, when there is just one and no graph output shows it. */
export function soleReader(draft: Draft, nodeId: NodeId): NodeId | undefined {
  return soleReaderOfNode(draft, exitOf(draft, nodeId));
}

/** Inputs of a node that are computed at run time. */
export function activationsOf(draft: Draft, nodeId: NodeId): readonly ValueId[] {
  const { flow } = draft;
  return (flow.inputs[nodeId] ?? []).filter((id) => flow.inferred.isConstant[id] !== true);
}

export function workOf(draft: Draft, nodeId: NodeId): Work | undefined {
  const nodeWork = draft.graphWork.works[nodeId];
  return nodeWork?.kind === "known" ? nodeWork.work : undefined;
}

export function kindOf(draft: Draft, nodeId: NodeId): KernelKind | undefined {
  const kind = workOf(draft, nodeId)?.kernel.kind;
  const { layouts } = draft;
  if (layouts === undefined || (kind !== "view" && kind !== "movement")) return kind;
  if (!layouts.copies.has(nodeId)) return isPacking(draft, nodeId) ? copyKind(layouts) : kind;
  return copyKind(layouts);
}

function isPacking({ flow }: Draft, nodeId: NodeId): boolean {
  const node = flow.graph.nodes[nodeId];
  return node?.domain === "torch" && node.op === "contiguous";
}

/** A compiler writes what it makes where it is wanted: to it a copy is element-wise work like any other. */
function copyKind({ isFused }: Layouts): KernelKind {
  return isFused ? "elementwise" : "movement";
}

export function opOf(draft: Draft, nodeId: NodeId): string {
  const node = draft.flow.graph.nodes[nodeId];
  return node === undefined ? "" : operatorKey(node.domain, node.op);
}

/** Kernels on different engines are never one, and what has no known work joins nothing. */
export function canJoin(draft: Draft, left: NodeId, right: NodeId): boolean {
  return (
    (draft.kernelOf[left] ?? -1) >= 0 &&
    (draft.kernelOf[right] ?? -1) >= 0 &&
    draft.isUnsupported[left] === draft.isUnsupported[right] &&
    workOf(draft, left) !== undefined &&
    workOf(draft, right) !== undefined
  );
}
