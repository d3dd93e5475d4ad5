import { formatBytes, formatNumber, formatSeconds } from "../../base/units.js";
import type { NodeId } from "../../graph/graph.js";
import {
  bestScheme,
  choicesOfNode,
  layerOfNode,
  type QuantizationFacts,
  riskClass,
} from "../../quant/facts.js";
import { cacheTable } from "./cache-text.js";
import { isMeasured } from "../../quant/unmeasured.js";
import type { Measure } from "./hints.js";
import { plain } from "./markdown.js";

/** `low risk · int8`: the layer's part in the error and the narrowest format that keeps it small. */
export function quantizationMeasure(
  facts: QuantizationFacts,
  nodeIds: readonly NodeId[],
): readonly Measure[] {
  const [nodeId] = nodeIds;
  const layer = nodeId === undefined ? undefined : layerOfNode(facts, nodeId);
  if (nodeId === undefined || layer === undefined) return [];
  if (!isMeasured(facts.result)) return [speedMeasure(facts, nodeId)];
  const risk = riskClass(facts, layer);
  const best = bestScheme(facts, layer);
  const text = `${risk ?? "?"} · ${best === undefined ? "wide" : shortName(best.id)}`;
  const own = layer.schemes[0]?.sensitivity;
  return [
    {
      text,
      short: risk ?? "?",
      tooltip: [
        `Quantization risk ${risk ?? "unknown"}: ${plain(facts.result.schemes[0]?.name ?? "")} weights here move the outputs by ${own === undefined ? "an unknown amount" : errorText(own)}.`,
        best === undefined
          ? "No narrow format keeps this layer's share of a 40 dB budget."
          : `${plain(best.id)} is the narrowest format that keeps this layer's share of a 40 dB budget.`,
        plain(facts.result.sensitivitySource),
      ].join("\n\n"),
    },
  ];
}

/** Where nobody knows the weights: the fastest format here, and nothing of what it risks. */
function speedMeasure(facts: QuantizationFacts, nodeId: NodeId): Measure {
  const [own, ...others] = choicesOfNode(facts, nodeId)?.choices ?? [];
  const fastest = others.reduce<typeof own>(
    (best, choice) => (choice.seconds < (best?.seconds ?? Infinity) ? choice : best),
    undefined,
  );
  const ratio = (own?.seconds ?? 0) / (fastest?.seconds ?? Infinity);
  const isFaster = ratio >= 1.03;
  return {
    text: isFaster ? `${shortName(fastest?.schemeId ?? "")} ${formatNumber(ratio, 2)}×` : "no gain",
    tooltip: [
      isFaster
        ? `${plain(fastest?.schemeId ?? "")} is predicted ${formatNumber(ratio, 2)} times as fast here as ${plain(facts.choices?.target.precision.name ?? "")}.`
        : "No format is predicted to be faster here.",
      plain(facts.result.sensitivitySource),
    ].join("\n\n"),
  };
}

/** At most ten characters. */
function shortName(id: string): string {
  return id.replace("fp8-", "").replace("@tensor", "/t").slice(0, 10);
}

function errorText(error: number): string {
  return error === 0 ? "nothing" : `${formatNumber(-10 * Math.log10(error), 3)} dB below them`;
}

/** Format by format: what the weights lose, how far the outputs move, and what it takes on the first target. */
export function quantizationTable(facts: QuantizationFacts, nodeId: NodeId): string {
  const layer = layerOfNode(facts, nodeId);
  if (layer === undefined) return cacheTable(facts, nodeId);
  const own = choicesOfNode(facts, nodeId)?.choices;
  const rows = facts.result.schemes.map((scheme, index) => {
    const found = layer.schemes[index];
    const choice = own?.find(({ schemeId }) => schemeId === scheme.id);
    const way = facts.choices?.executability.get(scheme.id);
    const effect = found?.sensitivity;
    return [
      scheme.id,
      dbText(found?.sqnrDb),
      effect === undefined
        ? "?"
        : effect === 0
          ? "exact"
          : `${formatNumber(-10 * Math.log10(effect), 3)} dB`,
      choice === undefined ? (way === undefined ? "" : "not taken") : formatSeconds(choice.seconds),
      formatBytes(found?.bytes ?? 0),
      way?.kind === "computed" ? "computed" : way?.kind === "stored" ? "stored" : "",
    ].join(" | ");
  });
  return [
    "| format | weights | outputs | time | bytes | here |",
    "| :-- | --: | --: | --: | --: | :-- |",
    ...rows.map((row) => `| ${row} |`),
    "",
    `Outputs: ${plain(facts.result.sensitivitySource)}.`,
  ].join("\n");
}

function dbText(db: number | undefined): string {
  if (db === undefined) return "?";
  return Number.isFinite(db) ? `${formatNumber(db, 3)} dB` : "exact";
}
