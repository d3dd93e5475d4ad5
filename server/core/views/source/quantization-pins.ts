import type { NodeId } from "../../graph/graph.js";
import { layerOfNode, type QuantizationFacts } from "../../quant/facts.js";
import type { SourceState } from "./source-state.js";

/** What stands for the target's own precision. */
export const ownFormat = "float";

/** `weights=checkpoints/net.safetensors` of a pin anywhere in the file: where the weights of its main model lie. */
export function weightsPin(text: string): string | undefined {
  return pinned(text, "weights")?.trim();
}

/** Scheme ids by layer, of lines that say `# ridgepoint: format=int4-g128` at their end or above them. */
export function formatPins(
  { numbers }: SourceState,
  facts: QuantizationFacts,
): ReadonlyMap<NodeId, string> {
  const pins = new Map<NodeId, string>();
  if (numbers === undefined) return pins;
  const lines = numbers.text.split("\n");
  for (const [line, { model, nodeIds }] of numbers.index.rows) {
    const above = lines[line - 1] ?? "";
    const format =
      pinned(lines[line] ?? "", "format") ??
      (/^\s*#/.test(above) ? pinned(above, "format") : undefined);
    if (format === undefined || model !== numbers.models[0]) continue;
    for (const nodeId of nodeIds)
      if (layerOfNode(facts, nodeId) !== undefined)
        pins.set(nodeId, format === ownFormat ? "" : format);
  }
  return pins;
}

function pinned(text: string, name: "weights" | "format"): string | undefined {
  return new RegExp(`#[ \\t]*ridgepoint[ \\t]*:[^\\n]*?\\b${name}=([^\\s;,]+)`).exec(text)?.[1];
}
