import { formatQuantity } from "../../../server/core/base/units.js";
import type { Alternative, MetricKind } from "../../../server/core/search/alternatives.js";
import type {
  ParetoResult,
  ParetoState,
} from "../../../server/core/search/compare-alternatives.js";
import { createStamps, manyMarks, tracePath, type Stamp, type StampKind } from "../kit/stamps.js";
import { byteTicksOf, rangeOf, scaleOf, ticksOf, type Scale } from "../kit/axis.js";
import {
  fittingText,
  mixed,
  plainText,
  type CanvasSize,
  type ThemeColours,
  line,
  seriesColour,
} from "../kit/canvas.js";

export interface ParetoPicture {
  readonly alternatives: readonly Alternative[];
  readonly result: ParetoResult;
  /** By axis; null where there is none. */
  readonly limits: readonly (number | null)[];
  readonly picked: ReadonlySet<string>;
  readonly selected: string | null;
}

export interface ParetoPoint {
  readonly alternative: Alternative;
  readonly state: ParetoState;
  /** Index of the front that it is compared with. */
  readonly group: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export const paretoMargin = { left: 84, right: 24, top: 20, bottom: 46 };

export function metricText(value: number, { unit }: MetricKind): string {
  return formatQuantity(value, unit, 2);
}

let lastScales: { readonly of: readonly unknown[]; readonly scales: ParetoScales } | undefined;

export interface ParetoScales {
  readonly x: Scale;
  readonly y: Scale;
}

/** Kept while nothing that they depend on is another: pointers ask with every move. */
export function paretoScales(picture: ParetoPicture, size: CanvasSize): ParetoScales {
  const { alternatives, result, limits } = picture;
  const of = [alternatives, result, limits, size.width, size.height];
  if (lastScales?.of.every((value, at) => value === of[at]) !== true)
    lastScales = { of, scales: scalesOf(picture, size) };
  return lastScales.scales;
}

function scalesOf(
  { alternatives, result: { axes }, limits }: ParetoPicture,
  size: CanvasSize,
): ParetoScales {
  const of = (at: number, from: number, to: number): Scale => {
    const id = axes[at]?.id ?? "";
    const values = alternatives.flatMap(({ metrics }) => {
      const metric = metrics[id];
      return metric === undefined ? [] : [metric.low, metric.value, metric.high];
    });
    const limit = limits[at] ?? null;
    if (limit !== null) values.push(limit);
    const positive = values.filter((value) => value > 0);
    const isLog = positive.length === values.length && values.length > 0 && spread(positive) > 20;
    return scaleOf(rangeOf(values, { isLog, room: 0.08 }), from, to);
  };
  return {
    x: of(0, paretoMargin.left, size.width - paretoMargin.right),
    y: of(1, size.height - paretoMargin.bottom, paretoMargin.top),
  };
}

function spread(values: readonly number[]): number {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high / low;
}

export function drawPareto(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  picture: ParetoPicture,
): readonly ParetoPoint[] {
  const { alternatives, result } = picture;
  const [xKind, yKind, zKind] = result.axes;
  if (xKind === undefined || yKind === undefined) return [];
  const scales = paretoScales(picture, size);
  const { x, y } = scales;
  drawAxes(context, size, colours, xKind, yKind, x, y);
  const depth = depthOf(alternatives, zKind);
  const points = alternatives.flatMap((alternative, at): ParetoPoint[] => {
    const horizontal = alternative.metrics[xKind.id];
    const vertical = alternative.metrics[yKind.id];
    if (horizontal === undefined || vertical === undefined) return [];
    return [
      {
        alternative,
        state: result.states[at] ?? "unknown",
        group: result.groupOf[at] ?? 0,
        x: x.toPixel(horizontal.value),
        y: y.toPixel(vertical.value),
        radius: depth(alternative),
      },
    ];
  });
  points.sort((a, b) => rank[a.state] - rank[b.state]);
  const tones = result.groups.map((_, group) => tonesOf(colours, group));
  const toneOf = ({ group, state }: ParetoPoint): Tone =>
    (tones[group] ?? tonesOf(colours, 0))[state];
  if (zKind === undefined)
    for (const group of result.groups.keys()) {
      const own = points.filter((point) => point.group === group);
      drawStairs(context, tonesOf(colours, group).front.stroke, own, xKind, yKind);
    }
  const hasWhiskers = points.length <= 400;
  for (const point of points)
    if (hasWhiskers || point.state === "front") {
      context.strokeStyle = toneOf(point).whisker;
      context.lineWidth = 1;
      whiskers(context, point, picture, scales);
    }
  const isMany = points.length > manyMarks;
  if (isMany)
    stamps.draw(
      context,
      size,
      colours.background,
      points.flatMap((point): Stamp[] => {
        const { state, x: left, y: top, radius } = point;
        return state === "front"
          ? []
          : [{ ...markOf(state, radius), ...toneOf(point), x: left, y: top }];
      }),
    );
  for (const point of points) {
    const { state, x: left, y: top, radius } = point;
    if (isMany && state !== "front") continue;
    const mark = markOf(state, radius);
    tracePath(context, mark.kind, left, top, mark.radius);
    if (state !== "outside") {
      context.fillStyle = toneOf(point).fill;
      context.fill();
    }
    context.strokeStyle = toneOf(point).stroke;
    context.lineWidth = 1;
    context.stroke();
  }
  label(context, size, colours, points);
  return points;
}

/** What moves while the points stay: limits that are dragged, what is selected and what is picked. */
export function drawParetoOver(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  picture: ParetoPicture,
  points: readonly ParetoPoint[],
): void {
  const scales = paretoScales(picture, size);
  drawLimits(context, size, colours, picture, scales.x, scales.y);
  const { picked, selected } = picture;
  for (const point of points) {
    const { id } = point.alternative;
    if (id !== selected && !picked.has(id)) continue;
    context.strokeStyle = colours.foreground;
    context.lineWidth = 1;
    whiskers(context, point, picture, scales);
    context.lineWidth = id === selected ? 2.5 : 1.8;
    const mark = markOf(point.state, point.radius);
    tracePath(context, mark.kind, point.x, point.y, mark.radius + 1);
    context.stroke();
  }
}

const stamps = createStamps();

/** What is drawn last is on top. */
const rank: Readonly<Record<ParetoState, number>> = {
  unknown: 0,
  outside: 1,
  dominated: 2,
  front: 3,
};

/** The shape says it too: diamonds are on the front, crosses are out. */
function markOf(
  state: ParetoState,
  radius: number,
): { readonly kind: StampKind; readonly radius: number } {
  if (state === "outside") return { kind: "cross", radius: 4 };
  return { kind: state === "front" ? "diamond" : "circle", radius };
}

interface Tone {
  readonly stroke: string;
  readonly fill: string;
  readonly whisker: string;
}

function tonesOf(colours: ThemeColours, group: number): Readonly<Record<ParetoState, Tone>> {
  const own = seriesColour(colours, group);
  const over = (share: number): string => mixed(colours.background, colours.foreground, share);
  const of = (stroke: string, fill: string): Tone => ({
    stroke,
    fill,
    whisker: mixed(colours.background, stroke, 0.6),
  });
  return {
    front: of(own, own),
    dominated: of(mixed(over(0.5), own, group === 0 ? 0 : 0.4), over(0.25)),
    outside: of(over(0.28), over(0.14)),
    unknown: of(over(0.28), over(0.14)),
  };
}

function whiskers(
  context: CanvasRenderingContext2D,
  { alternative, x: left, y: top }: ParetoPoint,
  { result: { axes } }: ParetoPicture,
  { x, y }: ParetoScales,
): void {
  const horizontal = alternative.metrics[axes[0]?.id ?? ""];
  const vertical = alternative.metrics[axes[1]?.id ?? ""];
  if (horizontal !== undefined && horizontal.low !== horizontal.high)
    line(context, x.toPixel(horizontal.low), top, x.toPixel(horizontal.high), top);
  if (vertical !== undefined && vertical.low !== vertical.high)
    line(context, left, y.toPixel(vertical.low), left, y.toPixel(vertical.high));
}

/** Radius by the third measure: the better, the larger. */
function depthOf(
  alternatives: readonly Alternative[],
  kind: MetricKind | undefined,
): (alternative: Alternative) => number {
  if (kind === undefined) return () => 5;
  const values = alternatives.flatMap(({ metrics }) => metrics[kind.id]?.value ?? []);
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return ({ metrics }) => {
    const value = metrics[kind.id]?.value;
    if (value === undefined || high <= low) return 5;
    const share = (value - low) / (high - low);
    return 4 + 10 * (kind.isMoreBetter ? share : 1 - share);
  };
}

function drawStairs(
  context: CanvasRenderingContext2D,
  colour: string,
  points: readonly ParetoPoint[],
  xKind: MetricKind,
  yKind: MetricKind,
): void {
  const front = points
    .filter(({ state }) => state === "front")
    .sort(
      (a, b) =>
        (xKind.isMoreBetter ? b.x - a.x : a.x - b.x) ||
        (yKind.isMoreBetter ? a.y - b.y : b.y - a.y),
    );
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [at, { x, y }] of front.entries()) {
    if (at === 0) context.moveTo(x, y);
    else {
      context.lineTo(x, front[at - 1]?.y ?? y);
      context.lineTo(x, y);
    }
  }
  context.stroke();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  xKind: MetricKind,
  yKind: MetricKind,
  x: Scale,
  y: Scale,
): void {
  const bottom = size.height - paretoMargin.bottom;
  context.font = `11px ${colours.font}`;
  context.strokeStyle = mixed(colours.background, colours.foreground, 0.12);
  context.lineWidth = 1;
  context.fillStyle = colours.dim;
  context.textAlign = "center";
  context.textBaseline = "top";
  const ticks = ({ unit }: MetricKind, scale: Scale, count: number): readonly number[] =>
    unit === "B" ? byteTicksOf(scale, count) : ticksOf(scale, count);
  for (const tick of ticks(xKind, x, size.width / 110)) {
    const at = x.toPixel(tick);
    line(context, at, paretoMargin.top, at, bottom);
    context.fillText(metricText(tick, xKind), at, bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks(yKind, y, size.height / 60)) {
    const at = y.toPixel(tick);
    line(context, paretoMargin.left, at, size.width - paretoMargin.right, at);
    context.fillText(metricText(tick, yKind), paretoMargin.left - 6, at);
  }
  context.fillStyle = colours.foreground;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const better = ({ label: name, isMoreBetter }: MetricKind): string =>
    `${name} (${isMoreBetter ? "more" : "less"} is better)`;
  context.fillText(better(xKind), (paretoMargin.left + size.width) / 2, size.height - 8);
  context.textAlign = "left";
  context.fillText(better(yKind), 8, 13);
}

function drawLimits(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { limits, result: { axes } }: ParetoPicture,
  x: Scale,
  y: Scale,
): void {
  context.strokeStyle = colours.red;
  context.fillStyle = colours.foreground;
  context.setLineDash([6, 4]);
  context.lineWidth = 1.5;
  const [xLimit, yLimit] = limits;
  context.textBaseline = "top";
  if (typeof xLimit === "number") {
    const at = x.toPixel(xLimit);
    line(context, at, paretoMargin.top, at, size.height - paretoMargin.bottom);
    context.textAlign = "left";
    if (axes[0] !== undefined)
      context.fillText(`limit ${metricText(xLimit, axes[0])}`, at + 4, paretoMargin.top + 2);
  }
  if (typeof yLimit === "number") {
    const at = y.toPixel(yLimit);
    line(context, paretoMargin.left, at, size.width - paretoMargin.right, at);
    context.textAlign = "right";
    if (axes[1] !== undefined)
      context.fillText(
        `limit ${metricText(yLimit, axes[1])}`,
        size.width - paretoMargin.right - 4,
        at + 3,
      );
  }
  context.setLineDash([]);
}

/** Names of the front's points, as long as they do not cover each other. */
function label(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  points: readonly ParetoPoint[],
): void {
  const taken: { x: number; y: number }[] = [];
  context.font = `11px ${colours.font}`;
  context.fillStyle = colours.foreground;
  context.textBaseline = "bottom";
  for (const { alternative, state, x, y, radius } of points) {
    if (state !== "front" || taken.length >= 24) continue;
    if (taken.some((other) => Math.abs(other.x - x) < 160 && Math.abs(other.y - y) < 14)) continue;
    taken.push({ x, y });
    const isRight = x > size.width * 0.7;
    context.textAlign = isRight ? "right" : "left";
    context.fillText(
      fittingText(context, plainText(alternative.label), 260),
      isRight ? x - radius - 4 : x + radius + 4,
      y - 4,
    );
  }
}
