import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Bound } from "../cost/cost.js";
import { nodeLabel, quantity, targetById, type Quantity } from "./layer-cost.js";

/**
 * The predicted execution of one inference: kernels one after the other, each on the engine that runs it, what crosses
 * between engines on a lane of its own, and what the runtime needs once. Null when no target is chosen.
 */
export function view(analysis: Analysis, params: TimelineParams): TimelineView | null {
  const target = targetById(analysis, params.target);
  if (target === undefined) return null;
  const { spans, seconds } = spansOf(analysis, target);
  const start = params.start ?? 0;
  const end = params.end ?? seconds;
  const inside = spans.filter((span) => span.start < end && start < span.start + span.seconds);
  const isCrowded = inside.length > params.limit;
  // Of too many, the longest; in their own order, so that neighbours stay neighbours.
  const kept = isCrowded
    ? [...inside]
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, params.limit)
        .sort((a, b) => a.start - b.start)
    : inside;
  const lanes = lanesOf(target, spans);
  return {
    targetId: target.target.id,
    label: target.target.label,
    latency: quantity(target.latency),
    seconds,
    lanes: lanes.map((name) => ({
      name,
      seconds: spans.reduce((sum, span) => (span.lane === name ? sum + span.seconds : sum), 0),
    })),
    spans: kept,
    spanCount: spans.length,
    uncostedCount: target.lowered.uncosted.length,
  };
}

export interface TimelineParams {
  readonly target: string | null;
  /** Seconds; all of it unless given. */
  readonly start: number | null;
  readonly end: number | null;
  /** Spans at most, the longest in the range. */
  readonly limit: number;
}

export interface TimelineView {
  readonly targetId: string;
  readonly label: string;
  readonly latency: Quantity | null;
  /** From the beginning to the end of the last span. */
  readonly seconds: number;
  readonly lanes: readonly { readonly name: string; readonly seconds: number }[];
  readonly spans: readonly TimelineSpan[];
  readonly spanCount: number;
  readonly uncostedCount: number;
}

export interface TimelineSpan {
  readonly lane: string;
  /** Null for what is no node's: the runtime's own time. */
  readonly nodeId: number | null;
  readonly name: string;
  readonly op: string;
  readonly scope: string;
  readonly start: number;
  readonly seconds: number;
  /** Of the seconds. */
  readonly low: number;
  readonly high: number;
  readonly bound: Bound | null;
  /** Other nodes whose work the kernel does too. */
  readonly fusedCount: number;
}

export const copyLane = "copy";
export const runtimeLane = "runtime";

/** All spans in the order of execution. */
export function spansOf(
  analysis: Analysis,
  target: TargetAnalysis,
): { readonly spans: readonly TimelineSpan[]; readonly seconds: number } {
  const { lowered, kernelCosts, latency } = target;
  const { runtime } = target.target;
  const known = kernelCosts.reduce((sum, { seconds }) => sum + seconds.value, 0);
  const spans: TimelineSpan[] = [];
  let now = 0;
  const whole = latency?.value ?? known;
  // What an inference takes beyond its kernels is the runtime's: it stands before them.
  if (whole - known > whole * 1e-9) {
    const share = (whole - known) / whole;
    spans.push({
      lane: runtimeLane,
      nodeId: null,
      name: `${runtime.name}, once per inference`,
      op: "",
      scope: "",
      start: 0,
      seconds: whole - known,
      low: (latency?.low ?? 0) * share,
      high: (latency?.high ?? 0) * share,
      bound: "overhead",
      fusedCount: 0,
    });
    now = whole - known;
  }
  for (const [index, kernel] of lowered.kernels.entries()) {
    const cost = kernelCosts[index];
    if (cost === undefined) continue;
    const nodeId = kernel.nodeIds[0] ?? -1;
    const node = analysis.model.graph.nodes[nodeId];
    const name = nodeLabel(analysis, nodeId);
    const { value, low, high } = cost.seconds;
    const starts = runtime.kernelOverhead.value * (kernel.quantizedElements > 0 ? 2 : 1);
    // Bringing tensors over is the part of a kernel's overhead that is not its start.
    const copy =
      kernel.transferBytes > 0 ? Math.min(value, Math.max(0, cost.overheadSeconds - starts)) : 0;
    const part = (seconds: number, lane: string, what: string): TimelineSpan => ({
      lane,
      nodeId,
      name: what,
      op: node?.op ?? "?",
      scope: node?.scope ?? "",
      start: now,
      seconds,
      low: value === 0 ? 0 : (low * seconds) / value,
      high: value === 0 ? 0 : (high * seconds) / value,
      bound: lane === copyLane ? "memory" : cost.bound,
      fusedCount: kernel.nodeIds.length - 1,
    });
    if (copy > 0) {
      spans.push(part(copy, copyLane, `inputs of ${name}`));
      now += copy;
    }
    if (value - copy > 0) spans.push(part(value - copy, kernel.engine, name));
    now += value - copy;
  }
  return { spans, seconds: now };
}

/** The runtime, the engine that runs most, its fallback, and what moves between them. */
function lanesOf(target: TargetAnalysis, spans: readonly TimelineSpan[]): readonly string[] {
  const { engine, fallback } = target.target.runtime;
  const used = new Set(spans.map(({ lane }) => lane));
  const order = [runtimeLane, engine, ...(fallback === undefined ? [] : [fallback]), copyLane];
  return [...new Set([...order, ...used])].filter((lane) => used.has(lane));
}
