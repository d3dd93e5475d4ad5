import { h } from "./dom.js";

/**
 * A canvas as large as its place, sharp on every screen, that draws at most once a frame. Colours come from the editor's
 * variables, which canvas cannot read: `colours` are computed again whenever the theme changes.
 */
export function createCanvas(options: CanvasOptions): Canvas {
  const element = h("canvas", { class: "canvas" });
  const top =
    options.drawOver === undefined
      ? undefined
      : h("canvas", { class: "canvas-over", "aria-hidden": "true" });
  const place = h("div", { class: "canvas-place" }, element, top);
  const context = element.getContext("2d", { alpha: false });
  const over = top?.getContext("2d");
  let width = 0;
  let height = 0;
  let isQueued = false;
  let isBaseOld = false;
  let colours = themeColours(place);
  const draw = (): void => {
    isQueued = false;
    if (context === null || width === 0 || height === 0) return;
    const ratio = element.width / width;
    if (isBaseOld) {
      isBaseOld = false;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = colours.background;
      context.fillRect(0, 0, width, height);
      options.draw(context, { width, height }, colours);
    }
    if (over === null || over === undefined) return;
    over.setTransform(ratio, 0, 0, ratio, 0, 0);
    over.clearRect(0, 0, width, height);
    options.drawOver?.(over, { width, height }, colours);
  };
  const redrawOver = (): void => {
    if (isQueued) return;
    isQueued = true;
    requestAnimationFrame(draw);
  };
  const redraw = (): void => {
    isBaseOld = true;
    redrawOver();
  };
  new ResizeObserver(() => {
    width = place.clientWidth;
    height = place.clientHeight;
    const ratio = window.devicePixelRatio;
    for (const sheet of top === undefined ? [element] : [element, top]) {
      sheet.width = Math.max(1, Math.round(width * ratio));
      sheet.height = Math.max(1, Math.round(height * ratio));
    }
    isBaseOld = true;
    colours = themeColours(place);
    options.onResize?.({ width, height });
    // A canvas that got another size is empty: waiting for a frame would flash.
    draw();
  }).observe(place);
  new MutationObserver(() => {
    colours = themeColours(place);
    redraw();
  }).observe(document.body, { attributes: true, attributeFilter: ["class", "style"] });
  new MutationObserver(() => {
    colours = themeColours(place);
    redraw();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  return {
    element,
    place,
    redraw,
    redrawOver,
    size: () => ({ width, height }),
    toPng: () => element.toDataURL("image/png").replace(/^data:image\/png;base64,/, ""),
  };
}

export interface CanvasOptions {
  readonly draw: (
    context: CanvasRenderingContext2D,
    size: CanvasSize,
    colours: ThemeColours,
  ) => void;
  /** Draws on a sheet over it, which is drawn anew without what lies below: selections, lines that are dragged. */
  readonly drawOver?: CanvasOptions["draw"];
  readonly onResize?: (size: CanvasSize) => void;
}

export interface Canvas {
  readonly element: HTMLCanvasElement;
  /** Holds the canvas; what lies over it goes in here. */
  readonly place: HTMLElement;
  redraw(): void;
  /** Only the sheet over it. */
  redrawOver(): void;
  size(): CanvasSize;
  /** The picture as it is, in base64. */
  toPng(): string;
}

export interface CanvasSize {
  readonly width: number;
  readonly height: number;
}

export interface ThemeColours {
  readonly background: string;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  readonly accent: string;
  readonly compute: string;
  readonly memory: string;
  readonly overhead: string;
  readonly red: string;
  readonly green: string;
  readonly yellow: string;
  readonly font: string;
  readonly isContrast: boolean;
}

/** What the theme gives now, for what is drawn on `place`. */
export function themeColours(place: HTMLElement): ThemeColours {
  const style = getComputedStyle(document.body);
  const probe = h("span", { hidden: true });
  document.body.append(probe);
  const of = (name: string, fallback: string): string => {
    probe.style.color = fallback;
    probe.style.color = `var(--vscode-${name}, ${fallback})`;
    return getComputedStyle(probe).color;
  };
  const isContrast =
    document.body.classList.contains("vscode-high-contrast") ||
    document.body.classList.contains("vscode-high-contrast-light");
  const foreground = of("editor-foreground", "#888888");
  const colours = {
    background: of("editor-background", "#ffffff"),
    foreground,
    dim: isContrast ? foreground : of("descriptionForeground", "#888888"),
    line: isContrast ? of("contrastBorder", "#888888") : of("charts-lines", "#888888"),
    accent: of("focusBorder", "#0078d4"),
    compute: of("charts-blue", "#3794ff"),
    memory: of("charts-orange", "#d18616"),
    overhead: of("charts-purple", "#b180d7"),
    red: of("charts-red", "#f14c4c"),
    green: of("charts-green", "#89d185"),
    yellow: of("charts-yellow", "#cca700"),
    font: getComputedStyle(place).fontFamily || style.fontFamily || "sans-serif",
    isContrast,
  };
  probe.remove();
  return colours;
}

/** A text in the context's font, cut in its middle so that it fits into a width in pixels; empty where not even two letters do. */
export function fittingText(
  context: CanvasRenderingContext2D,
  text: string,
  width: number,
): string {
  const whole = context.measureText(text.slice(0, longestMeasured)).width;
  if (whole <= width && text.length <= longestMeasured) return text;
  // Letters are about as wide as their mean; where they are not, a few are taken off again.
  let room = Math.floor((Math.min(text.length, longestMeasured) * width) / Math.max(1, whole));
  while (room >= 2) {
    const cut = `${text.slice(0, Math.ceil((room - 1) * 0.6))}…${text.slice(text.length - Math.floor((room - 1) * 0.4))}`;
    if (context.measureText(cut).width <= width) return cut;
    room--;
  }
  return "";
}

/** Names may be as long as a file; no picture is as wide. */
const longestMeasured = 400;

/** A colour between two, as canvas takes it. */
export function mixed(from: string, to: string, share: number): string {
  const a = channels(from);
  const b = channels(to);
  const at = Math.max(0, Math.min(1, share));
  return `rgb(${a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * at)).join(" ")})`;
}

const known = new Map<string, readonly number[]>();

function channels(colour: string): readonly number[] {
  let found = known.get(colour);
  if (found === undefined) {
    found = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
    known.set(colour, found);
  }
  return found;
}

/** Text from files: control characters and marks that turn the direction of writing are made visible. */
export function plainText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "�");
}

/** A straight stroke in the context's present style. */
export function line(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** Series, or fronts, beside one another: six tell them apart, then they begin again. */
export function seriesColour(colours: ThemeColours, index: number): string {
  return [
    colours.compute,
    colours.memory,
    colours.green,
    colours.overhead,
    colours.red,
    colours.yellow,
  ][index % 6] as string;
}
