import type { Analysis } from "../analysis.js";
import { absent, type NodeId } from "../graph/graph.js";
import type { Buffer, MemoryPlan, Strategy } from "../memory/plan.js";

/**
 * Activations over the execution order on one target: what each planning strategy needs beside the least that any can
 * need, the node that sets the peak, and the tensors alive there. Undefined while a tensor's size is not known.
 */
export function view(analysis: Analysis, params: MemoryParams): MemoryView | undefined {
  const target = analysis.targets.find((candidate) => candidate.target.id === params.target);
  const plan = params.target === null ? analysis.memoryPlan : target?.memoryPlan;
  if (plan === undefined) return undefined;
  const row = (index: number): BufferRow => bufferRow(analysis, plan, index);
  return {
    lowerBoundBytes: plan.lowerBound,
    arenaBytes: plan.best.size,
    strategy: plan.best.strategy,
    strategies: plan.plans.map(({ strategy, size }) => ({ strategy, bytes: size })),
    skipped: plan.skipped,
    peak: plan.peakNodeId === undefined ? null : nodeName(analysis, plan.peakNodeId),
    aliveAtPeak: plan.aliveAtPeak.slice(0, params.aliveLimit).map(row),
    aliveAtPeakCount: plan.aliveAtPeak.length,
    bufferCount: plan.buffers.length,
    buffers: params.hasBuffers ? plan.buffers.map((_, index) => row(index)) : [],
  };
}

export interface MemoryParams {
  /** Id of a chosen target; null plans the types that the file declares. */
  readonly target: string | null;
  readonly aliveLimit: number;
  /** Also all buffers with their addresses and life times. */
  readonly hasBuffers: boolean;
}

export interface MemoryView {
  readonly lowerBoundBytes: number;
  readonly arenaBytes: number;
  readonly strategy: Strategy;
  readonly strategies: readonly { readonly strategy: Strategy; readonly bytes: number }[];
  /** Strategies that were not tried, because the model is too large for them to pay. */
  readonly skipped: readonly Strategy[];
  readonly peak: NodeName | null;
  /** Largest first. */
  readonly aliveAtPeak: readonly BufferRow[];
  readonly aliveAtPeakCount: number;
  readonly bufferCount: number;
  readonly buffers: readonly BufferRow[];
}

export interface NodeName {
  readonly id: string;
  readonly name: string;
  readonly op: string;
}

export interface BufferRow {
  /** The tensors that share the storage; the first is the one written. */
  readonly tensors: readonly string[];
  readonly bytes: number;
  /** Byte offset in the arena of the best plan. */
  readonly offset: number;
  /** The node that writes it; null for an input of the graph. */
  readonly writer: NodeName | null;
  readonly lastReader: NodeName | null;
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
  };
}

function nodeName({ model }: Analysis, nodeId: NodeId): NodeName {
  const node = model.graph.nodes[nodeId];
  return { id: String(nodeId), name: node?.name ?? "", op: node?.sourceOp ?? node?.op ?? "" };
}
