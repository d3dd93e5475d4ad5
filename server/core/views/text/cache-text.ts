import { formatBytes, formatNumber, formatSeconds } from "../../base/units.js";
import type { NodeId } from "../../graph/graph.js";
import { choicesOfNode, type QuantizationFacts } from "../../quant/facts.js";

/** Format by format: what keeping keys and values so does to the attention, and what it takes on the first target. */
export function cacheTable(facts: QuantizationFacts, nodeId: NodeId): string {
  const { caches } = facts.result;
  const layer = caches?.layers.find(({ cache }) => cache.nodeId === nodeId);
  if (caches === undefined || layer === undefined) return "";
  const own = choicesOfNode(facts, nodeId)?.choices;
  const rows = caches.formats.map((format, index) => {
    const error = layer.errors[index];
    const choice = own?.find(({ schemeId }) => schemeId === format.id);
    return [
      format.id,
      errorText(error?.scoreVariance),
      errorText(error?.valueError),
      choice === undefined ? (own === undefined ? "" : "not taken") : formatSeconds(choice.seconds),
      choice === undefined ? "" : formatBytes(choice.bytes),
    ].join(" | ");
  });
  const base = own?.find(({ schemeId }) => schemeId === "");
  const plain =
    base === undefined
      ? []
      : [
          ["as it is", "exact", "exact", formatSeconds(base.seconds), formatBytes(base.bytes)].join(
            " | ",
          ),
        ];
  return [
    "| cache | keys | values | time | bytes |",
    "| :-- | --: | --: | --: | --: |",
    ...[...plain, ...rows].map((row) => `| ${row} |`),
    "",
    `The largest channel of the keys has ${formatNumber(layer.keySpread, 2)} times the mean magnitude, of the values ${formatNumber(layer.valueSpread, 2)} times; from the weights alone.`,
  ].join("\n");
}

function errorText(error: number | undefined): string {
  if (error === undefined) return "?";
  return error === 0 ? "exact" : `${formatNumber(-10 * Math.log10(error), 3)} dB`;
}
