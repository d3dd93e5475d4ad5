import { factsOf } from "../views/layer-order.js";
import type { ExportFormat } from "./export-format.js";

/**
 * Node data for Model Explorer: a value by output tensor's name, in microseconds, and the colours that it runs through.
 * Fused and folded nodes take no time of their own; what is not known is left out, since 0 would be a claim.
 */
export const exportFormat: ExportFormat = {
  id: "model-explorer",
  label: "Model Explorer node data",
  suffix: ".node-data.json",
  write(analysis, target) {
    if (target === undefined) return undefined;
    const { costs } = factsOf(analysis, target);
    const results: Record<string, { readonly value: number }> = {};
    for (const [nodeId, node] of analysis.model.graph.nodes.entries()) {
      const cost = costs[nodeId];
      if (cost === undefined || cost.state === "uncosted" || cost.state === "untargeted") continue;
      const seconds = cost.state === "kernel" ? cost.cost.seconds.value : 0;
      const output = node.outputs.find((id) => id >= 0);
      const name = output === undefined ? "" : (analysis.model.graph.values[output]?.name ?? "");
      if (name !== "") results[name] = { value: Math.round(seconds * 1e12) / 1e6 };
    }
    const gradient = [
      { stop: 0, bgColor: "#fdf6e8" },
      { stop: 0.5, bgColor: "#fdd28c" },
      { stop: 1, bgColor: "#f0785f" },
    ];
    return `${JSON.stringify({ name: `µs on ${target.target.label}`, results, gradient }, null, 1)}\n`;
  },
};
