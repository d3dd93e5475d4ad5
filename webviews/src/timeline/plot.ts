import { formatSeconds } from "../../../server/core/base/units.js";
import type { TimelineSpan, TimelineView } from "../../../server/core/views/timeline.js";
import { scaleOf, ticksOf, type Scale } from "../kit/axis.js";
import {
  fittingText,
  mixed,
  plainText,
  type CanvasSize,
  type ThemeColours,
} from "../kit/canvas.js";

/** Seconds that are on screen. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

export interface PlacedSpan {
  readonly span: TimelineSpan;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly left: number;
  readonly width: number;
  readonly top: number;
}

export const timelineMargin = { left: 96, right: 16, top: 30 };
const laneHeight = 44;

export function timeScale(range: TimeRange, size: CanvasSize): Scale {
  return scaleOf(
    { low: range.start, high: range.end, isLog: false },
    timelineMargin.left,
    size.width - timelineMargin.right,
  );
}

export function drawTimeline(
  context: CanvasRenderingContext2D,
  size: CanvasSize,
  colours: ThemeColours,
  view: TimelineView,
  range: TimeRange,
  selected: TimelineSpan | null,
): readonly PlacedSpan[] {
  const time = timeScale(range, size);
  const bottom = timelineMargin.top + view.lanes.length * laneHeight;
  context.font = `11px ${colours.font}`;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (const tick of ticksOf(time, size.width / 120)) {
    const x = time.toPixel(tick);
    context.strokeStyle = mixed(colours.background, colours.foreground, 0.12);
    context.beginPath();
    context.moveTo(x, timelineMargin.top);
    context.lineTo(x, bottom);
    context.stroke();
    context.fillStyle = colours.dim;
    context.fillText(formatSeconds(tick, 3), x, timelineMargin.top - 12);
  }
  context.textAlign = "right";
  for (const [index, lane] of view.lanes.entries()) {
    const top = timelineMargin.top + index * laneHeight;
    context.fillStyle = colours.foreground;
    context.font = `600 11px ${colours.font}`;
    context.fillText(
      fittingText(context, plainText(lane.name), timelineMargin.left - 14),
      timelineMargin.left - 10,
      top + 14,
    );
    context.font = `11px ${colours.font}`;
    context.fillStyle = colours.dim;
    context.fillText(formatSeconds(lane.seconds, 2), timelineMargin.left - 10, top + 30);
  }
  context.save();
  context.beginPath();
  context.rect(
    timelineMargin.left,
    0,
    size.width - timelineMargin.left - timelineMargin.right,
    size.height,
  );
  context.clip();
  const placed = view.spans.flatMap((span): PlacedSpan[] => {
    const left = time.toPixel(span.start);
    const width = Math.max(0.6, time.toPixel(span.start + span.seconds) - left);
    if (left + width < timelineMargin.left || size.width < left) return [];
    const lane = view.lanes.findIndex(({ name }) => name === span.lane);
    const top = timelineMargin.top + lane * laneHeight + 4;
    return [{ span, left, width, top, x: left + width / 2, y: top + 16, radius: 1 }];
  });
  context.textAlign = "left";
  for (const { span, left, width, top } of placed) {
    const tone = span.bound === null ? colours.dim : colours[span.bound];
    context.fillStyle = mixed(colours.background, tone, 0.5);
    context.fillRect(left, top, width, laneHeight - 12);
    if (width > 4) {
      context.strokeStyle = colours.isContrast
        ? colours.foreground
        : mixed(colours.background, tone, 0.9);
      context.lineWidth = 1;
      context.strokeRect(left + 0.5, top + 0.5, width - 1, laneHeight - 13);
    }
    if (width > 34) {
      context.fillStyle = colours.foreground;
      const text = span.op === "" ? span.name : `${span.op} ${span.name}`;
      context.fillText(fittingText(context, plainText(text), width - 8), left + 4, top + 11);
      if (width > 60)
        context.fillText(
          fittingText(context, formatSeconds(span.seconds, 2), width - 8),
          left + 4,
          top + 24,
        );
    }
    if (span.start === selected?.start && span.lane === selected.lane) {
      context.strokeStyle = colours.foreground;
      context.lineWidth = 2.5;
      context.strokeRect(left, top, width, laneHeight - 12);
    }
  }
  context.restore();
  // Keys walk from the last of the list to the first: in order of time that is from left to right.
  return [...placed].reverse();
}

export function isOnSpan({ left, width, top }: PlacedSpan, x: number, y: number): boolean {
  const slack = width < 4 ? 2 : 0;
  return left - slack <= x && x <= left + width + slack && top <= y && y <= top + laneHeight - 12;
}
