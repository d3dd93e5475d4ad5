import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Estimate, KernelCost, Method } from "../cost/cost.js";
import type { NodeId } from "../graph/graph.js";
import type { Kernel } from "../lower/lowered.js";

/** An estimate as plain data; what the page draws as value, whisker and hatching. */
export interface Quantity {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly method: Method;
}

/**
 * What becomes of one node on one target. `kernel`: it names a kernel; `fused`: another node's kernel does its work;
 * `folded`: computed once at load time; `vanished`: a view or constant that the runtime executes nothing for;
 * `uncosted`: not known, with the reason; `untargeted`: no target is chosen.
 */
export type LayerCost =
  | {
      readonly state: "kernel";
      readonly kernel: Kernel;
      readonly cost: KernelCost;
      readonly share: number | undefined;
    }
  | { readonly state: "fused"; readonly kernel: Kernel; readonly into: NodeId }
  | { readonly state: "folded" | "vanished" | "untargeted" }
  | { readonly state: "uncosted"; readonly reason: string };

export type LayerState = LayerCost["state"];

export function layerCost(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeId: NodeId,
): LayerCost {
  const layer = analysis.layers[nodeId];
  if (layer?.isFolded === true) return { state: "folded" };
  if (target !== undefined) {
    const reason = uncostedReasons(target).get(nodeId);
    if (reason !== undefined) return { state: "uncosted", reason };
    const kernelIndex = target.lowered.kernelOfNode[nodeId] ?? -1;
    const kernel = target.lowered.kernels[kernelIndex];
    const cost = target.kernelCosts[kernelIndex];
    if (kernel !== undefined && cost !== undefined) {
      const head = kernel.nodeIds[0] ?? nodeId;
      if (head !== nodeId) return { state: "fused", kernel, into: head };
      return { state: "kernel", kernel, cost, share: shareOf(cost.seconds, target) };
    }
  }
  if (layer === undefined || !layer.isCosted)
    return { state: "uncosted", reason: layer?.reason ?? "No rule for this operator." };
  return { state: target === undefined ? "untargeted" : "vanished" };
}

/** The target with this id; the first one when it is not among the chosen ones. */
export function targetById(analysis: Analysis, id: string | null): TargetAnalysis | undefined {
  return analysis.targets.find((target) => target.target.id === id) ?? analysis.targets[0];
}

export function nodeLabel(analysis: Analysis, nodeId: NodeId): string {
  const node = analysis.model.graph.nodes[nodeId];
  if (node === undefined) return `#${nodeId}`;
  return node.name === "" ? `${node.op} #${nodeId}` : node.name;
}

/** Kernels that the runtime hands to its fallback engine. */
export function fallbackCount(target: TargetAnalysis): number {
  const { fallback, engine } = target.target.runtime;
  if (fallback === undefined || fallback === engine) return 0;
  return target.lowered.kernels.filter((kernel) => kernel.engine === fallback).length;
}

export function quantity(estimate: Estimate | undefined): Quantity | null {
  if (estimate === undefined) return null;
  const { value, low, high, method } = estimate;
  return { value, low, high, method };
}

/**
 * Share of the predicted latency. Where that is not known, because a node is uncosted, shares are of the sum of what
 * is: they still say which of the known layers costs most.
 */
function shareOf(seconds: Estimate, target: TargetAnalysis): number | undefined {
  const whole = target.latency?.value ?? knownSeconds(target);
  return whole > 0 ? seconds.value / whole : undefined;
}

const knownSecondsOf = new WeakMap<TargetAnalysis, number>();

function knownSeconds(target: TargetAnalysis): number {
  let sum = knownSecondsOf.get(target);
  if (sum === undefined) {
    sum = target.kernelCosts.reduce((total, cost) => total + cost.seconds.value, 0);
    knownSecondsOf.set(target, sum);
  }
  return sum;
}

const reasonsOf = new WeakMap<TargetAnalysis, ReadonlyMap<NodeId, string>>();

function uncostedReasons(target: TargetAnalysis): ReadonlyMap<NodeId, string> {
  let reasons = reasonsOf.get(target);
  if (reasons === undefined) {
    reasons = new Map(target.lowered.uncosted.map(({ nodeId, reason }) => [nodeId, reason]));
    reasonsOf.set(target, reasons);
  }
  return reasons;
}
