import { formatBytes, formatSeconds, formatShare } from "../base/units.js";
import { factsOf } from "../views/layer-order.js";
import type { ExportFormat } from "./export-format.js";

/**
 * What Netron shows beside its own: its attachment (`signature: "netron:attachment"`), metrics of the model and of nodes by
 * name. Nodes without a name cannot be told apart there, and are left out.
 */
export const exportFormat: ExportFormat = {
  id: "netron",
  label: "Netron attachment",
  suffix: ".netron.json",
  write(analysis, target) {
    const metrics: object[] = [];
    const { costs } = factsOf(analysis, target);
    const label = target?.target.label ?? "";
    if (target?.latency !== undefined)
      metrics.push({
        kind: "model",
        target: analysis.model.name,
        name: `latency on ${label}`,
        value: `${formatSeconds(target.latency.value)} (${formatSeconds(target.latency.low)}–${formatSeconds(target.latency.high)}, ${target.latency.method})`,
      });
    for (const [nodeId, node] of analysis.model.graph.nodes.entries()) {
      if (node.name === "") continue;
      const add = (name: string, value: string): void => {
        metrics.push({ kind: "node", target: node.name, name, value });
      };
      const cost = costs[nodeId];
      const layer = analysis.layers[nodeId];
      if (cost?.state === "kernel") {
        const { value, low, high, method } = cost.cost.seconds;
        add(
          "latency",
          `${formatSeconds(value, 2)} (${formatSeconds(low, 2)}–${formatSeconds(high, 2)}, ${method})`,
        );
        if (cost.share !== undefined) add("share", formatShare(cost.share));
        add("limited by", cost.cost.bound === "memory" ? cost.cost.level : cost.cost.bound);
        add("traffic", formatBytes(cost.kernel.readBytes + cost.kernel.writeBytes));
      } else if (cost?.state === "fused")
        add("latency", `in ${analysis.model.graph.nodes[cost.into]?.name ?? String(cost.into)}`);
      else if (cost?.state === "uncosted") add("latency", `not known: ${cost.reason}`);
      if ((layer?.macs ?? 0) > 0) add("macs", String(layer?.macs));
      if ((layer?.parameterCount ?? 0) > 0) add("parameters", String(layer?.parameterCount));
    }
    return `${JSON.stringify({ signature: "netron:attachment", metadata: [], metrics }, null, 1)}\n`;
  },
};
