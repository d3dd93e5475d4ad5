import type { NodeId, ValueId } from "../graph/graph.js";
import { operatorKey } from "../graph/graph.js";
import type { KernelKind } from "../ops/kernel-shape.js";
import type { Work } from "../ops/rule.js";
import type { Target } from "../targets/target.js";
import { isFloat } from "../graph/element-type.js";
import { bodiesOf, readersOf } from "../work/dataflow.js";
import { ownWeights } from "../work/layers.js";
import { elementsOf, elementTypeOf } from "../work/value-bytes.js";
import { sumBytes } from "../work/works.js";
import { makerOf, sourceOf, workOf, type Draft } from "./draft.js";
import type { Kernel } from "./lowered.js";
import type { TargetBytes } from "./target-bytes.js";

export type KernelOutcome = {
  /** Constants that the members read. */
  readonly weights: readonly ValueId[];
  /** Initializers inside bodies of control flow. */
  readonly bodyWeightBytes: number;
} & (
  | { readonly kernel: Kernel; readonly reason?: undefined }
  | { readonly kernel: undefined; readonly reason: string }
);

/** Sums up the members of one kernel: what it computes, and what crosses its border. */
export function makeKernel(
  draft: Draft,
  members: readonly NodeId[],
  target: Target,
  bytes: TargetBytes,
): KernelOutcome {
  const { flow } = draft;
  const weights = new Set<ValueId>();
  let bodyWeightBytes = 0;
  for (const nodeId of members) {
    if (draft.isAbsorbed[nodeId] === 1) continue;
    for (const id of flow.inputs[nodeId] ?? [])
      if (flow.inferred.isConstant[id] === true) weights.add(id);
    const node = flow.graph.nodes[nodeId];
    if (node !== undefined && node.attributes.size > 0)
      for (const body of bodiesOf(node)) bodyWeightBytes += ownWeights(body).weightBytes;
  }
  const common = { weights: [...weights], bodyWeightBytes };
  const fail = (reason: string): KernelOutcome => ({ ...common, kernel: undefined, reason });

  const engine = engineOf(draft, members, target);
  if (engine === undefined) return fail(unsupportedReason(draft, members, target));
  const works = members.map((nodeId) => workOf(draft, nodeId));
  const missing = works.indexOf(undefined);
  if (missing >= 0) return fail(reasonWithoutWork(draft, members[missing] ?? -1));

  const traffic = trafficOf(draft, members, bytes);
  if (traffic.kind === "unknown")
    return fail(
      `The size of \`${flow.graph.values[traffic.valueId]?.name ?? ""}\` is not known, so its traffic is not.`,
    );
  const leader = leaderOf(draft, members);
  const shape = draft.shapes.get(draft.kernelOf[leader] ?? -1) ?? workOf(draft, leader)?.kernel;
  if (shape === undefined) return fail(reasonWithoutWork(draft, leader));
  const arithmetic = draft.arithmetics.get(draft.kernelOf[leader] ?? -1);
  const { macs, otherFlops, shares } = arithmeticOf(draft, members, leader, works);
  const nodeIds = [leader, ...members.filter((nodeId) => nodeId !== leader)];
  return {
    ...common,
    kernel: {
      nodeIds,
      shares: nodeIds.map((nodeId) => shares.get(nodeId) ?? 0),
      shape,
      macs,
      otherFlops,
      weightBytes: common.weights.reduce((sum, id) => sum + (bytes.of(id) ?? 0), bodyWeightBytes),
      readBytes: traffic.readBytes,
      weightReadBytes: traffic.weightReadBytes,
      writeBytes: traffic.writeBytes,
      reads: traffic.reads,
      writes: traffic.writes,
      engine,
      transferBytes: transferBytesOf(draft, leader, traffic.reads, bytes),
      quantizedElements:
        arithmetic === undefined && target.precision.quantizesOnTheFly && isProduct(shape.kind)
          ? floatElementsOf(draft, traffic.reads)
          : 0,
      ...(arithmetic !== undefined && { arithmetic }),
    },
  };
}

type Traffic =
  | {
      readonly kind: "known";
      readonly readBytes: number;
      readonly weightReadBytes: number;
      readonly writeBytes: number;
      readonly reads: readonly ValueId[];
      readonly writes: readonly ValueId[];
    }
  | { readonly kind: "unknown"; readonly valueId: ValueId };

/**
 * What a kernel of these members reads from and writes to memory: each value once, nothing that stays inside. A rule
 * that reads less or more than its whole inputs (rows of a table) scales its inputs' bytes by that ratio.
 */
function trafficOf(draft: Draft, members: readonly NodeId[], bytes: TargetBytes): Traffic {
  const { flow } = draft;
  const made = new Set<ValueId>();
  for (const nodeId of members) for (const id of flow.outputs[nodeId] ?? []) made.add(id);
  const readBytes = new Map<ValueId, number>();
  let writeBytes = 0;
  let unscaledBytes = 0;
  const writes: ValueId[] = [];
  for (const nodeId of members) {
    if (draft.isAbsorbed[nodeId] === 1 && members.length > 1) {
      writeBytes += writeOut(nodeId, 1) ?? 0;
      continue;
    }
    const work = workOf(draft, nodeId);
    if (work === undefined) continue;
    const readScale = scaleOf(work.readBytes, work, () => sumBytes(flow, flow.inputs[nodeId]));
    if (readScale === undefined) unscaledBytes += work.readBytes ?? 0;
    else if (readScale > 0)
      for (const id of flow.inputs[nodeId] ?? []) {
        const source = sourceOf(draft, id);
        if (made.has(source) || made.has(id)) continue;
        const size = bytes.of(source);
        if (size === undefined) return { kind: "unknown", valueId: source };
        readBytes.set(source, Math.max(readBytes.get(source) ?? 0, size * readScale));
      }
    const writeScale = scaleOf(work.writeBytes, work, () => sumBytes(flow, flow.outputs[nodeId]));
    if (writeScale === undefined) {
      writeBytes += work.writeBytes ?? 0;
      continue;
    }
    const written = writeOut(nodeId, writeScale);
    if (written === undefined) return { kind: "unknown", valueId: flow.outputs[nodeId]?.[0] ?? -1 };
    writeBytes += written;
  }
  let activationBytes = unscaledBytes;
  let weightReadBytes = 0;
  const reads: ValueId[] = [];
  for (const [id, size] of readBytes)
    if (flow.inferred.isConstant[id] === true) weightReadBytes += size;
    else {
      activationBytes += size;
      reads.push(id);
    }
  // What only has its extents read (a view, a scale of 0) must be there all the same, so it stays alive.
  for (const nodeId of members)
    for (const id of flow.inputs[nodeId] ?? []) {
      const source = sourceOf(draft, id);
      if (flow.inferred.isConstant[source] === true || made.has(source) || made.has(id)) continue;
      if (!readBytes.has(source)) {
        readBytes.set(source, 0);
        reads.push(source);
      }
    }
  return {
    kind: "known",
    readBytes: activationBytes + weightReadBytes,
    weightReadBytes,
    writeBytes,
    reads,
    writes,
  };

  /** Bytes of those outputs of a member that something outside reads; they are listed as written. */
  function writeOut(nodeId: NodeId, scale: number): number | undefined {
    let sum = 0;
    const outputs = flow.outputs[nodeId] ?? [];
    for (const [index, id] of outputs.entries()) {
      if (!leavesKernel(draft, members, id) && !(index === 0 && nodeId === members.at(-1)))
        continue;
      writes.push(id);
      if (scale === 0) continue;
      const size = bytes.of(id);
      if (size === undefined) return undefined;
      sum += size * scale;
    }
    return sum;
  }
}

/** Ratio of a rule's own count to the whole values; undefined when there is no whole to compare with. */
function scaleOf(
  own: number | undefined,
  work: Work,
  wholeOf: () => number | undefined,
): number | undefined {
  if (own === undefined) return work.kernel.kind === "view" ? 0 : 1;
  if (own === 0) return 0;
  const whole = wholeOf();
  return whole === undefined || whole === 0 ? undefined : own / whole;
}

function leavesKernel(draft: Draft, members: readonly NodeId[], id: ValueId): boolean {
  if (draft.flow.isGraphOutput[id] === 1) return true;
  const kernel = draft.kernelOf[members[0] ?? -1];
  for (const reader of readersOf(draft.flow, id))
    if (draft.kernelOf[reader] !== kernel) return true;
  return false;
}

function arithmeticOf(
  draft: Draft,
  members: readonly NodeId[],
  leader: NodeId,
  works: readonly (Work | undefined)[],
): {
  readonly macs: number;
  readonly otherFlops: number;
  readonly shares: ReadonlyMap<NodeId, number>;
} {
  let macs = 0;
  let otherFlops = 0;
  const shares = new Map<NodeId, number>();
  for (const [index, nodeId] of members.entries()) {
    const work = works[index];
    if (work === undefined || (draft.isAbsorbed[nodeId] === 1 && members.length > 1)) continue;
    macs += work.macs;
    otherFlops += work.otherFlops;
    shares.set(nodeId, 2 * work.macs + work.otherFlops);
  }
  const whole = 2 * macs + otherFlops;
  if (whole === 0) return { macs, otherFlops, shares: new Map([[leader, 1]]) };
  for (const [nodeId, part] of shares) shares.set(nodeId, part / whole);
  return { macs, otherFlops, shares };
}

/** Kinds by who names a kernel: the product, then what reduces, then the rest in order of execution. */
const ranks: Partial<Record<KernelKind, number>> = {
  attention: 5,
  matmul: 4,
  conv: 4,
  recurrent: 4,
  control: 4,
  normalization: 3,
  softmax: 3,
  reduction: 2,
  pool: 2,
  sort: 2,
  transform: 2,
  quantize: -1,
  view: -2,
};

function leaderOf(draft: Draft, members: readonly NodeId[]): NodeId {
  let leader = members[0] ?? -1;
  let best = -Infinity;
  for (const nodeId of members) {
    const kind = workOf(draft, nodeId)?.kernel.kind;
    const rank = kind === undefined ? -3 : (ranks[kind] ?? 0);
    if (rank <= best) continue;
    best = rank;
    leader = nodeId;
  }
  return leader;
}

export function isProduct(kind: KernelKind): boolean {
  return kind === "matmul" || kind === "conv" || kind === "attention" || kind === "recurrent";
}

function engineOf(
  draft: Draft,
  members: readonly NodeId[],
  { runtime }: Target,
): string | undefined {
  const isUnsupported = members.some((nodeId) => draft.isUnsupported[nodeId] === 1);
  return isUnsupported ? runtime.fallback : runtime.engine;
}

/** Bytes that the other engine wrote. */
function transferBytesOf(
  draft: Draft,
  leader: NodeId,
  reads: readonly ValueId[],
  bytes: TargetBytes,
): number {
  let sum = 0;
  for (const id of reads) {
    const maker = makerOf(draft, id);
    if (maker >= 0 && draft.isUnsupported[maker] !== draft.isUnsupported[leader])
      sum += bytes.of(id) ?? 0;
  }
  return sum;
}

function floatElementsOf(draft: Draft, reads: readonly ValueId[]): number {
  let sum = 0;
  for (const id of reads) {
    const type = draft.flow.inferred.types[id];
    const elementType = elementTypeOf(type);
    if (elementType !== undefined && isFloat(elementType)) sum += elementsOf(type) ?? 0;
  }
  return sum;
}

function reasonWithoutWork(draft: Draft, nodeId: NodeId): string {
  const node = draft.flow.graph.nodes[nodeId];
  const key = node === undefined ? "" : operatorKey(node.domain, node.op);
  return draft.graphWork.works[nodeId]?.kind === "no-rule"
    ? `\`${key}\` has no rule, so nothing is known of its cost.`
    : "Its shapes are not known, so its cost is not.";
}

function unsupportedReason(draft: Draft, members: readonly NodeId[], { runtime }: Target): string {
  const nodeId = members.find((id) => draft.isUnsupported[id] === 1) ?? -1;
  const node = draft.flow.graph.nodes[nodeId];
  const key = node === undefined ? "" : operatorKey(node.domain, node.op);
  return `${runtime.name} does not run \`${key}\`, and has no other engine to run it on.`;
}
