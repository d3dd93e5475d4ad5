import { formatShare } from "../../../server/core/base/units.js";
import type { GraphView } from "../../../server/core/views/graph.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { measureText } from "./measure-text.js";

/** More rows than anyone reads; the layer table has all. */
const rowLimit = 300;

/** What the drawing shows, as a table: for screen readers, and for those who would rather read. */
export function boxTable(view: GraphView, choose: (id: string) => void): HTMLElement {
  const names = new Map(view.boxes.map((box) => [box.id, plainText(box.label)]));
  const readers = new Map<string, string[]>();
  for (const { from, to } of view.edges) {
    const name = names.get(to);
    if (name !== undefined) readers.set(from, [...(readers.get(from) ?? []), name]);
  }
  const boxes = view.boxes.filter((box) => box.value !== null || box.nodeCount > 0);
  return h(
    "table",
    { class: "frame-table" },
    h(
      "caption",
      { class: "visually-hidden" },
      `Boxes that are drawn, with their ${view.measure.label.toLowerCase()}`,
    ),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...["box", "operator", "makes"].map((name) => h("th", { scope: "col" }, name)),
        h("th", { scope: "col", class: "number" }, view.measure.label.toLowerCase()),
        h("th", { scope: "col", class: "number" }, "share"),
        h("th", { scope: "col" }, "leads to"),
      ),
    ),
    h(
      "tbody",
      {},
      ...boxes
        .slice(0, rowLimit)
        .map((box) =>
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              h(
                "button",
                { class: "link", type: "button", on: { click: () => choose(box.id) } },
                elidedMiddle(plainText(box.label), 60),
              ),
              box.repeatCount > 1 && ` ×${box.repeatCount}`,
            ),
            h("td", {}, plainText(box.detail)),
            h("td", {}, plainText(box.shape)),
            h(
              "td",
              { class: "number" },
              box.value === null
                ? "not known"
                : isPartOfAnother(view, box.value)
                  ? "none of its own"
                  : measureText(box.value, view.measure.unit),
            ),
            h(
              "td",
              { class: "number" },
              box.share === null || isPartOfAnother(view, box.value) ? "" : formatShare(box.share),
            ),
            h("td", {}, elidedMiddle((readers.get(box.id) ?? []).slice(0, 6).join(", "), 80)),
          ),
        ),
      boxes.length > rowLimit &&
        h("tr", {}, h("td", { colspan: 6 }, `… and ${boxes.length - rowLimit} more`)),
    ),
  );
}

/** Every kernel takes time and energy: what takes none is fused into another, folded, or a view. */
function isPartOfAnother({ measure }: GraphView, value: number | null): boolean {
  return value === 0 && (measure.unit === "s" || measure.unit === "J");
}
