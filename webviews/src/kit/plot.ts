import { createCanvas, type Canvas, type CanvasSize, type ThemeColours } from "./canvas.js";
import { h, visibleText } from "./dom.js";

/** Something in a plot that pointer and keys can reach. */
export interface PlotItem {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * A canvas of marks: hovering says what a mark is, a click or the arrow keys select it, Enter or a double click opens it.
 * Marks are those of the last drawing, the topmost last.
 */
export function createPlot<Item extends PlotItem>(options: PlotOptions<Item>): Plot {
  let items: readonly Item[] = [];
  const { drawOver } = options;
  const tooltip = h("div", { class: "tooltip", hidden: true, "aria-hidden": "true" });
  const canvas: Canvas = createCanvas({
    draw(context, size, colours) {
      items = options.draw(context, size, colours);
    },
    ...(drawOver !== undefined && {
      drawOver: (context: CanvasRenderingContext2D, size: CanvasSize, colours: ThemeColours) =>
        drawOver(context, size, colours, items),
    }),
  });
  const { element, place } = canvas;
  element.tabIndex = 0;
  element.setAttribute("role", "application");
  element.setAttribute("aria-roledescription", "plot");
  element.setAttribute("aria-label", options.label);
  element.classList.add("is-plot");
  place.append(tooltip);
  const itemAt = (event: MouseEvent): Item | undefined => {
    const box = element.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const { hit } = options;
    if (hit !== undefined) return items.find((item) => hit(item, x, y));
    let best: Item | undefined;
    let least = Infinity;
    for (const item of items) {
      const distance = Math.hypot(item.x - x, item.y - y) - item.radius;
      // A small mark on a large one is the one that is meant.
      if (distance < 5 && distance - (distance < 0 ? 100 / item.radius : 0) < least) {
        least = distance - (distance < 0 ? 100 / item.radius : 0);
        best = item;
      }
    }
    return best;
  };
  element.addEventListener("pointermove", (event) => {
    const item = itemAt(event);
    tooltip.hidden = item === undefined;
    if (item === undefined) return;
    tooltip.textContent = visibleText(options.describe(item));
    const { width, height } = canvas.size();
    const place = element.getBoundingClientRect();
    const x = options.hit === undefined ? item.x : event.clientX - place.left;
    tooltip.style.left = `${Math.max(0, Math.min(x + 14, width - tooltip.offsetWidth - 4))}px`;
    tooltip.style.top = `${Math.max(0, Math.min(item.y + 14, height - tooltip.offsetHeight - 4))}px`;
  });
  element.addEventListener("pointerleave", () => (tooltip.hidden = true));
  element.addEventListener("click", (event) => options.onSelect(itemAt(event)));
  element.addEventListener("dblclick", (event) => {
    const item = itemAt(event);
    if (item !== undefined) options.onOpen(item);
  });
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Items are drawn from the least to the most important: the first key goes to the most important.
    const order = [...items].reverse();
    const now = order.findIndex((item) => options.isSelected(item));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && order.length > 0) {
      event.preventDefault();
      options.onSelect(order[now < 0 ? 0 : (now + step + order.length) % order.length]);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      options.onSelect(event.key === "Home" ? order[0] : order.at(-1));
    } else if (event.key === "Enter") {
      const item = order[now];
      if (item !== undefined) options.onOpen(item);
    } else if (event.key === "Escape") options.onSelect(undefined);
  });
  return {
    place,
    canvas,
    redraw: () => canvas.redraw(),
    redrawOver: () => canvas.redrawOver(),
    focus: () => element.focus(),
  };
}

export interface PlotOptions<Item extends PlotItem> {
  readonly label: string;
  /** Draws, and answers what can be reached. */
  readonly draw: (
    context: CanvasRenderingContext2D,
    size: CanvasSize,
    colours: ThemeColours,
  ) => readonly Item[];
  /** Draws what changes while the items stay where they are: what is selected. */
  readonly drawOver?: (
    context: CanvasRenderingContext2D,
    size: CanvasSize,
    colours: ThemeColours,
    items: readonly Item[],
  ) => void;
  /** Whether a point is on an item; within a few pixels of its circle unless given. */
  readonly hit?: (item: Item, x: number, y: number) => boolean;
  readonly describe: (item: Item) => string;
  readonly isSelected: (item: Item) => boolean;
  readonly onSelect: (item: Item | undefined) => void;
  readonly onOpen: (item: Item) => void;
}

export interface Plot {
  readonly place: HTMLElement;
  readonly canvas: Canvas;
  redraw(): void;
  /** Only what changes while the items stay where they are. */
  redrawOver(): void;
  focus(): void;
}
