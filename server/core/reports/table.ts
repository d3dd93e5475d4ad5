import { alikeRows, type AlikeRow } from "./alike.js";
import { designText } from "./design-text.js";
import { kernelText } from "./kernel-tables.js";
import { memoryText } from "./memory-text.js";
import { quantizationText } from "./quantization-text.js";
import { padded, table } from "./text-table.js";
import type { ReportDocument } from "../views/report-document.js";
import type { ReportFormat } from "./report.js";
import * as rows from "./rows.js";

const layerLimit = 15;

/** For a terminal: totals, the targets side by side, the heaviest layers, the problems. */
export const report: ReportFormat = {
  id: "table",
  render: (document, context) => {
    const parts: string[] = [];
    const model = document.model;
    if (model !== null) {
      const what = [
        `${rows.parametersText(model.parameterCount)} parameters`,
        `${rows.bytesText(model.weightBytes)} weights`,
        rows.macsText(model.macs),
        `${document.layers.length} nodes`,
      ];
      parts.push(`${document.file ?? model.name}  ${what.join(" · ")}\n${madeBy(document)}`);
    }
    if (document.design !== undefined) parts.push(designText(document.design, context.width));
    for (const { title, tables, notes } of (document.kernels ?? []).map(kernelText))
      parts.push(
        `${title}\n`,
        ...tables.map(({ header, rows: cells, alignment }) => table(header, cells, alignment)),
        ...notes.map((note) => `${note}\n`),
      );
    if (document.targets.length > 0) {
      const header = ["target", "latency", "90 % interval", "method", "energy", "memory", ""];
      const lines = document.targets.map((target) => [
        rows.labelOf(target, context),
        rows.secondsText(
          target.latency?.seconds ?? null,
          target.latency?.low ?? null,
          target.latency?.high ?? null,
        ),
        rows.latencyInterval(target),
        target.latency?.method ?? "",
        target.energy === null ? "" : `~${rows.joulesText(target.energy.joules)}`,
        rows.takenText(target),
        rows.fitText(target),
      ]);
      parts.push(table(header, lines, "lrlllll"));
    }
    for (const target of document.targets) {
      const generation = rows.generationText(target);
      if (generation !== undefined) parts.push(`${rows.labelOf(target, context)}: ${generation}\n`);
    }
    for (const target of document.targets) {
      const provenance = rows.provenanceText(target);
      if (provenance !== "") parts.push(`${rows.labelOf(target, context)}: ${provenance}\n`);
    }
    if (context.hasMemory)
      for (const target of document.targets)
        if (target.memory.plan !== null)
          parts.push(memoryText(target, target.memory.plan, context));
    const goals = document.targets.flatMap((target) => {
      const texts = rows.goalTexts(target);
      return texts.length === 0 ? [] : [`${rows.labelOf(target, context)}: ${texts.join(" · ")}\n`];
    });
    if (goals.length > 0) parts.push(goals.join(""));
    const kinds = rows.kindRows(document);
    if (kinds.length > 0) parts.push(kindTable(kinds, document.targets.length));
    const heaviest = alikeRows(rows.heaviestLayers(document));
    if (heaviest.length > 0)
      parts.push(layerTable(heaviest, document.targets.length, context.width));
    const quantization = quantizationText(document);
    if (quantization !== "") parts.push(quantization);
    if (document.problems.length > 0) {
      const lines = document.problems.map(
        (problem) =>
          `${padded(problem.severity, 12)}${problem.code}  ${rows.placeText(problem)}${problem.message}`,
      );
      parts.push(`${lines.join("\n")}\n`);
    }
    return parts.join("\n");
  },
};

/** How a model of Python source was made and called. */
function madeBy({ python, models = [] }: ReportDocument): string {
  if (python === undefined) return "";
  const inputs = python.inputs.map(
    ({ name, type, shape }) => `${name}=${type ?? "?"}[${(shape ?? []).join(",")}]`,
  );
  const others = models.map(({ entry }) => entry).filter((entry) => entry !== python.entry);
  const more =
    others.length === 0
      ? ""
      : `also here: ${others.slice(0, 8).join(", ")}${others.length > 8 ? " …" : ""} (--entry)\n`;
  return `${python.entry} on ${inputs.join(", ") || "no input"} (${python.inputsFrom})\n${more}`;
}

/** Which kinds of work the time goes to, and how far each is from what the target could do. */
function kindTable(kinds: readonly rows.KindRow[], targetCount: number): string {
  const header = ["kind of work", "MACs"];
  for (let index = 0; index < targetCount; index += 1)
    header.push(...rows.kindHeader.map((name) => (name === "time" ? `time ${index + 1}` : name)));
  const lines = kinds.map(({ kind, perTarget }) => {
    const macs = perTarget.find((found) => found !== undefined)?.macs ?? 0;
    return [kind, macs === 0 ? "" : rows.macsText(macs), ...perTarget.flatMap(rows.kindCells)];
  });
  return table(header, lines, `lr${"rrr".repeat(targetCount)}`);
}

function layerTable(heaviest: readonly AlikeRow[], targetCount: number, width: number): string {
  const header = ["layer", "", "op", "output", "parameters", "MACs"];
  for (let index = 0; index < targetCount; index += 1)
    header.push(`time ${index + 1}`, "share", "bound");
  const shown = heaviest.slice(0, layerLimit);
  const nameWidth = Math.max(16, Math.min(44, width - 60 - targetCount * 26));
  const lines = shown.map(({ layer, name, count, parameterCount, macs, perTarget }) => [
    rows.shortened(name, nameWidth),
    count === 1 ? "" : `×${count}`,
    layer.op,
    rows.shapeOf(layer),
    parameterCount === 0 ? "" : rows.parametersText(parameterCount),
    macs === 0 ? "" : rows.macsText(macs),
    ...perTarget.flatMap((measure) => [
      measure === undefined ? "" : rows.secondsText(measure.seconds, measure.low, measure.high),
      measure === undefined ? "" : rows.shareText(measure.share),
      measure?.bound ?? "",
    ]),
  ]);
  const rest = heaviest.slice(layerLimit).reduce((sum, { count }) => sum + count, 0);
  const more = rest > 0 ? `… and ${rest} layers more; --format csv or --json has them all\n` : "";
  return `${table(header, lines, `lrllrr${"rrl".repeat(targetCount)}`)}${more}`;
}
