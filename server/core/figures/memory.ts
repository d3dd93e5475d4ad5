import { formatBytes } from "../base/units.js";
import type { MemoryView } from "../views/memory.js";
import { drawing, tag, textTag } from "./svg-text.js";

const width = 900;
const height = 360;
const margin = { left: 84, right: 20, top: 20, bottom: 40 };

/** The arena: addresses over execution steps, and the peak. */
export function memoryFigure(shown: MemoryView): string {
  const steps = Math.max(1, shown.stepCount);
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = height - margin.top - margin.bottom;
  const x = (step: number): number => margin.left + (step / steps) * plotWidth;
  const y = (address: number): number =>
    margin.top + plotHeight * (1 - address / Math.max(1, shown.arenaBytes));
  const isAlive = (first: number, last: number): boolean =>
    first <= shown.peakStep && shown.peakStep <= last;
  return drawing(
    {
      width,
      height,
      label: `Addresses of ${shown.bufferCount} buffers over ${shown.stepCount} steps`,
    },
    tag("rect", { width, height, fill: "#fff" }),
    ...shown.buffers.map((buffer) =>
      tag("rect", {
        x: x(buffer.firstStep),
        y: y(buffer.offset + buffer.bytes),
        width: Math.max(0.5, x(buffer.lastStep + 1) - x(buffer.firstStep)),
        height: Math.max(0.5, y(buffer.offset) - y(buffer.offset + buffer.bytes)),
        fill: isAlive(buffer.firstStep, buffer.lastStep) ? "#f0a860" : "#a9c8ea",
        stroke: shown.buffers.length > 200 ? "none" : "#fff",
      }),
    ),
    tag("line", {
      x1: x(shown.peakStep + 0.5),
      x2: x(shown.peakStep + 0.5),
      y1: margin.top,
      y2: height - margin.bottom,
      stroke: "#b03030",
      "stroke-dasharray": "4 3",
    }),
    textTag(`peak ${formatBytes(shown.arenaBytes)} at step ${shown.peakStep + 1}`, {
      x: x(shown.peakStep + 0.5) + (shown.peakStep * 2 > steps ? -6 : 6),
      y: margin.top + 12,
      "text-anchor": shown.peakStep * 2 > steps ? "end" : "start",
    }),
    textTag(formatBytes(shown.arenaBytes), {
      x: margin.left - 6,
      y: margin.top + 8,
      "text-anchor": "end",
    }),
    textTag("0", { x: margin.left - 6, y: height - margin.bottom, "text-anchor": "end" }),
    textTag(
      `execution steps, 1 to ${steps} · ${shown.strategy}; the least possible is ${formatBytes(shown.lowerBoundBytes)}`,
      {
        x: margin.left + plotWidth / 2,
        y: height - 12,
        "text-anchor": "middle",
        fill: "#555",
      },
    ),
  );
}
