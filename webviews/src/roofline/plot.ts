import { formatNumber, formatRate } from "../../../server/core/base/units.js";
import type { RooflineMark, TargetRoofline } from "../../../server/core/views/roofline.js";
import { createStamps, manyMarks, tracePath, type Stamp } from "../kit/stamps.js";
import { rangeOf, scaleOf, ticksOf, type Scale } from "../kit/axis.js";
import {
  fittingText,
  mixed,
  type CanvasSize,
  line,
  seriesColour,
  type ThemeColours,
} from "../kit/canvas.js";

/** One roofline with its marks; several are drawn over each other. */
export interface Series {
  readonly key: string;
  readonly label: string;
  readonly roofline: TargetRoofline;
  /** Which of the models that are compared. */
  readonly modelIndex: number;
  /** Which of all series. */
  readonly index: number;
}

export interface Placed {
  readonly series: Series;
  readonly mark: RooflineMark;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface RooflinePicture {
  readonly series: readonly Series[];
  readonly isWeighted: boolean;
  readonly selected: { readonly key: string; readonly nodeId: number } | null;
}

const margin = { left: 78, right: 20, top: 18, bottom: 44 };
const shapes = ["circle", "triangle", "square"] as const;

/** Above the highest ceiling, for the names that stand on it. */
const labelRoom = 20;

/** Scales over all that is drawn: every mark and every ridge. */
function scalesOf(series: readonly Series[], size: CanvasSize): { x: Scale; y: Scale } {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const { roofline } of series) {
    for (const mark of roofline.marks) {
      xs.push(mark.intensity);
      ys.push(mark.low, mark.high);
    }
    for (const ridge of roofline.ridges) xs.push(ridge.intensity);
    for (const ceiling of roofline.ceilings) if (ceiling.isUsed) ys.push(ceiling.opsPerSecond);
  }
  return {
    x: scaleOf(rangeOf(xs, { isLog: true, room: 0.08 }), margin.left, size.width - margin.right),
    y: scaleOf(
      rangeOf(ys, { isLog: true, room: 0.06 }),
      size.height - margin.bottom,
      margin.top + labelRoom,
    ),
  };
}

/** Places of all marks, the longest last, so that a pointer finds the one that is on top. */
export function placeMarks(picture: RooflinePicture, size: CanvasSize): RooflinePlaces {
  const { x, y } = scalesOf(picture.series, size);
  const count = picture.series.reduce((sum, { roofline }) => sum + roofline.marks.length, 0);
  // Thousands of large marks would hide one another.
  const room = 12 * Math.min(1, Math.sqrt(manyMarks / Math.max(1, count)));
  const placed = picture.series.flatMap((series) => {
    const longest = series.roofline.marks[0]?.seconds ?? 1;
    return series.roofline.marks
      .map((mark) => ({
        series,
        mark,
        x: x.toPixel(mark.intensity),
        y: y.toPixel(mark.opsPerSecond),
        radius: 2.5 + room * Math.sqrt(mark.seconds / longest),
      }))
      .reverse();
  });
  return { placed, x, y };
}

export interface RooflinePlaces {
  readonly placed: readonly Placed[];
  readonly x: Scale;
  readonly y: Scale;
}

export function drawRoofline(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  picture: RooflinePicture,
  places: RooflinePlaces,
): void {
  const { x, y } = places;
  drawAxes(context, size, colours, picture, x, y);
  context.save();
  context.beginPath();
  context.rect(
    margin.left,
    margin.top,
    size.width - margin.left - margin.right,
    size.height - margin.top - margin.bottom,
  );
  context.clip();
  for (const series of picture.series) drawRoof(context, size, colours, picture, series, x, y);
  drawMarks(context, size, colours, picture.series.length === 1, places);
  context.restore();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { isWeighted }: RooflinePicture,
  x: Scale,
  y: Scale,
): void {
  context.font = `11px ${colours.font}`;
  context.lineWidth = 1;
  context.strokeStyle = mixed(colours.background, colours.foreground, 0.12);
  context.fillStyle = colours.dim;
  context.textAlign = "center";
  context.textBaseline = "top";
  const bottom = size.height - margin.bottom;
  for (const tick of ticksOf(x, size.width / 90)) {
    const at = x.toPixel(tick);
    line(context, at, margin.top, at, bottom);
    context.fillText(formatNumber(tick), at, bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticksOf(y, size.height / 60)) {
    const at = y.toPixel(tick);
    line(context, margin.left, at, size.width - margin.right, at);
    context.fillText(formatRate(tick, "op/s"), margin.left - 6, at);
  }
  context.fillStyle = colours.foreground;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(
    isWeighted
      ? "weighted operational intensity (operations per weighted byte)"
      : "operational intensity (operations per byte)",
    (margin.left + size.width - margin.right) / 2,
    size.height - 8,
  );
}

function drawRoof(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { series: all }: RooflinePicture,
  { roofline, index, modelIndex }: Series,
  x: Scale,
  y: Scale,
): void {
  // The roof of a target is the same whatever the model.
  if (all.some((other) => other.index < index && other.roofline.id === roofline.id)) return;
  const colour = all.length === 1 ? colours.foreground : seriesColour(colours, index);
  const used = roofline.ceilings.filter(({ isUsed }) => isUsed);
  const top = used[0]?.opsPerSecond ?? 0;
  const right = size.width - margin.right;
  context.textBaseline = "bottom";
  for (const ceiling of roofline.ceilings) {
    const at = y.toPixel(ceiling.opsPerSecond);
    const start = Math.max(
      margin.left,
      ...roofline.levels
        .slice(0, 1)
        .map((level) => x.toPixel(ceiling.opsPerSecond / level.bytesPerSecond)),
    );
    context.strokeStyle = ceiling.isUsed ? colour : mixed(colours.background, colour, 0.35);
    context.lineWidth = ceiling.isUsed ? 1.8 : 1;
    context.setLineDash(ceiling.kind === "vector" ? [6, 4] : []);
    line(context, start, at, right, at);
    context.setLineDash([]);
  }
  context.fillStyle = colours.foreground;
  context.textAlign = "right";
  const shift = all.length > 1 ? (index % 3) * 190 : 0;
  for (const { text, at, isUsed } of ceilingLabels(roofline, y)) {
    if (at < margin.top || (!isUsed && all.length > 1)) continue;
    context.fillStyle = isUsed ? colours.foreground : colours.dim;
    context.fillText(text, right - 4 - shift, at - 2);
  }
  for (const level of roofline.levels) {
    context.strokeStyle = colour;
    context.lineWidth = 1.4;
    const end = Math.min(x.high, top / level.bytesPerSecond);
    const points = [
      { value: x.low, rate: x.low * level.bytesPerSecond },
      { value: end, rate: end * level.bytesPerSecond },
    ];
    const [a, b] = points;
    if (a === undefined || b === undefined) continue;
    const from = { x: x.toPixel(a.value), y: y.toPixel(a.rate) };
    const to = { x: x.toPixel(b.value), y: y.toPixel(b.rate) };
    line(context, from.x, from.y, to.x, to.y);
    slopeLabel(
      context,
      size,
      colours,
      from,
      to,
      `${level.name} ${formatRate(level.bytesPerSecond, "B/s")}`,
    );
  }
  if (modelIndex !== 0) return;
  drawRidges(context, size, colours, roofline, colour, x, y);
}

/** Where a level of memory stops to be the limit, dropped to the axis: up on the roof stand the names of ceilings. */
function drawRidges(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { ridges }: TargetRoofline,
  colour: string,
  x: Scale,
  y: Scale,
): void {
  const bottom = size.height - margin.bottom;
  context.textBaseline = "bottom";
  let lastEnd = -Infinity;
  let row = 0;
  for (const ridge of [...ridges].sort((a, b) => a.intensity - b.intensity)) {
    const at = { x: x.toPixel(ridge.intensity), y: y.toPixel(ridge.opsPerSecond) };
    context.fillStyle = colour;
    context.beginPath();
    context.arc(at.x, at.y, 3.5, 0, 7);
    context.fill();
    context.strokeStyle = mixed(colours.background, colour, 0.4);
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    line(context, at.x, at.y, at.x, bottom);
    context.setLineDash([]);
    const text = `ridge ${formatNumber(ridge.intensity)}`;
    const { width } = context.measureText(text);
    const isNearEnd = at.x + width + 8 > size.width - margin.right;
    const start = isNearEnd ? at.x - width - 4 : at.x + 4;
    row = start < lastEnd + 6 ? row + 1 : 0;
    lastEnd = start + width;
    context.fillStyle = colours.foreground;
    context.textAlign = "left";
    context.fillText(text, start, bottom - 3 - row * 13);
  }
}

/** Ceilings at the same height share a label, the used ones first; those too near to one that is used go without. */
function ceilingLabels(
  { ceilings }: TargetRoofline,
  y: Scale,
): readonly { readonly text: string; readonly at: number; readonly isUsed: boolean }[] {
  const groups: { names: string[]; rate: number; at: number; isUsed: boolean }[] = [];
  const order = [...ceilings].sort((a, b) => Number(b.isUsed) - Number(a.isUsed));
  for (const { name, kind, opsPerSecond, isUsed } of order) {
    const at = y.toPixel(opsPerSecond);
    const own = kind === "vector" ? `${name} vector` : name;
    const near = groups.find((group) => Math.abs(group.at - at) < 13);
    if (near === undefined) groups.push({ names: [own], rate: opsPerSecond, at, isUsed });
    else if (near.rate === opsPerSecond && near.names.length < 4 && !near.names.includes(own))
      near.names.push(own);
  }
  return groups.map(({ names, rate, at, isUsed }) => ({
    text: `${names.join(", ")} ${formatRate(rate, "op/s")}`,
    at,
    isUsed,
  }));
}

/** Along the slope, above it, where there is room. */
function slopeLabel(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  text: string,
): void {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  // The part of the slope that is on screen.
  const startX =
    from.y > size.height - margin.bottom
      ? from.x + ((from.y - (size.height - margin.bottom)) / (from.y - to.y)) * (to.x - from.x)
      : from.x;
  const startY = Math.min(from.y, size.height - margin.bottom);
  const length = Math.hypot(to.x - startX, to.y - startY);
  if (length < 60) return;
  context.save();
  context.translate(startX, startY);
  context.rotate(angle);
  context.fillStyle = colours.dim;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(fittingText(context, text, length - 20), 16, -3);
  context.restore();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  isSingle: boolean,
  { placed, y }: RooflinePlaces,
): void {
  const whiskersFrom = Math.max(0, placed.length - whiskerLimit);
  const fills = new Map<string, string>();
  const marks = placed.map(({ series: own, mark, x, y: middle, radius }): Stamp => {
    const stroke = isSingle ? colours[mark.bound] : seriesColour(colours, own.index);
    // Hollow: the number is not calibrated.
    const isFilled = mark.method === "calibrated" || mark.method === "measured" || radius < 3;
    let fill: string | undefined;
    if (isFilled) {
      fill = fills.get(stroke) ?? mixed(colours.background, stroke, 0.65);
      fills.set(stroke, fill);
    }
    const kind = shapes[own.modelIndex % shapes.length] ?? "circle";
    return { kind, x, y: middle, radius, stroke, fill };
  });
  for (let at = whiskersFrom; at < placed.length; at++) {
    const stroke = marks[at]?.stroke;
    const item = placed[at];
    if (stroke === undefined || item === undefined) continue;
    context.strokeStyle = mixed(colours.background, stroke, 0.6);
    context.lineWidth = 1;
    whisker(context, item, y);
  }
  if (marks.length > manyMarks) {
    stamps.draw(context, size, colours.background, marks);
    return;
  }
  for (const { kind, x, y: middle, radius, stroke, fill } of marks) {
    tracePath(context, kind, x, middle, radius);
    if (fill !== undefined) {
      context.fillStyle = fill;
      context.fill();
    }
    context.strokeStyle = stroke;
    context.lineWidth = 1;
    context.stroke();
  }
}

/** The selected mark stands out on a sheet of its own: choosing another one leaves the rest as it is. */
export function drawSelected(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  { selected }: RooflinePicture,
  { placed, y }: RooflinePlaces,
): void {
  const item = placed.find(
    ({ series, mark }) => selected?.key === series.key && selected.nodeId === mark.nodeId,
  );
  if (item === undefined) return;
  context.strokeStyle = colours.foreground;
  context.lineWidth = 1.5;
  whisker(context, item, y);
  context.lineWidth = 2.5;
  tracePath(
    context,
    shapes[item.series.modelIndex % shapes.length] ?? "circle",
    item.x,
    item.y,
    Math.max(3, item.radius),
  );
  context.stroke();
}

function whisker(context: CanvasRenderingContext2D, { x, mark }: Placed, y: Scale): void {
  line(context, x, y.toPixel(mark.low), x, y.toPixel(mark.high));
}

const stamps = createStamps();
const whiskerLimit = 160;
