import type { Graph, NodeId } from "../../graph/graph.js";
import type { LayerQuantization, QuantizationResult } from "../result.js";
import { findNamed, type Imported } from "./imported.js";

/** Names that a layer goes by elsewhere: its weights, its node, what the node makes, and the module it is in. */
export function namesOfLayer(
  graph: Graph,
  { nodeId, weightNames }: Pick<LayerQuantization, "nodeId" | "weightNames">,
): readonly string[] {
  const node = graph.nodes[nodeId];
  const outputs = (node?.outputs ?? []).map((id) => graph.values[id]?.name ?? "");
  return [...weightNames, node?.name ?? "", ...outputs, node?.scope ?? ""].filter(
    (name) => name !== "",
  );
}

/**
 * Sensitivities that rest on another tool's errors: they hold for INT8, and in another format a layer moves the outputs as
 * much more as its weights err more, which is what first order says. A sentence when no layer is known there.
 */
export function withImported(
  result: QuantizationResult,
  graph: Graph,
  imported: Imported,
): QuantizationResult | string {
  const base = Math.max(
    0,
    result.schemes.findIndex(({ id }) => id === "int8" || id === "int8@tensor"),
  );
  const found = new Map<NodeId, number>();
  for (const layer of result.layers) {
    const error = findNamed(imported.errors, namesOfLayer(graph, layer));
    if (error !== undefined) found.set(layer.nodeId, error);
  }
  if (found.size === 0)
    return `No layer of the model goes by a name in the statistics of ${imported.tool} that say how much it errs.`;
  const layers = result.layers.map((layer): LayerQuantization => {
    const error = found.get(layer.nodeId);
    const own = layer.schemes[base]?.meanSquareError ?? 0;
    return {
      ...layer,
      schemes: layer.schemes.map((scheme) => ({
        ...scheme,
        drift: [],
        sensitivity:
          error === undefined || own === 0 ? undefined : error * (scheme.meanSquareError / own),
        activationSensitivity: undefined,
      })),
    };
  });
  return {
    ...result,
    layers,
    sensitivitySource: `errors of ${imported.tool} for ${found.size} of ${layers.length} layers in ${result.schemes[base]?.name ?? "INT8"}, in other formats as much more as the weights err more`,
  };
}

/** A plan that another tool has written: scheme id by the name of the layer's node. */
export function importedPlan(
  graph: Graph,
  layers: readonly LayerQuantization[],
  imported: Imported,
): ReadonlyMap<string, string> {
  return new Map(
    layers.flatMap((layer): [string, string][] => {
      const format = findNamed(imported.formats, namesOfLayer(graph, layer));
      const name = graph.nodes[layer.nodeId]?.name ?? "";
      return format === undefined || name === "" ? [] : [[name, format]];
    }),
  );
}
