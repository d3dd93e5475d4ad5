import { formatBytes } from "../../../server/core/base/units.js";
import type { BufferRow, MemoryView } from "../../../server/core/views/memory.js";
import type { MemoryUseView } from "../../../server/core/views/memory-use.js";
import { byteTicksOf, scaleOf, ticksOf, type Scale } from "../kit/axis.js";
import {
  fittingText,
  mixed,
  plainText,
  type CanvasSize,
  type ThemeColours,
  line,
} from "../kit/canvas.js";

export interface MemoryDrawing {
  readonly plan: MemoryView;
  readonly use: MemoryUseView | null;
  /** Steps on screen, from the first to behind the last. */
  readonly range: { readonly start: number; readonly end: number };
}

export interface PlacedBuffer {
  readonly buffer: BufferRow;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export const memoryMargin = { left: 84, right: 20, top: 22, bottom: 44 };

export function stepScale({ range }: MemoryDrawing, size: CanvasSize): Scale {
  return scaleOf(
    { low: range.start, high: range.end, isLog: false },
    memoryMargin.left,
    size.width - memoryMargin.right,
  );
}

/** What a limit is drawn at where it is near enough to the arena to mean something in the picture. */
function limitOf({ plan, use }: MemoryDrawing): number | undefined {
  const room = use?.roomBytes;
  return room !== undefined && room > 0 && room < plan.arenaBytes * 2.5 ? room : undefined;
}

function addressScale(drawing: MemoryDrawing, size: CanvasSize): Scale {
  const top = Math.max(1, drawing.plan.arenaBytes, limitOf(drawing) ?? 0);
  return scaleOf(
    { low: 0, high: top * 1.04, isLog: false },
    size.height - memoryMargin.bottom,
    memoryMargin.top,
  );
}

/** Addresses over steps: a rectangle for each buffer, what is alive in all, the peak, and where the memory ends. */
export function drawMemory(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  drawing: MemoryDrawing,
): readonly PlacedBuffer[] {
  const x = stepScale(drawing, size);
  const y = addressScale(drawing, size);
  const { plan, use, range } = drawing;
  drawAxes(context, size, colours, x, y);
  context.save();
  context.beginPath();
  context.rect(
    memoryMargin.left,
    0,
    size.width - memoryMargin.left - memoryMargin.right,
    size.height - memoryMargin.bottom,
  );
  context.clip();
  const placed = plan.buffers.flatMap((buffer): PlacedBuffer[] => {
    if (buffer.lastStep + 1 < range.start || range.end < buffer.firstStep) return [];
    const left = x.toPixel(buffer.firstStep);
    const width = Math.max(1, x.toPixel(buffer.lastStep + 1) - left);
    const top = y.toPixel(buffer.offset + buffer.bytes);
    const height = Math.max(1, y.toPixel(buffer.offset) - top);
    return [
      { buffer, left, top, width, height, x: left + width / 2, y: top + height / 2, radius: 1 },
    ];
  });
  const isAlive = ({ firstStep, lastStep }: BufferRow): boolean =>
    firstStep <= plan.peakStep && plan.peakStep <= lastStep;
  const plain = mixed(colours.background, colours.compute, 0.4);
  const alive = mixed(colours.background, colours.memory, 0.6);
  const scratch = mixed(colours.background, colours.overhead, 0.6);
  const border = colours.isContrast ? colours.foreground : colours.background;
  for (const { buffer, left, top, width, height } of placed) {
    context.fillStyle = buffer.tensors.length === 0 ? scratch : isAlive(buffer) ? alive : plain;
    context.fillRect(left, top, width, height);
    if (width > 4 && height > 4) {
      context.strokeStyle = border;
      context.lineWidth = 1;
      context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    }
  }
  context.font = `11px ${colours.font}`;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillStyle = colours.foreground;
  for (const { buffer, left, top, width, height } of placed) {
    const from = Math.max(left, memoryMargin.left);
    if (left + width - from < 44 || height < 17) continue;
    // Paths of names mostly begin alike.
    const name = plainText((buffer.tensors[0] ?? "workspace").replace(/^.*[/.](?=.)/s, ""));
    context.fillText(fittingText(context, name, left + width - from - 8), from + 4, top + 3);
  }
  drawLive(context, colours, use, x, y);
  drawPeak(context, size, colours, plan, x);
  drawLimit(context, size, colours, drawing, y);
  context.restore();
  // Keys walk from the last of the list: the first written comes first.
  return placed.reverse();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  x: Scale,
  y: Scale,
): void {
  context.font = `11px ${colours.font}`;
  context.lineWidth = 1;
  context.strokeStyle = mixed(colours.background, colours.foreground, 0.12);
  context.fillStyle = colours.dim;
  const bottom = size.height - memoryMargin.bottom;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticksOf(x, size.width / 90)) {
    if (!Number.isInteger(tick) || tick >= x.high) continue;
    context.fillText(String(tick + 1), x.toPixel(tick + 0.5), bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of byteTicksOf(y, size.height / 50)) {
    const at = y.toPixel(tick);
    line(context, memoryMargin.left, at, size.width - memoryMargin.right, at);
    context.fillText(formatBytes(tick), memoryMargin.left - 6, at);
  }
  context.fillStyle = colours.foreground;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(
    "execution step",
    (memoryMargin.left + size.width - memoryMargin.right) / 2,
    size.height - 8,
  );
  context.textAlign = "left";
  context.fillText("address", 8, 14);
}

function drawLive(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  use: MemoryUseView | null,
  x: Scale,
  y: Scale,
): void {
  if (use === null || use.live.length === 0) return;
  context.strokeStyle = colours.foreground;
  context.lineWidth = 1.5;
  context.beginPath();
  let last = 0;
  for (const [at, { step, bytes }] of use.live.entries()) {
    const next = use.live[at + 1]?.step ?? use.stepCount;
    const height = y.toPixel(bytes);
    if (at === 0) context.moveTo(x.toPixel(step), height);
    else {
      context.lineTo(x.toPixel(step), last);
      context.lineTo(x.toPixel(step), height);
    }
    context.lineTo(x.toPixel(next), height);
    last = height;
  }
  context.stroke();
}

function drawPeak(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  plan: MemoryView,
  x: Scale,
): void {
  const at = x.toPixel(plan.peakStep + 0.5);
  context.strokeStyle = colours.memory;
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  line(context, at, memoryMargin.top, at, size.height - memoryMargin.bottom);
  context.setLineDash([]);
  const isLeft = at > size.width / 2;
  context.textAlign = isLeft ? "right" : "left";
  context.textBaseline = "top";
  context.fillStyle = colours.foreground;
  context.fillText(
    `peak ${formatBytes(plan.lowerBoundBytes)}, step ${plan.peakStep + 1}`,
    at + (isLeft ? -5 : 5),
    6,
  );
}

function drawLimit(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  drawing: MemoryDrawing,
  y: Scale,
): void {
  const limit = limitOf(drawing);
  if (limit === undefined) return;
  const at = y.toPixel(limit);
  context.strokeStyle = colours.red;
  context.lineWidth = 2;
  context.setLineDash([7, 4]);
  line(context, memoryMargin.left, at, size.width - memoryMargin.right, at);
  context.setLineDash([]);
  const text = `room in ${drawing.use?.memories[0]?.name ?? "memory"}: ${formatBytes(limit)}`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  const width = context.measureText(text).width;
  context.fillStyle = colours.background;
  context.fillRect(size.width - memoryMargin.right - 10 - width, at - 17, width + 8, 15);
  context.fillStyle = colours.foreground;
  context.fillText(text, size.width - memoryMargin.right - 6, at - 3);
}

/** The selected buffer, on the sheet over the picture. */
export function drawSelectedBuffer(
  context: CanvasRenderingContext2D,
  colours: ThemeColours,
  placed: readonly PlacedBuffer[],
  selected: BufferRow | null,
): void {
  const item = placed.find(({ buffer }) => buffer === selected);
  if (item === undefined) return;
  context.strokeStyle = colours.foreground;
  context.lineWidth = 2.5;
  const left = Math.max(memoryMargin.left, item.left);
  context.strokeRect(left, item.top, item.left + item.width - left, item.height);
}

export function isOnBuffer(item: PlacedBuffer, x: number, y: number): boolean {
  return (
    memoryMargin.left <= x &&
    item.left <= x &&
    x <= item.left + item.width &&
    item.top <= y &&
    y <= item.top + item.height
  );
}
