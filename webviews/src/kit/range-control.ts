import type { Canvas } from "./canvas.js";

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface RangeOptions {
  /** What is in sight now; undefined while nothing is drawn. */
  readonly range: () => Range | undefined;
  /** Length of the whole, which starts at 0. */
  readonly whole: () => number;
  /** The shortest range that can be zoomed to. */
  readonly least: () => number;
  /** Value below a pixel of the canvas. */
  readonly valueAt: (x: number) => number;
  readonly onMove: (range: Range) => void;
  /** Further keys of the panel. */
  readonly keys?: Readonly<Record<string, () => void>>;
}

export interface RangeControl {
  zoom(factor: number, around?: number): void;
  moveTo(start: number, span: number): void;
}

/** Zooms and pans along one axis: by the wheel, by + − 0 and the page keys, and by the panel's own buttons. */
export function controlRange(canvas: Canvas, options: RangeOptions): RangeControl {
  const moveTo = (start: number, span: number): void => {
    const first = Math.max(0, Math.min(start, options.whole() - span));
    options.onMove({ start: first, end: first + span });
  };
  const zoom = (factor: number, around?: number): void => {
    const range = options.range();
    if (range === undefined) return;
    const { start, end } = range;
    const middle = around ?? (start + end) / 2;
    const span = Math.max(options.least(), Math.min(options.whole(), (end - start) * factor));
    moveTo(middle - (span * (middle - start)) / (end - start), span);
  };
  const pan = (share: number): void => {
    const range = options.range();
    if (range === undefined) return;
    const span = range.end - range.start;
    moveTo(range.start + span * share, span);
  };
  canvas.element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (options.range() === undefined) return;
      const box = canvas.element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) > Math.abs(event.deltaX))
        zoom(Math.exp(event.deltaY * 0.002), options.valueAt(event.clientX - box.left));
      else pan(event.deltaX / box.width);
    },
    { passive: false },
  );
  const actions: Readonly<Record<string, () => void>> = {
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    "0": () => zoom(Infinity),
    PageDown: () => pan(0.8),
    PageUp: () => pan(-0.8),
    ...options.keys,
  };
  canvas.element.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  return { zoom, moveTo };
}
