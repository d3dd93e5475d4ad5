import { alikeRows } from "./alike.js";
import { errorText } from "../cost/calibrated/published-error.js";
import { kernelText } from "./kernel-tables.js";
import type { ReportKernel } from "../views/report-kernels.js";
import type { ReportFormat } from "./report.js";
import * as rows from "./rows.js";

const layerLimit = 50;

/** For a pull request or a notebook: the same tables as on the terminal. */
export const report: ReportFormat = {
  id: "markdown",
  render: (document, context) => {
    const lines: string[] = [`# ${escaped(document.file ?? document.model?.name ?? "Model")}`, ""];
    const model = document.model;
    if (model !== null) {
      lines.push(
        `${rows.parametersText(model.parameterCount)} parameters · ${rows.bytesText(model.weightBytes)} weights · ${rows.macsText(model.macs)} · ${document.layers.length} nodes`,
        "",
      );
    }
    for (const kernel of document.kernels ?? []) lines.push(...kernelLines(kernel));
    if (document.targets.length > 0) {
      lines.push(
        "| target | latency | 90 % interval | method | energy | memory | fits |",
        "|---|--:|---|---|--:|---|---|",
      );
      for (const target of document.targets) {
        const memory = rows.takenText(target);
        const latency = rows.secondsText(
          target.latency?.seconds ?? null,
          target.latency?.low ?? null,
          target.latency?.high ?? null,
        );
        const energy = target.energy === null ? "" : `~${rows.joulesText(target.energy.joules)}`;
        lines.push(
          `| ${escaped(rows.labelOf(target, context))} | ${latency} | ${rows.latencyInterval(target)} | ${target.latency?.method ?? ""} | ${energy} | ${memory} | ${rows.fitText(target)} |`,
        );
      }
      lines.push("");
      for (const target of document.targets) {
        const generation = rows.generationText(target);
        if (generation !== undefined)
          lines.push(`- ${escaped(rows.labelOf(target, context))}: ${escaped(generation)}`, "");
      }
    }
    for (const target of document.targets) {
      const provenance = rows.provenanceText(target);
      if (provenance !== "")
        lines.push(`- ${escaped(rows.labelOf(target, context))}: ${escaped(provenance)}`, "");
    }
    for (const target of document.targets) {
      const goals = rows.goalTexts(target);
      if (goals.length > 0)
        lines.push(
          `- ${escaped(rows.labelOf(target, context))}: ${escaped(goals.join(" · "))}`,
          "",
        );
    }
    const kinds = rows.kindRows(document);
    if (kinds.length > 0) {
      const perTarget = document.targets
        .map((target) => ` ${escaped(rows.labelOf(target, context))} | share | achieved |`)
        .join("");
      lines.push(
        "## Where the time goes",
        "",
        `| kind of work |${perTarget}`,
        `|---|${"--:|--:|--:|".repeat(document.targets.length)}`,
        ...kinds.map(
          ({ kind, perTarget: found }) =>
            `| ${kind} | ${found.flatMap(rows.kindCells).join(" | ")} |`,
        ),
        "",
      );
    }
    const heaviest = alikeRows(rows.heaviestLayers(document));
    if (heaviest.length > 0) {
      const perTarget = document.targets
        .map((target) => ` ${escaped(rows.labelOf(target, context))} | share | bound |`)
        .join("");
      lines.push(
        "## Heaviest layers",
        "",
        `| layer | | op | output | parameters | MACs |${perTarget}`,
        `|---|--:|---|---|--:|--:|${"--:|--:|---|".repeat(document.targets.length)}`,
      );
      for (const { layer, name, count, ...row } of heaviest.slice(0, layerLimit)) {
        const cells = row.perTarget.map((measure) =>
          measure === undefined
            ? " | | |"
            : ` ${rows.secondsText(measure.seconds, measure.low, measure.high)} | ${rows.shareText(measure.share)} | ${measure.bound ?? ""} |`,
        );
        lines.push(
          `| ${escaped(name)} | ${count === 1 ? "" : `×${count}`} | ${escaped(layer.op)} | ${rows.shapeOf(layer)} | ${rows.parametersText(row.parameterCount)} | ${rows.macsText(row.macs)} |${cells.join("")}`,
        );
      }
      const restCount = heaviest.slice(layerLimit).reduce((sum, { count }) => sum + count, 0);
      if (restCount > 0) lines.push("", `… and ${restCount} more layers.`);
      lines.push("");
    }
    const { errors = [] } = context;
    if (errors.length > 0) {
      lines.push(
        "## Published errors",
        "",
        rows.errorsSentence,
        "",
        "| target | measured on | of | median error | 90 % below | in interval | measurements |",
        "|---|---|---|--:|--:|--:|--:|",
      );
      for (const { label, lender, rows: own } of errors)
        for (const { kind, median, p90, coverage, rows: count, of } of own)
          lines.push(
            `| ${escaped(label)} | ${escaped(of ?? lender ?? "itself")} | ${escaped(kind)} | ${errorText(median)} | ${errorText(p90)} | ${errorText(coverage)} | ${count} |`,
          );
      lines.push("");
    }
    if (document.problems.length > 0) {
      lines.push(
        "## Problems",
        "",
        ...document.problems.map(
          (problem) =>
            `- **${problem.severity}** ${problem.code}: ${escaped(rows.placeText(problem) + problem.message)}`,
        ),
        "",
      );
    }
    return lines.join("\n");
  },
};

/** Names come from the model file: they must not end a cell or start markup. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`)
    .replace(/[\r\n]+/g, " ");
}

function kernelLines(kernel: ReportKernel): readonly string[] {
  const { title, tables, notes } = kernelText(kernel);
  const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [
    `## ${escaped(title)}`,
    "",
    ...tables.flatMap(({ header, rows: cells, alignment }) => [
      row(header),
      `|${header.map((_, column) => (alignment[column] === "r" ? "--:|" : "---|")).join("")}`,
      ...cells.map(row),
      "",
    ]),
    ...notes.flatMap((note) => [escaped(note), ""]),
  ];
}
