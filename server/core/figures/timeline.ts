import { formatSeconds } from "../base/units.js";
import type { TimelineView } from "../views/timeline.js";
import { drawing, tag, textTag } from "./svg-text.js";

const width = 900;
const laneHeight = 34;
const margin = { left: 84, right: 20, top: 24, bottom: 40 };
const fills = { compute: "#8fb8e8", memory: "#f0c07a", overhead: "#c9afe6" } as const;

/** Kernels on their engines over time. */
export function timelineFigure(shown: TimelineView): string {
  const height = margin.top + margin.bottom + shown.lanes.length * laneHeight;
  const plot = width - margin.left - margin.right;
  const at = (seconds: number): number =>
    margin.left + (seconds / Math.max(shown.seconds, Number.MIN_VALUE)) * plot;
  const top = (lane: string): number =>
    margin.top + shown.lanes.findIndex(({ name }) => name === lane) * laneHeight;
  const lanes = shown.lanes.map(({ name, seconds }) =>
    [
      textTag(
        name,
        { x: margin.left - 8, y: top(name) + 14, "text-anchor": "end", "font-weight": 600 },
        12,
      ),
      textTag(formatSeconds(seconds, 2), {
        x: margin.left - 8,
        y: top(name) + 27,
        "text-anchor": "end",
        fill: "#555",
      }),
      tag("line", {
        x1: margin.left,
        x2: width - margin.right,
        y1: top(name) + laneHeight - 2,
        y2: top(name) + laneHeight - 2,
        stroke: "#e2e2e2",
      }),
    ].join(""),
  );
  const spans = shown.spans.map((span) => {
    const x = at(span.start);
    const wide = Math.max(0.4, at(span.start + span.seconds) - x);
    return [
      tag("rect", {
        x,
        y: top(span.lane) + 2,
        width: wide,
        height: laneHeight - 8,
        fill: fills[span.bound ?? "overhead"],
        stroke: wide > 3 ? "#fff" : "none",
      }),
      wide > 40
        ? textTag(
            span.op === "" ? span.name : span.op,
            { x: x + 3, y: top(span.lane) + 18 },
            Math.floor(wide / 6.5),
          )
        : "",
    ].join("");
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    textTag(formatSeconds(shown.seconds * share, 2), {
      x: at(shown.seconds * share),
      y: height - margin.bottom + 16,
      "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle",
    }),
  );
  const legend = (["compute", "memory", "overhead"] as const).map(
    (bound, index) =>
      tag("rect", {
        x: margin.left + index * 100,
        y: 6,
        width: 10,
        height: 10,
        fill: fills[bound],
      }) + textTag(bound, { x: margin.left + 15 + index * 100, y: 15 }),
  );
  const rest =
    shown.spans.length < shown.spanCount
      ? textTag(`the ${shown.spans.length} longest of ${shown.spanCount} kernels`, {
          x: margin.left,
          y: height - 8,
          fill: "#555",
        })
      : "";
  return drawing(
    { width, height, label: `Timeline of ${shown.spanCount} kernels on ${shown.label}` },
    tag("rect", { width, height, fill: "#fff" }),
    ...legend,
    ...lanes,
    ...spans,
    ...ticks,
    rest,
  );
}
