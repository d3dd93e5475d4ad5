import { formatShare } from "../../../server/core/base/units.js";
import type { GraphBox, GraphView, GraphWindow } from "../../../server/core/views/graph.js";
import { createCanvas, plainText, type Canvas, type CanvasSize } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import {
  atFirst,
  broughtIn,
  fitted,
  panned,
  visibleWindow,
  zoomed,
  type Camera,
} from "./camera.js";
import { drawGraph } from "./draw.js";
import { measureText } from "./measure-text.js";
import { followPointer } from "./pointer.js";
import { neighbourOf, type Direction } from "./walk.js";

/** The canvas that shows the window of the graph, and what pointer and keys do on it. */
export function createSurface(options: SurfaceOptions): Surface {
  let view: GraphView | undefined;
  let camera: Camera | undefined = options.camera;
  let selected: string | null = null;
  let hovered: GraphBox | undefined;
  let hasCriticalPath = options.hasCriticalPath;
  const tooltip = h("div", { class: "tooltip", hidden: true, "aria-hidden": "true" });
  const canvas: Canvas = createCanvas({
    draw(context, size, colours) {
      if (view !== undefined && camera !== undefined)
        drawGraph(context, size, colours, {
          view,
          camera,
          selected,
          hovered: hovered?.id ?? null,
          hasCriticalPath,
        });
    },
    onResize: () => options.onMove(),
  });
  const { element, place } = canvas;
  const redraw = (): void => canvas.redraw();
  const size = (): CanvasSize => canvas.size();
  element.tabIndex = 0;
  element.setAttribute("role", "application");
  element.setAttribute("aria-roledescription", "graph");
  element.setAttribute("aria-label", "Graph of the model");
  element.setAttribute("aria-describedby", "graph-keys");
  place.append(
    tooltip,
    h(
      "p",
      { class: "visually-hidden", id: "graph-keys" },
      "Arrow keys walk along edges and to neighbours. Enter opens and closes a scope or goes to the source of a node. Plus, minus and 0 zoom. F shows what is around a node, Escape everything. Slash finds. The button Table lists what is drawn.",
    ),
  );

  const move = (next: Camera): void => {
    camera = next;
    tooltip.hidden = true;
    redraw();
    options.onMove();
  };
  const boxAt = (x: number, y: number): GraphBox | undefined => {
    if (view === undefined || camera === undefined) return undefined;
    const at = { x: (x - camera.x) / camera.scale, y: (y - camera.y) / camera.scale };
    // Inner boxes come after those around them.
    return [...view.boxes]
      .reverse()
      .find(
        (box) =>
          box.x <= at.x && at.x <= box.x + box.width && box.y <= at.y && at.y <= box.y + box.height,
      );
  };
  const select = (id: string | null): void => {
    selected = id;
    redraw();
    options.onSelect(view?.boxes.find((box) => box.id === id));
  };
  const walk = (direction: Direction): void => {
    if (view === undefined || camera === undefined) return;
    const next = neighbourOf(view, selected, direction, visibleWindow(camera, size()));
    if (next === undefined) return;
    const box = view.boxes.find(({ id }) => id === next);
    if (box === undefined) options.reveal(next);
    else {
      move(broughtIn(camera, box, size()));
      select(next);
    }
  };
  followPointer(element, {
    pan: (dx, dy) => camera !== undefined && move(panned(camera, dx, dy)),
    zoom: (factor, x, y) => camera !== undefined && move(zoomed(camera, factor, x, y)),
    click: (x, y) => select(boxAt(x, y)?.id ?? null),
    open: (x, y) => {
      const box = boxAt(x, y);
      if (box !== undefined) options.onOpen(box);
    },
    hover(x, y) {
      const box = boxAt(x, y);
      if (box?.id !== hovered?.id) {
        hovered = box;
        redraw();
      }
      tooltip.hidden = box === undefined || view === undefined;
      if (box === undefined || view === undefined) return;
      tooltip.textContent = describe(box, view);
      const room = size();
      tooltip.style.left = `${Math.max(0, Math.min(x + 14, room.width - tooltip.offsetWidth - 4))}px`;
      tooltip.style.top = `${Math.max(0, Math.min(y + 18, room.height - tooltip.offsetHeight - 4))}px`;
    },
    leave() {
      tooltip.hidden = true;
      if (hovered !== undefined) redraw();
      hovered = undefined;
    },
  });
  const arrows: Readonly<Record<string, Direction>> = {
    ArrowUp: "up",
    ArrowDown: "down",
    ArrowLeft: "left",
    ArrowRight: "right",
  };
  element.addEventListener("keydown", (event) => {
    if (camera === undefined || view === undefined || event.altKey) return;
    const { width, height } = size();
    const direction = arrows[event.key];
    const box = view.boxes.find(({ id }) => id === selected);
    const isHandled = ((): boolean => {
      if (direction !== undefined && (event.shiftKey || event.ctrlKey)) {
        const step = 80;
        const dx = direction === "left" ? step : direction === "right" ? -step : 0;
        const dy = direction === "up" ? step : direction === "down" ? -step : 0;
        move(panned(camera, dx, dy));
        return true;
      }
      if (event.ctrlKey || event.metaKey) return false;
      if (direction !== undefined) {
        walk(direction);
        return true;
      }
      switch (event.key) {
        case "+":
        case "=":
          move(zoomed(camera, 1.25, width / 2, height / 2));
          return true;
        case "-":
          move(zoomed(camera, 0.8, width / 2, height / 2));
          return true;
        case "0":
          move(fitted(view, size()));
          return true;
        case "Home":
          move(atFirst(view, size()));
          return true;
        case "PageDown":
          move(panned(camera, 0, -height * 0.8));
          return true;
        case "PageUp":
          move(panned(camera, 0, height * 0.8));
          return true;
        case "Enter":
        case " ":
          if (box !== undefined) options.onOpen(box);
          return true;
        case "f":
        case "F":
          if (box?.nodeId !== null && box !== undefined) options.onFocus(box);
          return true;
        case "/":
          options.find();
          return true;
        case "Escape":
          options.leave();
          return true;
        default:
          return false;
      }
    })();
    if (isHandled) event.preventDefault();
  });

  return {
    place,
    canvas,
    show(next, isNewDrawing) {
      view = next;
      if (camera === undefined || isNewDrawing) camera = atFirst(next, size());
      redraw();
    },
    visible: () => (camera === undefined ? null : visibleWindow(camera, size())),
    camera: () => camera,
    select,
    selected: () => selected,
    bringIn(box) {
      if (camera !== undefined) move(broughtIn(camera, box, size()));
    },
    centre(x, y) {
      const { width, height } = size();
      if (camera !== undefined)
        move({ ...camera, x: width / 2 - x * camera.scale, y: height / 2 - y * camera.scale });
    },
    fit() {
      if (view !== undefined) move(fitted(view, size()));
    },
    forget() {
      camera = undefined;
    },
    setCriticalPath(isShown) {
      hasCriticalPath = isShown;
      redraw();
    },
    focus: () => element.focus(),
  };
}

/** What a box says in words: tooltip, and the line below the drawing. */
export function describe(box: GraphBox, view: GraphView): string {
  const what =
    box.kind === "node"
      ? plainText(box.detail)
      : box.kind === "repeat"
        ? `${box.repeatCount} equal blocks of ${box.detail}`
        : box.detail;
  const lines = [elidedMiddle(plainText(box.label), 200), what];
  if (box.shape !== "") lines.push(`→ ${plainText(box.shape)}`);
  if (box.kind !== "input" && box.kind !== "output") {
    const value =
      box.value === null
        ? `${view.measure.label} not known`
        : `${view.measure.label} ${measureText(box.value, view.measure.unit)}`;
    const share =
      box.share === null || box.share === 0 ? "" : ` · ${formatShare(box.share)} of the model`;
    lines.push(value + share);
    if (box.unknownCount > 0 && box.nodeCount > 1)
      lines.push(`${box.unknownCount} of ${box.nodeCount} nodes not known`);
    if (box.isCritical) lines.push("on the critical path");
  }
  return lines.join("\n");
}

export interface SurfaceOptions {
  readonly camera: Camera | undefined;
  readonly hasCriticalPath: boolean;
  /** Another part is on screen. */
  readonly onMove: () => void;
  readonly onSelect: (box: GraphBox | undefined) => void;
  /** Enter or a double click. */
  readonly onOpen: (box: GraphBox) => void;
  readonly onFocus: (box: GraphBox) => void;
  /** A box that is not in the window was walked to. */
  readonly reveal: (id: string) => void;
  readonly find: () => void;
  readonly leave: () => void;
}

export interface Surface {
  readonly place: HTMLElement;
  readonly canvas: Canvas;
  show(view: GraphView, isNewDrawing: boolean): void;
  visible(): GraphWindow | null;
  camera(): Camera | undefined;
  select(id: string | null): void;
  selected(): string | null;
  bringIn(box: GraphWindow): void;
  centre(x: number, y: number): void;
  fit(): void;
  forget(): void;
  setCriticalPath(isShown: boolean): void;
  focus(): void;
}
