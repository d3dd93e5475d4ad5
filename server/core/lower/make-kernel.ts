import type { NodeId, ValueId } from "../graph/graph.js";
import { operatorKey } from "../graph/graph.js";
import type { KernelKind, KernelShape } from "../ops/kernel-shape.js";
import type { Target } from "../targets/target.js";
import { isFloat } from "../graph/element-type.js";
import { bodiesOf } from "../work/dataflow.js";
import { ownWeights } from "../work/layers.js";
import { elementsOf, elementTypeOf } from "../work/value-bytes.js";
import { kindOf, makerOf, workOf, type Draft } from "./draft.js";
import type { Kernel } from "./lowered.js";
import type { TargetBytes } from "./target-bytes.js";
import type { TrafficMeter } from "./traffic.js";
import { unfusedAttention } from "./unfused-attention.js";
import { densityOf } from "./weight-densities.js";

export interface KernelOutcome {
  readonly kernel: Kernel | undefined;
  /** Why there is none. */
  readonly reason: string;
}

/** What kernels of one target are made with. */
export interface KernelMaker {
  readonly draft: Draft;
  readonly target: Target;
  readonly bytes: TargetBytes;
  readonly meter: TrafficMeter;
  readonly densities: ReadonlyMap<ValueId, number>;
}

/** Sums up the members of one kernel: what it computes, and what crosses its border. */
export function makeKernel(maker: KernelMaker, members: readonly NodeId[]): KernelOutcome {
  const { draft, target, bytes, meter } = maker;
  const engine = engineOf(draft, members, target);
  if (engine === undefined) return fail(unsupportedReason(draft, members, target));
  for (const nodeId of members)
    if (workOf(draft, nodeId) === undefined) return fail(reasonWithoutWork(draft, nodeId));
  const traffic = meter.measure(members);
  if (traffic.kind === "unknown") {
    const name = draft.flow.graph.values[traffic.valueId]?.name ?? "";
    return fail(`The size of \`${name}\` is not known, so its traffic is not.`);
  }
  const leader = leaderOf(draft, members);
  const kernelId = draft.kernelOf[leader] ?? -1;
  const shape =
    draft.shapes.get(kernelId) ?? copyShape(draft, leader) ?? workOf(draft, leader)?.kernel;
  if (shape === undefined) return fail(reasonWithoutWork(draft, leader));
  const arithmetic = draft.arithmetics.get(kernelId);
  const isQuantizedHere =
    arithmetic === undefined && target.precision.quantizesOnTheFly && isProduct(shape.kind);
  const { nodeIds, shares, macs, otherFlops } = arithmeticOf(draft, members, leader);
  const between = unfusedAttention(draft, leader, bytes, target);
  // Written out field by field: spreading here costs more than all the rest of the function.
  const kernel: Kernel = {
    nodeIds,
    shares,
    shape: shape.kind === "attention" && between.isPlain ? { ...shape, isUnfused: true } : shape,
    macs,
    otherFlops,
    weightBytes: weightBytesOf(maker, members),
    readBytes: traffic.readBytes,
    weightReadBytes: traffic.weightReadBytes,
    writeBytes: traffic.writeBytes,
    castBytes: traffic.castBytes + between.bytes,
    castCount: traffic.castCount + between.count,
    isChannelsLast: draft.layouts?.isChannelsLast[leader] === 1,
    reads: traffic.reads,
    writes: traffic.writes,
    engine,
    transferBytes: transferBytesOf(draft, leader, traffic.reads, bytes),
    quantizedElements: isQuantizedHere ? floatElementsOf(draft, traffic.reads) : 0,
  };
  const weightDensity = densityOf(draft.flow, maker.densities, members);
  const told =
    weightDensity === undefined || traffic.weightReadBytes === 0
      ? kernel
      : { ...kernel, weightDensity };
  return { kernel: arithmetic === undefined ? told : { ...told, arithmetic }, reason: "" };
}

/** A reshape that strides cannot say moves its elements. */
function copyShape({ layouts, flow }: Draft, nodeId: NodeId): KernelShape | undefined {
  if (layouts?.copies.has(nodeId) !== true) return undefined;
  const elements = elementsOf(flow.inferred.types[flow.outputs[nodeId]?.[0] ?? -1]);
  return elements === undefined ? undefined : { kind: "movement", elements };
}

function fail(reason: string): KernelOutcome {
  return { kernel: undefined, reason };
}

/** Constants that a member reads; none for one that is merged into another's. */
export function constantsOf(draft: Draft, nodeId: NodeId): readonly ValueId[] {
  if (draft.isAbsorbed[nodeId] === 1) return [];
  const { flow } = draft;
  return (flow.inputs[nodeId] ?? []).filter((id) => flow.inferred.isConstant[id] === true);
}

/** Initializers inside the bodies of control flow. */
export function bodyWeightBytes(draft: Draft, nodeId: NodeId): number {
  const node = draft.flow.graph.nodes[nodeId];
  if (node === undefined || node.attributes.size === 0) return 0;
  return bodiesOf(node).reduce((sum, body) => sum + ownWeights(body).weightBytes, 0);
}

function weightBytesOf({ draft, bytes }: KernelMaker, members: readonly NodeId[]): number {
  let sum = 0;
  const counted: ValueId[] = [];
  for (const nodeId of members) {
    sum += bodyWeightBytes(draft, nodeId);
    for (const id of constantsOf(draft, nodeId)) {
      if (counted.includes(id)) continue;
      counted.push(id);
      sum += bytes.of(id) ?? 0;
    }
  }
  return sum;
}

function arithmeticOf(
  draft: Draft,
  members: readonly NodeId[],
  leader: NodeId,
): Pick<Kernel, "nodeIds" | "shares" | "macs" | "otherFlops"> {
  const nodeIds =
    members[0] === leader ? members : [leader, ...members.filter((nodeId) => nodeId !== leader)];
  let macs = 0;
  let otherFlops = 0;
  const flops = nodeIds.map((nodeId) => {
    const work = workOf(draft, nodeId);
    if (work === undefined || (draft.isAbsorbed[nodeId] === 1 && members.length > 1)) return 0;
    macs += work.macs;
    otherFlops += work.otherFlops;
    return 2 * work.macs + work.otherFlops;
  });
  const whole = 2 * macs + otherFlops;
  const shares = flops.map((part, index) => (whole === 0 ? (index === 0 ? 1 : 0) : part / whole));
  return { nodeIds, shares, macs, otherFlops };
}

/** Kinds by who names a kernel: the product, then what reduces, then the rest in order of execution. */
const ranks: Partial<Record<KernelKind, number>> = {
  attention: 5,
  matmul: 4,
  conv: 4,
  recurrent: 4,
  moe: 4,
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
    const kind = kindOf(draft, nodeId);
    const rank = kind === undefined ? -3 : (ranks[kind] ?? 0);
    if (rank <= best) continue;
    best = rank;
    leader = nodeId;
  }
  return leader;
}

export function isProduct(kind: KernelKind): boolean {
  return (
    kind === "matmul" ||
    kind === "moe" ||
    kind === "conv" ||
    kind === "attention" ||
    kind === "recurrent"
  );
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
