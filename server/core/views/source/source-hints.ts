import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatShare } from "../../base/units.js";
import { dimText } from "../../graph/dim.js";
import { typeText } from "../../graph/value-type.js";
import { type Hint, type HintKinds, type Measure, labelOf } from "../text/hints.js";
import { secondsText, secondsWithInterval } from "../text/estimate-text.js";
import { type QuantizationFacts, layerOfNode } from "../../quant/facts.js";
import { plain } from "../text/markdown.js";
import { quantizationMeasure } from "../text/quantization-text.js";
import { endOfLineAt } from "../../base/line-starts.js";
import { instancesText } from "./instances.js";
import { summedCost, summedWork } from "../text/summed-cost.js";
import type { SourceRow } from "./source-index.js";
import type { SourceState } from "./source-state.js";

/** One hint a line that makes layers or calls operators: the sum of all its calls. */
export function sourceHints(
  { text, numbers, quantization }: SourceState,
  span: TextSpan,
  kinds: HintKinds,
): readonly Hint[] {
  if (numbers === undefined) return [];
  const { index, moved } = numbers;
  const hints: Hint[] = [];
  for (const row of index.rows.values()) {
    const [site] = row.sites;
    if (site === undefined) continue;
    const was = { start: site.span.start, end: site.span.start };
    const now = moved === undefined ? was : moved.toNew(was);
    if (now === undefined || now.start < span.start || span.end < now.start) continue;
    const facts = row.model === numbers.models[0] ? quantization : undefined;
    const measures = measuresOf(row, kinds, facts);
    if (measures.length === 0) continue;
    const isOld = moved !== undefined;
    hints.push({
      offset: endOfLineAt(text, now.start),
      label: labelOf(measures, isOld),
      tooltip: [
        ...(isOld ? [beforeEditText] : []),
        ...measures.map(({ tooltip }) => tooltip),
        instancesText(row),
      ].join("\n\n"),
    });
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

export const beforeEditText = "From before the last edits: the file has an error now.";

function measuresOf(
  row: SourceRow,
  kinds: HintKinds,
  facts: QuantizationFacts | undefined,
): readonly Measure[] {
  const latency = latencyMeasure(row);
  // A line that costs nothing and only passes shapes on is quiet, unless shapes are what is asked for.
  return [
    ...(kinds.latency ? latency : []),
    ...(kinds.shape ? shapeMeasure(row) : []),
    ...(kinds.memory ? weightMeasure(row) : []),
    ...(kinds.quantization === true && facts !== undefined
      ? quantizationMeasure(facts, quantizedNodes(facts, row))
      : []),
  ];
}

/** The line's layers, the most sensitive first: it stands for a line that makes several. */
export function quantizedNodes(
  facts: QuantizationFacts,
  { nodeIds }: Pick<SourceRow, "nodeIds">,
): readonly number[] {
  const effectOf = (nodeId: number): number =>
    layerOfNode(facts, nodeId)?.schemes[0]?.sensitivity ?? 0;
  return nodeIds
    .filter((nodeId) => layerOfNode(facts, nodeId) !== undefined)
    .sort((left, right) => effectOf(right) - effectOf(left));
}

function latencyMeasure({ model: { analysis }, nodeIds }: SourceRow): readonly Measure[] {
  const target = analysis.targets[0];
  const cost = summedCost(analysis, target, nodeIds);
  switch (cost.kind) {
    case "unknown":
      return [{ text: "?", tooltip: `Not known: ${plain(cost.reason)}` }];
    case "none":
      return cost.word === "fused" ? [{ text: "fused", tooltip: plain(cost.reason) }] : [];
    case "time": {
      const { seconds, share, bound, unknownCount, unknownReason } = cost;
      const lines = [
        `${secondsWithInterval(seconds)} · ${bound} · ${seconds.method}`,
        plain(target?.target.label ?? ""),
        ...(unknownCount > 0
          ? [`Without ${unknownCount} of ${nodeIds.length} calls: ${plain(unknownReason)}`]
          : []),
      ];
      const more = share === undefined ? undefined : formatShare(share);
      return [
        {
          text: unknownCount > 0 ? `${secondsText(seconds)} + ?` : secondsText(seconds),
          ...(more !== undefined && { more }),
          tooltip: lines.join("\n\n"),
        },
      ];
    }
  }
}

/** What comes out last: of a line of several calls, that of the outermost one. */
function shapeMeasure({ model: { analysis }, nodeIds }: SourceRow): readonly Measure[] {
  const nodeId = nodeIds[nodeIds.length - 1];
  const output = nodeId === undefined ? undefined : analysis.model.graph.nodes[nodeId]?.outputs[0];
  const type = output === undefined ? undefined : analysis.inferred.types[output];
  if (type === undefined) return [{ text: "?", tooltip: "The shape is not known." }];
  if (type.kind !== "tensor" || type.shape === undefined)
    return [{ text: typeText(type), tooltip: plain(typeText(type)) }];
  const text = type.shape.length === 0 ? "scalar" : type.shape.map(dimText).join("×");
  return [{ text, tooltip: plain(typeText(type)) }];
}

function weightMeasure({ model: { analysis }, nodeIds }: SourceRow): readonly Measure[] {
  const { weightBytes } = summedWork(analysis, nodeIds);
  if (weightBytes === 0) return [];
  const text = formatBytes(weightBytes);
  return [{ text, tooltip: `${text} of weights` }];
}
