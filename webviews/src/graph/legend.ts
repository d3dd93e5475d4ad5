import type { GraphView } from "../../../server/core/views/graph.js";
import { createCanvas } from "../kit/canvas.js";
import { h, put } from "../kit/dom.js";
import { heatColour } from "./draw.js";
import { measureText } from "./measure-text.js";

/** What the colours stand for: from nothing to the most of any box, on the scale of square roots that boxes use. */
export function createLegend(): Legend {
  const ramp = createCanvas({
    draw(context, { width, height }, colours) {
      for (let x = 0; x < width; x++) {
        context.fillStyle = heatColour(colours, x / width);
        context.fillRect(x, 0, 1, height);
      }
    },
  });
  ramp.place.classList.add("graph-ramp");
  ramp.place.setAttribute("aria-hidden", "true");
  const title = h("span", {});
  const ends = h("div", { class: "graph-legend-ends" });
  return {
    element: h("div", { class: "graph-legend" }, title, ramp.place, ends),
    show({ measure, largest }) {
      title.textContent = `${measure.label} of a box`;
      put(
        ends,
        h("span", {}, "0"),
        h("span", {}, measureText(largest / 4, measure.unit)),
        h("span", {}, measureText(largest, measure.unit)),
      );
      ramp.redraw();
    },
  };
}

export interface Legend {
  readonly element: HTMLElement;
  show(view: GraphView): void;
}
