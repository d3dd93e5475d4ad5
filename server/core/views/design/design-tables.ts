import type {
  Amount,
  Design,
  DesignLine,
  DesignLoop,
  MeasuredDesign,
  ResourceKind,
  Resources,
} from "../../design/design.js";
import { resourceKinds } from "../../design/design.js";
import { formatNumber, formatShare } from "../../base/units.js";
import { codeCell, codeSpan, plain } from "../text/markdown.js";
import { calibrationLines, calibrationNote } from "./calibration-text.js";
import { measuredLines } from "./measured-lines.js";
import { measuredOf } from "../../design/measured-loop.js";
import {
  countText,
  loopCyclesText,
  nanosecondsText,
  resourceLabels,
  shareText,
  withoutText,
} from "./resource-text.js";

/** Markdown: every resource that is used, with its interval and its share of the part. */
export function resourceTable(
  design: Design,
  { counts, method }: Resources,
  measured?: Readonly<Partial<Record<ResourceKind, number>>>,
): string {
  const rows = resourceKinds.flatMap((kind) => {
    const amount = counts[kind];
    const other = measured?.[kind];
    if (amount === undefined || (amount.value === 0 && (other ?? 0) === 0)) return [];
    const capacity = design.capacity[kind];
    const share = capacity === undefined || capacity === 0 ? "" : shareText(amount, capacity);
    const beside = measured === undefined ? "" : ` ${besideText(amount, other)} |`;
    return [`| ${nameOf(design, kind)} | ${intervalText(amount)} | ${share} |${beside}`];
  });
  if (Object.keys(counts).length === 0) return "Not synthesised; problems say why.";
  const isOpen = Object.values(counts).some(({ high }) => high === Infinity);
  const lack = isOpen ? withoutText(design, codeSpan) : "";
  if (rows.length === 0) return lack === "" ? "no resources" : `No resources are counted, ${lack}.`;
  const head =
    measured === undefined
      ? "| resource | count | of the part |\n|---|--:|--:|"
      : "| resource | count | of the part | measured |\n|---|--:|--:|--:|";
  const note = calibrationNote(design);
  const by = note === "" ? "" : ` · ${plain(note)}`;
  const gap = lack === "" ? "" : ` · ${lack}, of which there is no source`;
  return `${head}\n${rows.join("\n")}\n\n*${method}* · ${plain(design.tool)}${gap}${by}`;
}

function besideText(ours: Amount, measured: number | undefined): string {
  if (measured === undefined) return "";
  const ratio = measured === 0 ? "" : ` (ours ${formatNumber(ours.value / measured, 2)}×)`;
  return `${measured.toLocaleString("en-US")}${ratio}`;
}

function nameOf({ names }: Design, kind: ResourceKind): string {
  const name = names[kind];
  return name === undefined ? resourceLabels[kind] : `${resourceLabels[kind]} (${plain(name)})`;
}

/** `3,214 (2,900–3,500)`. */
export function intervalText(amount: Amount): string {
  const { low, high } = amount;
  // Outwards, so that what is shown lies between the ends that are shown.
  const ends = [Math.floor(low), Math.ceil(high)].map((value) =>
    countText({ value, low: value, high: value }),
  );
  if (high === Infinity && amount.value > low) return `${countText(amount)} (from ${ends[0]})`;
  return low === high ? countText(amount) : `${countText(amount)} (${ends.join("–")})`;
}

export function lineTable(design: Design, line: DesignLine): string {
  const what = line.kind === "block" ? "This block" : "This line";
  const times =
    line.instanceCount > 1 ? ` in ${line.instanceCount} instances of its module, together` : "";
  // The share is of the design's LUTs, where it has any: a multiplier in a DSP has none of them, and is not nothing.
  const share =
    line.share > 0
      ? `: ${formatShare(line.share)} of ${design.without === undefined ? "the design" : "what is counted"}`
      : "";
  return [
    `**${what}**${times}${share}`,
    resourceTable(design, line.resources),
    ...line.notes.map((note) => `- ${codeSpan(note)}`),
  ].join("\n\n");
}

export function loopText(
  design: Pick<Design, "measured" | "calibration" | "without">,
  loop: DesignLoop,
): string {
  const measured = measuredOf(design, loop);
  const note = calibrationNote(design);
  const row = (
    name: string,
    ours: string,
    value: number | undefined,
    key: "tripCount" | "latencyCycles" | "initiationInterval" | "depthCycles",
  ): string => {
    const beside = measured.map((one) => ` ${besideLoop(value, one.loop[key])} |`);
    return `| ${name} | ${ours} |${beside.join("")}`;
  };
  const rows = [
    row(
      "trip count",
      loop.tripCount === undefined ? "?" : intervalText(loop.tripCount),
      loop.tripCount?.value,
      "tripCount",
    ),
    row("latency", loopCyclesText(loop), loop.latencyCycles?.value, "latencyCycles"),
    row(
      "initiation interval",
      loop.initiationInterval === undefined ? "not pipelined" : `${loop.initiationInterval}`,
      loop.initiationInterval,
      "initiationInterval",
    ),
    row(
      "depth of an iteration",
      loop.depthCycles === undefined ? "?" : `${loop.depthCycles} cycles`,
      loop.depthCycles,
      "depthCycles",
    ),
    `| unrolled | ${loop.unrollFactor}× |${" |".repeat(measured.length)}`,
  ];
  // Of one with a trip count that is left alone, only a call that nobody has a body for is not known.
  const isUncounted = loopCyclesText(loop) === "? cycles" && loop.tripCount !== undefined;
  const tools = measured.map(({ tool }) => ` ${plain(tool)} |`).join("");
  return [
    `**Loop** ${codeSpan(loop.label)}`,
    `| | ${measured.length === 0 ? "" : "ours "}|${tools}\n|---|--:|${"--:|".repeat(measured.length)}\n${rows.join("\n")}`,
    ...(isUncounted ? [`Its cycles are not known ${withoutText(design, codeSpan)}.`] : []),
    ...(loop.cause === undefined
      ? []
      : [`II=${loop.initiationInterval ?? "?"} because of ${plain(loop.cause)}.`]),
    ...(note === "" ? [] : [plain(note)]),
  ].join("\n\n");
}

/** What a report says, with how much more or less we say. */
function besideLoop(ours: number | undefined, measured: number | undefined): string {
  if (measured === undefined) return "";
  const ratio =
    ours === undefined || measured === 0 || ours === measured
      ? ""
      : ` (ours ${formatNumber(ours / measured, 2)}×)`;
  return `${measured.toLocaleString("en-US")}${ratio}`;
}

/** Longest paths: start, end, time and levels. */
export function pathTable({ paths }: Design, limit = 5): string {
  if (paths.length === 0) return "";
  const rows = paths
    .slice(0, limit)
    .map(
      ({ start, end, nanoseconds, levels }) =>
        `| ${codeCell(start)} | ${codeCell(end)} | ${nanosecondsText(nanoseconds)} | ${levels} |`,
    );
  return `| from | to | delay | levels |\n|---|---|--:|--:|\n${rows.join("\n")}`;
}

/** The total beside what the vendor's tools have said, one table a tool. */
export function measuredText(design: Design): string {
  const calibration = calibrationLines(design).map((line) => plain(line));
  return [...calibration, ...design.measured.map((report) => reportText(design, report))].join(
    "\n\n",
  );
}

function reportText(design: Design, report: MeasuredDesign): string {
  const { total } = design;
  const title = `**${plain(report.tool)}** ${codeSpan(report.file)}`;
  const lines = measuredLines(report, design).map((line) => `- ${plain(line)}`);
  return [
    title,
    ...(total === undefined ? [] : [resourceTable(design, total, report.counts)]),
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
  ].join("\n\n");
}
