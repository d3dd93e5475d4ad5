import { formatNumber, formatRate } from "../base/units.js";
import type { TargetRoofline } from "../views/roofline.js";
import { drawing, tag, textTag } from "./svg-text.js";

const width = 900;
const height = 520;
const margin = { left: 84, right: 24, top: 24, bottom: 48 };

const boundFill = { compute: "#2f74c0", memory: "#c9781a", overhead: "#8656b8" } as const;

export function rooflineFigure(roofline: TargetRoofline): string {
  const { marks, ridges, ceilings, levels } = roofline;
  const x = logScale(
    [...marks.map(({ intensity }) => intensity), ...ridges.map(({ intensity }) => intensity)],
    margin.left,
    width - margin.right,
  );
  const used = ceilings.filter(({ isUsed }) => isUsed);
  const y = logScale(
    [
      ...marks.flatMap(({ low, high }) => [low, high]),
      ...used.map(({ opsPerSecond }) => opsPerSecond),
    ],
    height - margin.bottom,
    margin.top,
  );
  const bottom = height - margin.bottom;
  const right = width - margin.right;
  const grid = [
    ...x.ticks.flatMap((tick) => [
      tag("line", {
        x1: x.at(tick),
        x2: x.at(tick),
        y1: margin.top,
        y2: bottom,
        stroke: "#e2e2e2",
      }),
      textTag(formatNumber(tick), { x: x.at(tick), y: bottom + 16, "text-anchor": "middle" }),
    ]),
    ...y.ticks.flatMap((tick) => [
      tag("line", {
        x1: margin.left,
        x2: right,
        y1: y.at(tick),
        y2: y.at(tick),
        stroke: "#e2e2e2",
      }),
      textTag(formatRate(tick, "op/s"), {
        x: margin.left - 6,
        y: y.at(tick) + 4,
        "text-anchor": "end",
      }),
    ]),
  ];
  const top = used[0]?.opsPerSecond ?? 0;
  const roof = [
    ...used.flatMap(({ kind, opsPerSecond }) => [
      tag("line", {
        x1: margin.left,
        x2: right,
        y1: y.at(opsPerSecond),
        y2: y.at(opsPerSecond),
        stroke: "#333",
        "stroke-width": 1.5,
        ...(kind === "vector" && { "stroke-dasharray": "6 4" }),
      }),
    ]),
    ...ceilingLabels(used, y).map(({ text, at }) =>
      textTag(text, { x: right - 4, y: at - 4, "text-anchor": "end" }),
    ),
    ...levels.flatMap(({ name, bytesPerSecond }) => {
      const from = Math.max(x.low, y.low / bytesPerSecond);
      const to = Math.min(x.high, top / bytesPerSecond);
      if (to <= from) return [];
      const label = Math.sqrt(from * to);
      return [
        tag("line", {
          x1: x.at(from),
          x2: x.at(to),
          y1: y.at(from * bytesPerSecond),
          y2: y.at(to * bytesPerSecond),
          stroke: "#333",
          "stroke-width": 1.5,
        }),
        textTag(`${name} ${formatRate(bytesPerSecond, "B/s")}`, {
          x: x.at(label) + 8,
          y: y.at(label * bytesPerSecond) + 12,
          fill: "#555",
        }),
      ];
    }),
    ...ridges
      .filter(({ intensity }) => x.low <= intensity && intensity <= x.high)
      .flatMap(({ intensity, opsPerSecond }) => [
        tag("circle", { cx: x.at(intensity), cy: y.at(opsPerSecond), r: 3.5, fill: "#333" }),
        tag("line", {
          x1: x.at(intensity),
          x2: x.at(intensity),
          y1: y.at(opsPerSecond),
          y2: bottom,
          stroke: "#999",
          "stroke-dasharray": "2 3",
        }),
        // On the roof stand the names of ceilings.
        textTag(`ridge ${formatNumber(intensity)}`, {
          x: x.at(intensity) + (x.at(intensity) > right - 80 ? -4 : 4),
          y: bottom - 5,
          "text-anchor": x.at(intensity) > right - 80 ? "end" : "start",
        }),
      ]),
  ];
  const longest = marks[0]?.seconds ?? 1;
  const points = [...marks].reverse().flatMap((mark) => [
    tag("line", {
      x1: x.at(mark.intensity),
      x2: x.at(mark.intensity),
      y1: y.at(mark.low),
      y2: y.at(mark.high),
      stroke: boundFill[mark.bound],
      "stroke-opacity": "0.4",
    }),
    tag("circle", {
      cx: x.at(mark.intensity),
      cy: y.at(mark.opsPerSecond),
      r: 2.5 + 12 * Math.sqrt(mark.seconds / longest),
      fill: boundFill[mark.bound],
      "fill-opacity": mark.method === "calibrated" || mark.method === "measured" ? "0.55" : "0.15",
      stroke: boundFill[mark.bound],
    }),
  ]);
  const legend = (["compute", "memory", "overhead"] as const).flatMap((bound, at) => [
    tag("circle", { cx: margin.left + 10 + at * 90, cy: 12, r: 5, fill: boundFill[bound] }),
    textTag(bound, { x: margin.left + 20 + at * 90, y: 16 }),
  ]);
  return drawing(
    { width, height, label: `Roofline of ${roofline.label} with ${marks.length} kernels` },
    tag("rect", { width, height, fill: "#fff" }),
    ...grid,
    ...roof,
    ...points,
    ...legend,
    textTag(
      "operational intensity (operations per byte) · size: time · line: interval · faint: not calibrated",
      {
        x: (margin.left + right) / 2,
        y: height - 8,
        "text-anchor": "middle",
        fill: "#555",
      },
    ),
  );
}

/** Ceilings at the same height share a label; one that is too near to another goes without. */
function ceilingLabels(
  ceilings: TargetRoofline["ceilings"],
  y: LogScale,
): readonly { readonly text: string; readonly at: number }[] {
  const groups: { names: string[]; rate: number; at: number }[] = [];
  for (const { name, kind, opsPerSecond } of ceilings) {
    const at = y.at(opsPerSecond);
    const own = kind === "vector" ? `${name} vector` : name;
    const near = groups.find((group) => Math.abs(group.at - at) < 13);
    if (near === undefined) groups.push({ names: [own], rate: opsPerSecond, at });
    else if (near.rate === opsPerSecond && near.names.length < 4) near.names.push(own);
  }
  return groups.map(({ names, rate, at }) => ({
    text: `${names.join(", ")} ${formatRate(rate, "op/s")}`,
    at,
  }));
}

interface LogScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

function logScale(values: readonly number[], from: number, to: number): LogScale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const known = positive.length > 0 ? positive : [1, 10];
  const low = known.reduce((least, value) => Math.min(least, value)) / 1.6;
  const high = known.reduce((most, value) => Math.max(most, value)) * 1.6;
  const span = Math.log10(high / low);
  const ticks: number[] = [];
  const step = Math.max(1, Math.ceil(span / 9));
  for (let decade = Math.ceil(Math.log10(low)); decade <= Math.log10(high); decade += step)
    ticks.push(10 ** decade);
  return {
    low,
    high,
    ticks,
    at: (value) =>
      from + (Math.log10(Math.min(high, Math.max(low, value)) / low) / span) * (to - from),
  };
}
