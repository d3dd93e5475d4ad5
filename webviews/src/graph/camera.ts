import type { GraphWindow } from "../../../server/core/views/graph.js";
import type { CanvasSize } from "../kit/canvas.js";

/** Where the drawing's origin is on screen, and how many pixels a unit takes. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export const leastScale = 0.002;
export const mostScale = 3;

/** What of the drawing is on screen. */
export function visibleWindow(camera: Camera, size: CanvasSize): GraphWindow {
  return {
    x: -camera.x / camera.scale,
    y: -camera.y / camera.scale,
    width: size.width / camera.scale,
    height: size.height / camera.scale,
  };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Zooms so that the point at x, y on screen stays where it is. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = Math.max(leastScale, Math.min(mostScale, camera.scale * factor));
  const real = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * real, y: y - (y - camera.y) * real };
}

/** The whole drawing. */
export function fitted(
  drawing: { readonly width: number; readonly height: number },
  size: CanvasSize,
): Camera {
  const scale = Math.max(
    leastScale,
    Math.min(
      1,
      (size.width - 2 * margin) / Math.max(1, drawing.width),
      (size.height - 2 * margin) / Math.max(1, drawing.height),
    ),
  );
  return {
    scale,
    x: (size.width - drawing.width * scale) / 2,
    y: (size.height - drawing.height * scale) / 2,
  };
}

/** The beginning of the drawing, readable: whole when it is small, else as wide as the screen or at full size. */
export function atFirst(
  drawing: { readonly width: number; readonly height: number },
  size: CanvasSize,
): Camera {
  const whole = fitted(drawing, size);
  if (whole.scale > 0.6) return whole;
  const scale = Math.max(
    0.5,
    Math.min(0.9, (size.width - 2 * margin) / Math.max(1, drawing.width)),
  );
  return { scale, x: (size.width - drawing.width * scale) / 2, y: margin };
}

/** The least movement that brings a box into sight. */
export function broughtIn(camera: Camera, box: GraphWindow, size: CanvasSize): Camera {
  const scale = camera.scale < 0.35 ? 0.8 : camera.scale;
  const at = scale === camera.scale ? camera : { ...camera, scale };
  const left = box.x * scale + at.x;
  const top = box.y * scale + at.y;
  const isInside =
    scale === camera.scale &&
    margin <= left &&
    left + box.width * scale <= size.width - margin &&
    margin <= top &&
    top + box.height * scale <= size.height - margin;
  if (isInside) return camera;
  return {
    scale,
    x: size.width / 2 - (box.x + box.width / 2) * scale,
    y: size.height / 2 - (box.y + Math.min(box.height, size.height / scale) / 2) * scale,
  };
}

export function contains(outer: GraphWindow, inner: GraphWindow): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** As much again on every side, so that panning shows what is there already. */
export function widened(window: GraphWindow): GraphWindow {
  return {
    x: window.x - window.width * 0.6,
    y: window.y - window.height * 0.6,
    width: window.width * 2.2,
    height: window.height * 2.2,
  };
}

const margin = 24;
