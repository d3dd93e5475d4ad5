import type { Analysis, TargetAnalysis } from "../../analysis.js";
import type { Estimate } from "../../cost/cost.js";
import type { NodeId } from "../../graph/graph.js";
import { layerCost, nodeLabel } from "../layer-cost.js";

/**
 * What several nodes cost together on one target: a statement of a function stands for each of its calls. `none`: the
 * runtime executes nothing for them, or another node's kernel does their work.
 */
export type NodeCost =
  | {
      readonly kind: "time";
      readonly seconds: Estimate;
      readonly share: number | undefined;
      readonly bound: string;
      readonly engine: string;
      readonly reasons: readonly string[];
    }
  | { readonly kind: "none"; readonly word: string; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

export function nodeCost(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeIds: readonly NodeId[],
): NodeCost {
  let sum: Extract<NodeCost, { kind: "time" }> | undefined;
  let none: Extract<NodeCost, { kind: "none" }> | undefined;
  for (const nodeId of nodeIds) {
    const one = costOfOne(analysis, target, nodeId);
    if (one.kind === "unknown") return one;
    if (one.kind === "none") none ??= one;
    else sum = sum === undefined ? one : add(sum, one);
  }
  return sum ?? none ?? { kind: "unknown", reason: "Nothing is known of this node." };
}

function costOfOne(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeId: NodeId,
): NodeCost {
  const found = layerCost(analysis, target, nodeId);
  switch (found.state) {
    case "kernel": {
      const { seconds, bound, level, reasons } = found.cost;
      const limit = bound === "memory" && level !== "" ? `memory (${level})` : bound;
      return {
        kind: "time",
        seconds,
        share: found.share,
        bound: limit,
        engine: found.kernel.engine,
        reasons,
      };
    }
    case "fused": {
      const into = nodeLabel(analysis, found.into);
      return { kind: "none", word: "fused", reason: `Runs in the kernel of ${into}.` };
    }
    case "folded":
      return { kind: "none", word: "folded", reason: "Computed once, when the model is loaded." };
    case "vanished":
      return { kind: "none", word: "no kernel", reason: "The runtime executes nothing for it." };
    case "untargeted":
      return { kind: "unknown", reason: "No target is chosen." };
    case "uncosted":
      return { kind: "unknown", reason: found.reason };
  }
}

/** Ends add up: kernels of one runtime err in the same direction, so the interval must not shrink by summing. */
function add(
  left: Extract<NodeCost, { kind: "time" }>,
  right: Extract<NodeCost, { kind: "time" }>,
): Extract<NodeCost, { kind: "time" }> {
  const isLeftLonger = left.seconds.value >= right.seconds.value;
  const longer = isLeftLonger ? left : right;
  return {
    ...longer,
    seconds: {
      ...longer.seconds,
      value: left.seconds.value + right.seconds.value,
      low: left.seconds.low + right.seconds.low,
      high: left.seconds.high + right.seconds.high,
    },
    share:
      left.share === undefined || right.share === undefined ? undefined : left.share + right.share,
  };
}
