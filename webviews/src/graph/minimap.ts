import type { GraphView, GraphWindow } from "../../../server/core/views/graph.js";
import type { GraphCells } from "../../../server/core/views/graph/window.js";
import { createCanvas, mixed } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { heatColour, heatOf } from "./draw.js";

/** The whole drawing in small, with what is on screen marked; a click or drag goes there. */
export function createMinimap(goTo: (x: number, y: number) => void): Minimap {
  let overview: GraphCells | undefined;
  let drawing = { width: 1, height: 1 };
  let largest = 0;
  let visible: GraphWindow = { x: 0, y: 0, width: 1, height: 1 };
  const placement = (width: number, height: number): { scale: number; x: number; y: number } => {
    const scale = Math.min((width - 8) / drawing.width, (height - 8) / drawing.height);
    return {
      scale,
      x: (width - drawing.width * scale) / 2,
      y: (height - drawing.height * scale) / 2,
    };
  };
  const canvas = createCanvas({
    draw(context, { width, height }, colours) {
      context.fillStyle = mixed(colours.background, colours.foreground, 0.05);
      context.fillRect(0, 0, width, height);
      const { scale, x, y } = placement(width, height);
      if (overview !== undefined) {
        const side = Math.max(1, overview.size * scale);
        for (let at = 0; at + 2 < overview.cells.length; at += 3) {
          const heat = heatOf(overview.cells[at + 2] ?? 0, largest);
          context.fillStyle = mixed(heatColour(colours, heat), colours.foreground, 0.15);
          context.fillRect(
            x + (overview.cells[at] ?? 0) * overview.size * scale,
            y + (overview.cells[at + 1] ?? 0) * overview.size * scale,
            side,
            side,
          );
        }
      }
      context.strokeStyle = colours.accent;
      context.lineWidth = 1.5;
      context.strokeRect(
        Math.max(1, x + visible.x * scale),
        Math.max(1, y + visible.y * scale),
        Math.max(3, Math.min(visible.width * scale, width - 2)),
        Math.max(3, Math.min(visible.height * scale, height - 2)),
      );
    },
  });
  const element = h("div", { class: "graph-minimap", "aria-hidden": "true" }, canvas.place);
  const follow = (event: PointerEvent): void => {
    const box = element.getBoundingClientRect();
    const { scale, x, y } = placement(box.width, box.height);
    goTo((event.clientX - box.left - x) / scale, (event.clientY - box.top - y) / scale);
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    follow(event);
    element.addEventListener("pointermove", follow);
    element.addEventListener(
      "lostpointercapture",
      () => element.removeEventListener("pointermove", follow),
      { once: true },
    );
  });
  return {
    element,
    show(view) {
      drawing = { width: Math.max(1, view.width), height: Math.max(1, view.height) };
      largest = view.largest;
      if (view.overview !== null) overview = view.overview;
      canvas.redraw();
    },
    mark(window) {
      visible = window;
      canvas.redraw();
    },
  };
}

export interface Minimap {
  readonly element: HTMLElement;
  show(view: GraphView): void;
  mark(visible: GraphWindow): void;
}
