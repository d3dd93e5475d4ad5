import type { Analysis, TargetAnalysis } from "../../analysis.js";
import type { Estimate } from "../../cost/cost.js";
import type { NodeId } from "../../graph/graph.js";
import { layerCost, nodeLabel } from "../layer-cost.js";

/**
 * What a node costs on one target; several together are `summedCost`. `none`: the runtime executes nothing for it, or another
 * node's kernel does its work.
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
