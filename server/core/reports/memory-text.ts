import { formatNumber } from "../base/units.js";
import type { MemoryView, NodeName } from "../views/memory.js";
import type { ReportTarget } from "../views/report-document.js";
import type { ReportContext } from "./report.js";
import * as rows from "./rows.js";
import { table } from "./text-table.js";

/** Planning strategies beside the least that any plan can take, and what is alive at the peak. */
export function memoryText(target: ReportTarget, plan: MemoryView, context: ReportContext): string {
  const strategies = plan.strategies.map(({ strategy, bytes }) => [
    strategy,
    rows.bytesText(bytes),
    `${formatNumber(bytes / Math.max(1, plan.lowerBoundBytes))} × the least`,
  ]);
  const alive = plan.aliveAtPeak.map((buffer) => [
    rows.shortened(buffer.tensors[0] ?? "", nameWidth),
    rows.bytesText(buffer.bytes),
    String(buffer.offset),
    buffer.writer === null ? "an input" : nameOf(buffer.writer),
  ]);
  const peak = plan.peak === null ? "" : ` Peak set by ${nameOf(plan.peak)}.`;
  const { reordered } = plan;
  const other =
    reordered === null
      ? []
      : [
          `In another order, with ${nameOf(reordered.moved)} before ${nameOf(reordered.before)}: ${rows.bytesText(reordered.arenaBytes)}; at least ${rows.bytesText(reordered.lowerBoundBytes)}.`,
        ];
  return [
    `Activations on ${rows.labelOf(target, context)}: ${rows.bytesText(plan.arenaBytes)} by ${plan.strategy}; at least ${rows.bytesText(plan.lowerBoundBytes)}.${peak}`,
    ...other,
    table(["strategy", "arena", ""], strategies, "lrl"),
    ...scratchpadText(plan),
    table(["alive at the peak", "bytes", "address", "written by"], alive, "lrrl"),
  ].join("\n");
}

/** A smaller scratchpad is paid for with traffic; the whole arena needs none beyond inputs and outputs. */
function scratchpadText({ scratchpad }: MemoryView): readonly string[] {
  if (scratchpad === null || scratchpad.points.length < 2) return [];
  const lines = scratchpad.points.map(({ bytes, extraBytes, leastRecentlyUsedBytes }) => [
    rows.bytesText(bytes),
    rows.bytesText(extraBytes),
    rows.bytesText(leastRecentlyUsedBytes),
  ]);
  return [
    `Off chip for each inference, beyond the ${rows.bytesText(scratchpad.compulsoryBytes)} of inputs and outputs:`,
    table(["on-chip memory", "furthest use evicted", "least recently used"], lines, "rrr"),
  ];
}

const nameWidth = 44;

function nameOf({ id, name, op }: NodeName): string {
  return `${op} ${rows.shortened(name === "" ? `#${id}` : name, nameWidth)}`;
}
