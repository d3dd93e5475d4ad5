import type { Analysis, TargetAnalysis } from "../analysis.js";
import { absent, type NodeId } from "../graph/graph.js";
import type { Buffer, MemoryPlan, Strategy } from "../memory/plan.js";
import type { ScratchpadCurve } from "../memory/scratchpad.js";

/**
 * Activations over the execution order on one target: what each planning strategy needs beside the least that any can
 * need, the node that sets the peak, and the tensors alive there. Undefined while a tensor's size is not known.
 */
export function view(analysis: Analysis, params: MemoryParams): MemoryView | undefined {
  const target = analysis.targets.find((candidate) => candidate.target.id === params.target);
  const plan = params.target === null ? analysis.memoryPlan : target?.memoryPlan;
  if (plan === undefined) return undefined;
  const row = (index: number): BufferRow => bufferRow(analysis, plan, index);
  const buffers = params.hasBuffers ? largest(plan, params.bufferLimit ?? Infinity) : [];
  return {
    lowerBoundBytes: plan.lowerBound,
    arenaBytes: plan.best.size,
    strategy: plan.best.strategy,
    strategies: plan.plans.map(({ strategy, size }) => ({ strategy, bytes: size })),
    skipped: plan.skipped,
    stepCount: plan.stepNodeIds.length,
    peakStep: plan.peakStep,
    peak: plan.peakNodeId === undefined ? null : nodeName(analysis, plan.peakNodeId),
    limits: target === undefined ? [] : limitsOf(target),
    reordered: reorderedView(analysis, plan),
    scratchpad: plan.scratchpad ?? null,
    aliveAtPeak: plan.aliveAtPeak.slice(0, params.aliveLimit).map(row),
    aliveAtPeakCount: plan.aliveAtPeak.length,
    bufferCount: plan.buffers.length,
    buffers: buffers.map(row),
  };
}

export interface MemoryParams {
  /** Id of a chosen target; null plans the types that the file declares. */
  readonly target: string | null;
  readonly aliveLimit: number;
  /** Also all buffers with their addresses and life times. */
  readonly hasBuffers: boolean;
  /** How many of them at most, the largest; all unless given. */
  readonly bufferLimit?: number;
}

export interface MemoryView {
  readonly lowerBoundBytes: number;
  readonly arenaBytes: number;
  readonly strategy: Strategy;
  readonly strategies: readonly { readonly strategy: Strategy; readonly bytes: number }[];
  /** Strategies that were not tried, because the model is too large for them to pay. */
  readonly skipped: readonly Strategy[];
  /** Steps of the execution order: the nodes, or the kernels, that are executed. */
  readonly stepCount: number;
  /** Zero-based step at which most bytes are alive, the first such. */
  readonly peakStep: number;
  readonly peak: NodeName | null;
  /** Memories of the target that activations can lie in, nearest first: what an arena has to fit. */
  readonly limits: readonly { readonly name: string; readonly bytes: number }[];
  /** Another execution order that takes less, where one is found. */
  readonly reordered: {
    readonly arenaBytes: number;
    readonly lowerBoundBytes: number;
    /** The first node that runs earlier there, and the one that it then runs before. */
    readonly moved: NodeName;
    readonly before: NodeName;
  } | null;
  /** What goes off chip when there is less memory than the arena takes; null for large graphs. */
  readonly scratchpad: ScratchpadCurve | null;
  /** Largest first. */
  readonly aliveAtPeak: readonly BufferRow[];
  readonly aliveAtPeakCount: number;
  readonly bufferCount: number;
  /** In the order in which they are written. */
  readonly buffers: readonly BufferRow[];
}

function limitsOf({ target: { chip } }: TargetAnalysis): MemoryView["limits"] {
  return chip.memories
    .filter(({ role }) => role !== "flash")
    .map(({ name, size }) => ({ name, bytes: size.value }));
}

export interface NodeName {
  readonly id: string;
  readonly name: string;
  readonly op: string;
}

export interface BufferRow {
  /** The tensors that share the storage; the first is the one written. None: working memory of the writer itself. */
  readonly tensors: readonly string[];
  readonly bytes: number;
  /** Byte offset in the arena of the best plan. */
  readonly offset: number;
  /** The node that writes it; null for an input of the graph. */
  readonly writer: NodeName | null;
  readonly lastReader: NodeName | null;
  /** Zero-based steps, inclusive: from the one that writes it to the last that reads it. */
  readonly firstStep: number;
  readonly lastStep: number;
}

function reorderedView(analysis: Analysis, { reordered }: MemoryPlan): MemoryView["reordered"] {
  if (reordered === undefined) return null;
  return {
    arenaBytes: reordered.size,
    lowerBoundBytes: reordered.lowerBound,
    moved: nodeName(analysis, reordered.movedNodeId),
    before: nodeName(analysis, reordered.beforeNodeId),
  };
}

/** Indices of the largest buffers, in their own order. */
function largest({ buffers }: MemoryPlan, limit: number): readonly number[] {
  const indices = buffers.map((_, index) => index);
  if (indices.length <= limit) return indices;
  const bytes = (index: number): number => buffers[index]?.bytes ?? 0;
  return indices
    .sort((a, b) => bytes(b) - bytes(a) || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

function bufferRow(analysis: Analysis, plan: MemoryPlan, index: number): BufferRow {
  const buffer: Buffer | undefined = plan.buffers[index];
  const { graph } = analysis.model;
  const valueIds = (buffer?.valueIds ?? []).filter((id) => id !== absent);
  const isInput = valueIds.some((id) => graph.inputs.includes(id));
  const nodeAt = (step: number | undefined): NodeName | null => {
    const nodeId = step === undefined ? undefined : plan.stepNodeIds[step];
    return nodeId === undefined ? null : nodeName(analysis, nodeId);
  };
  return {
    tensors: valueIds.map((id) => graph.values[id]?.name ?? ""),
    bytes: buffer?.bytes ?? 0,
    offset: plan.best.offsets[index] ?? 0,
    writer: isInput ? null : nodeAt(buffer?.firstStep),
    lastReader: nodeAt(buffer?.lastStep),
    firstStep: buffer?.firstStep ?? 0,
    lastStep: buffer?.lastStep ?? 0,
  };
}

export function nodeName({ model }: Analysis, nodeId: NodeId): NodeName {
  const node = model.graph.nodes[nodeId];
  return { id: String(nodeId), name: node?.name ?? "", op: node?.sourceOp ?? node?.op ?? "" };
}
