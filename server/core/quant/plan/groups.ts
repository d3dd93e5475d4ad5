import { absent, type Graph, type NodeId } from "../../graph/graph.js";
import type { LayerChoices } from "./choices.js";

export interface GroupRules {
  /** Products that read the same activation (queries, keys and values; gate and up projections) take one scheme. */
  readonly sharesInput: boolean;
}

/** Layers that must take the same scheme, as indices into `layers`; every layer is in one group. */
export function groupLayers(
  graph: Graph,
  layers: readonly LayerChoices[],
  { sharesInput }: GroupRules,
): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [index, { nodeId, isCache }] of layers.entries()) {
    // Runtimes keep the whole cache in one format.
    const key =
      isCache === true ? "cache" : sharesInput ? sharedKey(graph, nodeId) : `layer ${nodeId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}

function sharedKey(graph: Graph, nodeId: NodeId): string {
  const node = graph.nodes[nodeId];
  const isProduct = node?.op === "MatMul" || node?.op === "Gemm";
  const input = node?.inputs.find((id) => id !== absent && graph.values[id]?.weight === undefined);
  return isProduct && input !== undefined ? `input ${input}` : `layer ${nodeId}`;
}
