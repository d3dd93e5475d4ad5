import type { GraphBox, GraphEdge, GraphView } from "../../../server/core/views/graph.js";
import {
  fittingText,
  mixed,
  plainText,
  type CanvasSize,
  type ThemeColours,
} from "../kit/canvas.js";
import type { Camera } from "./camera.js";
import { measureText } from "./measure-text.js";

export interface GraphPicture {
  readonly view: GraphView;
  readonly camera: Camera;
  /** Id of the selected box. */
  readonly selected: string | null;
  readonly hovered: string | null;
  readonly hasCriticalPath: boolean;
}

/** The window of the graph, as far as it is here. What is too small to read is left out, not squeezed. */
export function drawGraph(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  picture: GraphPicture,
): void {
  const { view, camera } = picture;
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.scale, camera.scale);
  for (const box of view.boxes)
    if (box.isOpen && isSeen(box, camera, size)) frame(context, colours, picture, box);
  if (view.cells !== null) drawCells(context, colours, view);
  drawEdges(context, size, colours, picture);
  for (const box of view.boxes)
    if (!box.isOpen && isSeen(box, camera, size)) fill(context, colours, picture, box);
  context.restore();
  // Text is drawn in pixels of the screen, so that it stays readable whatever the zoom.
  for (const box of view.boxes)
    if (isSeen(box, camera, size)) write(context, size, colours, picture, box);
}

/** Share of the heat scale: the square root, since a few layers take most and the rest would all look cold. */
export function heatOf(value: number | null, largest: number): number {
  return value === null || largest <= 0 ? 0 : Math.sqrt(Math.min(1, value / largest));
}

/** Cold is the page itself; hot stays dark or light enough for the text on it. */
export function heatColour(colours: ThemeColours, heat: number): string {
  const warm = mixed(colours.background, colours.memory, 0.5);
  const hot = mixed(colours.background, colours.red, 0.62);
  return heat < 0.5
    ? mixed(mixed(colours.background, colours.foreground, 0.06), warm, heat * 2)
    : mixed(warm, hot, heat * 2 - 1);
}

function isSeen(box: GraphBox, { x, y, scale }: Camera, { width, height }: CanvasSize): boolean {
  return (
    box.x * scale + x < width &&
    0 < (box.x + box.width) * scale + x &&
    box.y * scale + y < height &&
    0 < (box.y + box.height) * scale + y
  );
}

function frame(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  { camera, selected, hovered }: GraphPicture,
  box: GraphBox,
): void {
  context.fillStyle = mixed(colours.background, colours.foreground, 0.04 + 0.025 * (box.depth % 3));
  context.strokeStyle = box.id === selected ? colours.accent : colours.line;
  context.lineWidth = (box.id === selected || box.id === hovered ? 2 : 1) / camera.scale;
  if (box.repeatCount > 1) {
    context.strokeRect(box.x + 5, box.y + 5, box.width, box.height);
  }
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 6);
  context.fill();
  context.stroke();
}

function fill(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  { view, camera, selected, hovered, hasCriticalPath }: GraphPicture,
  box: GraphBox,
): void {
  const isTerminal = box.kind === "input" || box.kind === "output";
  const heat = heatOf(box.value, view.largest);
  const isMarked = box.id === selected;
  context.lineWidth =
    (isMarked ? 2.5 : box.id === hovered || (hasCriticalPath && box.isCritical) ? 1.8 : 1) /
    Math.min(1, camera.scale);
  context.strokeStyle = isMarked
    ? colours.accent
    : hasCriticalPath && box.isCritical
      ? colours.yellow
      : colours.line;
  context.fillStyle = isTerminal ? colours.background : heatColour(colours, heat);
  const radius = isTerminal ? box.height / 2 : box.kind === "node" ? 3 : 7;
  if (box.repeatCount > 1)
    for (const shift of [8, 4]) {
      context.beginPath();
      context.roundRect(box.x + shift, box.y + shift, box.width, box.height, radius);
      context.fill();
      context.stroke();
    }
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, radius);
  context.fill();
  if (box.unknownCount > 0) context.setLineDash([4 / camera.scale, 3 / camera.scale]);
  context.stroke();
  context.setLineDash([]);
  // The same once more as a length: colour is never the only signal.
  if (!isTerminal && box.value !== null && view.largest > 0) {
    context.fillStyle = mixed(colours.foreground, colours.background, 0.2);
    const length = (box.width - 8) * Math.min(1, box.value / view.largest);
    context.fillRect(box.x + 4, box.y + box.height - 5, Math.max(length, 0), 2.5);
  }
}

function drawCells(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  { cells, largest }: GraphView,
): void {
  if (cells === null) return;
  const { size, x, y } = cells;
  for (let at = 0; at + 2 < cells.cells.length; at += 3) {
    const value = cells.cells[at + 2] ?? -1;
    context.fillStyle =
      value < 0
        ? mixed(colours.background, colours.foreground, 0.25)
        : heatColour(colours, 0.12 + 0.88 * heatOf(value, largest));
    context.fillRect(
      x + (cells.cells[at] ?? 0) * size,
      y + (cells.cells[at + 1] ?? 0) * size,
      size,
      size,
    );
  }
}

function drawEdges(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { view, camera, selected, hasCriticalPath }: GraphPicture,
): void {
  if (camera.scale < 0.03) return;
  const quiet = mixed(colours.background, colours.foreground, colours.isContrast ? 1 : 0.45);
  const isNear = (edge: GraphEdge): boolean =>
    selected !== null && (edge.from === selected || edge.to === selected);
  for (const pass of [0, 1]) {
    for (const edge of view.edges) {
      const isMarked = isNear(edge) || (hasCriticalPath && edge.isCritical);
      if (isMarked !== (pass === 1)) continue;
      context.strokeStyle = isNear(edge) ? colours.accent : isMarked ? colours.yellow : quiet;
      context.fillStyle = context.strokeStyle;
      context.lineWidth = (isMarked ? 2 : 1.1) / Math.min(1, camera.scale * 1.2);
      if (edge.isCut) stub(context, edge.points);
      else line(context, edge.points, camera.scale);
    }
  }
  if (camera.scale < 0.55) return;
  context.font = `10px ${colours.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const edge of view.edges) {
    // What comes in through a border is named outside of it.
    if (edge.isCut || edge.shape === "" || edge.from === "" || edge.points.length < 4) continue;
    const [x = 0, y = 0, , nextY = 0] = edge.points;
    const place = { x: x + 4, y: Math.min(y + 11, (y + nextY) / 2) };
    if (nextY - y < 14 || place.y * camera.scale + camera.y > size.height) continue;
    context.fillStyle = colours.dim;
    context.fillText(fittingText(context, plainText(edge.shape), 150), place.x, place.y);
  }
}

/** A smooth line through the points of a route, with a head at its end. */
function line(context: CanvasRenderingContext2D, points: readonly number[], scale: number): void {
  const last = points.length - 2;
  context.beginPath();
  context.moveTo(points[0] ?? 0, points[1] ?? 0);
  for (let at = 2; at <= last; at += 2) {
    const x = points[at] ?? 0;
    const y = points[at + 1] ?? 0;
    const beforeX = points[at - 2] ?? 0;
    const beforeY = points[at - 1] ?? 0;
    const end = at === last ? y - 4 : y;
    if (Math.abs(x - beforeX) < 0.5 || scale < 0.2) context.lineTo(x, end);
    else {
      const bend = Math.min(Math.abs(end - beforeY) * 0.6, 60);
      context.bezierCurveTo(beforeX, beforeY + bend, x, end - bend, x, end);
    }
  }
  context.stroke();
  if (scale < 0.25) return;
  const x = points[last] ?? 0;
  const y = points[last + 1] ?? 0;
  const isUpwards = (points[last - 1] ?? 0) > y;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 3.5, isUpwards ? y + 7 : y - 7);
  context.lineTo(x + 3.5, isUpwards ? y + 7 : y - 7);
  context.fill();
}

/** The two ends of a line that is too long to draw: what leads away, and what comes from elsewhere. */
function stub(context: CanvasRenderingContext2D, points: readonly number[]): void {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1, y1 + 14);
  context.moveTo(x2, y2 - 16);
  context.lineTo(x2, y2);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(x1, y1 + 16, 2.5, 0, 7);
  context.arc(x2, y2 - 18, 2.5, 0, 7);
  context.fill();
}

function write(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  { view, camera }: GraphPicture,
  box: GraphBox,
): void {
  const width = box.width * camera.scale;
  const height = box.height * camera.scale;
  if (width < 26 || height < 9) return;
  const left = box.x * camera.scale + camera.x;
  const top = box.y * camera.scale + camera.y;
  context.fillStyle = colours.foreground;
  context.textBaseline = "middle";
  const title = plainText(box.repeatCount > 1 ? `${box.label} ×${box.repeatCount}` : box.label);
  if (box.isOpen) {
    // The name of an open scope stays in sight while any of it is.
    const fontSize = Math.max(9, Math.min(12, 12 * camera.scale));
    const y = Math.min(Math.max(top + fontSize, fontSize), top + height - fontSize);
    const x = Math.max(left, 0) + 8;
    if (y > size.height) return;
    context.textAlign = "left";
    context.font = `600 ${fontSize}px ${colours.font}`;
    const value = box.value === null ? "" : `  ${measureText(box.value, view.measure.unit)}`;
    context.fillText(fittingText(context, title + value, left + width - x - 4), x, y);
    return;
  }
  const fontSize = Math.max(8.5, Math.min(12, 11.5 * camera.scale));
  const lines: string[] = [title];
  const isTerminal = box.kind === "input" || box.kind === "output";
  if (!isTerminal) {
    const value = box.value === null ? "?" : measureText(box.value, view.measure.unit);
    const what = box.kind === "node" ? plainText(box.detail) : box.detail;
    if (height > fontSize * 2.6) lines.push(box.value === 0 ? what : `${what} · ${value}`);
  }
  context.textAlign = "center";
  const middle = left + width / 2;
  const lineHeight = fontSize * 1.3;
  const first = top + height / 2 - ((lines.length - 1) * lineHeight) / 2 - (isTerminal ? 0 : 2);
  for (const [at, text] of lines.entries()) {
    context.font = `${at === 0 ? "600 " : ""}${fontSize}px ${colours.font}`;
    context.fillText(fittingText(context, text, width - 8), middle, first + at * lineHeight);
  }
}
