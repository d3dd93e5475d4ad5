import type { NodeId, ValueId } from "../graph/graph.js";
import { layerWeights } from "../quant/weights.js";
import type { Precision } from "../targets/precision.js";
import type { Dataflow } from "../work/dataflow.js";
import { elementsOf } from "../work/value-bytes.js";

/** By constant that a layer multiplies by: the share of it that is not zero. Empty for targets that make no use of it. */
export function weightDensities(
  flow: Dataflow,
  { compressedWeights }: Precision,
): ReadonlyMap<ValueId, number> {
  const found = new Map<ValueId, number>();
  if (compressedWeights === undefined) return found;
  for (const { nodeId, inputIndex, weight } of layerWeights(flow.graph)) {
    const node = flow.graph.nodes[nodeId];
    const id = node?.inputs[inputIndex];
    if (node === undefined || id === undefined) continue;
    const { byLayer } = compressedWeights;
    const name = `${node.scope}/${node.name}`.toLowerCase();
    const density =
      byLayer === undefined
        ? weight.density
        : byLayer.find(({ text }) => name.includes(text))?.share;
    if (density !== undefined) found.set(id, density);
  }
  return found;
}

/** Of all that a kernel multiplies by, by elements: gates that one product makes are read as one. */
export function densityOf(
  flow: Dataflow,
  densities: ReadonlyMap<ValueId, number>,
  members: readonly NodeId[],
): number | undefined {
  if (densities.size === 0) return undefined;
  let all = 0;
  let kept = 0;
  for (const nodeId of members)
    for (const id of flow.inputs[nodeId] ?? []) {
      const density = densities.get(id);
      const elements = elementsOf(flow.inferred.types[id]);
      if (density === undefined || elements === undefined) continue;
      all += elements;
      kept += density * elements;
    }
  return all === 0 ? undefined : kept / all;
}
