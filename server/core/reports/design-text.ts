import { energyLines } from "../views/design/energy-text.js";
import { fileNameOf } from "../base/file-name.js";
import { resourceKinds } from "../design/design.js";
import type { ReportDesign } from "../views/report-document.js";
import { measuredOf } from "../design/measured-loop.js";
import { measuredLines } from "../views/design/measured-lines.js";
import { calibrationLines } from "../views/design/calibration-text.js";
import { intervalText } from "../views/design/design-tables.js";
import {
  countText,
  cyclesText,
  loopCyclesText,
  megahertzText,
  nanosecondsText,
  resourceLabels,
  shareText,
  usedTexts,
  withoutText,
} from "../views/design/resource-text.js";
import { formatNumber, formatShare } from "../base/units.js";
import { table } from "./text-table.js";

const rowLimit = 15;

/** For a terminal: totals, modules, loops, the heaviest lines, the longest paths, other tools' numbers beside. */
export function designText(design: ReportDesign, width: number): string {
  const where = [design.part, design.family].filter((text) => text !== undefined && text !== "");
  const parts = [`${design.top ?? "?"} on ${where.join(", ")}  (${design.tool})\n`];
  const { total } = design;
  if (total !== undefined)
    parts.push(
      table(
        ["resource", "count", "of the part", ...design.measured.map(({ tool }) => tool)],
        resourceKinds.flatMap((kind) => {
          const amount = total.counts[kind];
          if (amount === undefined) return [];
          const capacity = design.capacity[kind];
          const share = capacity ? shareText(amount, capacity) : "";
          const beside = design.measured.map(({ counts }) => {
            const other = counts[kind];
            if (other === undefined) return "";
            return other === 0 ? "0" : `${other} (ours ${formatNumber(amount.value / other, 2)}×)`;
          });
          return [[resourceLabels[kind], intervalText(amount), share, ...beside]];
        }),
        `lrr${"r".repeat(design.measured.length)}`,
      ),
    );
  const lack = withoutText(design);
  if (lack !== "")
    parts.push(`Counted ${lack}, of which there is no source: it takes at least this.\n`);
  if (design.fmaxHertz !== undefined) parts.push(`Fmax ${megahertzText(design.fmaxHertz)}\n`);
  parts.push(...energyLines(design).map((line) => `${line}\n`));
  parts.push(...calibrationLines(design).map((line) => `${line}\n`));
  for (const report of design.measured)
    parts.push(...measuredLines(report, design).map((line) => `${line}\n`));
  if (design.latencyCycles !== undefined)
    parts.push(`Latency ${cyclesText(design.latencyCycles)}\n`);
  if (design.modules.length > 1)
    parts.push(
      table(
        ["module", "instances", "resources of one"],
        design.modules
          .slice(0, rowLimit)
          .map(({ variant, instanceCount, whole }) => [
            variant.slice(0, Math.max(24, width - 60)),
            String(instanceCount),
            usedTexts(whole).join(" · "),
          ]),
        "lrl",
      ),
    );
  const hasReports = design.loops.some((loop) => measuredOf(design, loop).length > 0);
  if (design.loops.length > 0)
    parts.push(
      table(
        [
          ...["loop", "line", "trips", "II", "depth", "cycles"],
          ...(hasReports ? ["reported II, cycles"] : []),
          "because of",
        ],
        design.loops
          .slice(0, 4 * rowLimit)
          .map((loop) => [
            loop.label,
            String(loop.line + 1),
            loop.tripCount === undefined ? "?" : countText(loop.tripCount),
            loop.initiationInterval === undefined ? "" : String(loop.initiationInterval),
            loop.depthCycles === undefined ? "?" : String(loop.depthCycles),
            loopCyclesText(loop).replace(/ cycles?$/, ""),
            ...(hasReports ? [reportedText(design, loop)] : []),
            loop.cause ?? "",
          ]),
        hasReports ? "lrrrrrrl" : "lrrrrrl",
      ),
    );
  const heaviest = design.lines
    .filter(({ kind }) => kind === "line")
    .sort((a, b) => b.share - a.share)
    .slice(0, rowLimit);
  if (heaviest.length > 0)
    parts.push(
      table(
        ["line", "share", "resources", ""],
        heaviest.map(({ file, line, share, resources, notes }) => [
          `${fileNameOf(file)}:${line + 1}`,
          formatShare(share),
          usedTexts(resources).join(" · "),
          notes[0] ?? "",
        ]),
        "lrll",
      ),
    );
  if (design.paths.length > 0)
    parts.push(
      table(
        ["delay", "levels", "from", "to"],
        design.paths
          .slice(0, 5)
          .map(({ nanoseconds, levels, start, end }) => [
            nanosecondsText(nanoseconds),
            String(levels),
            start,
            end,
          ]),
        "rrll",
      ),
    );
  return parts.join("\n");
}

function reportedText(design: ReportDesign, loop: ReportDesign["loops"][number]): string {
  return measuredOf(design, loop)
    .map(({ loop: { initiationInterval = "–", latencyCycles = "?" } }) =>
      [initiationInterval, latencyCycles.toLocaleString("en-US")].join(", "),
    )
    .join("; ");
}
