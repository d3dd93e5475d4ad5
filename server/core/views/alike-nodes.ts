import type { Analysis } from "../analysis.js";
import { typeText } from "../graph/value-type.js";
import type { LayerCost } from "./layer-cost.js";

/**
 * Nodes that a reader need not tell apart, together: the same operator on the same types, costing the same to three
 * digits, or fused into kernels that are alike. In execution order, each group where its first node stands.
 */
export function alikeNodes(
  analysis: Analysis,
  costs: readonly LayerCost[],
): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  const keys: string[] = [];
  const keyOf = (id: number): string => (keys[id] ??= keyOfNode(analysis, costs, id, keyOf));
  for (const id of costs.keys()) {
    const group = groups.get(keyOf(id));
    if (group === undefined) groups.set(keyOf(id), [id]);
    else group.push(id);
  }
  return [...groups.values()];
}

function keyOfNode(
  analysis: Analysis,
  costs: readonly LayerCost[],
  id: number,
  keyOf: (id: number) => string,
): string {
  const node = analysis.model.graph.nodes[id];
  const layer = analysis.layers[id];
  const types = [...(node?.inputs ?? []), -2, ...(node?.outputs ?? [])]
    .map((valueId) => (valueId < 0 ? String(valueId) : typeText(analysis.inferred.types[valueId])))
    .join();
  return [
    node?.domain,
    node?.op,
    types,
    layer?.parameterCount,
    layer?.macs,
    costKey(costs[id], keyOf),
  ].join("|");
}

function costKey(cost: LayerCost | undefined, keyOf: (id: number) => string): string {
  switch (cost?.state) {
    case "kernel": {
      const { seconds, bound } = cost.cost;
      return `${seconds.value.toPrecision(3)} ${bound} ${cost.kernel.engine} ${cost.kernel.nodeIds.length}`;
    }
    // The first node of a kernel is never fused itself.
    case "fused":
      return `in ${keyOf(cost.into)}`;
    case "uncosted":
      return `? ${cost.reason}`;
    default:
      return cost?.state ?? "";
  }
}
