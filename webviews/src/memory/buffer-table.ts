import { formatBytes } from "../../../server/core/base/units.js";
import type { BufferRow, MemoryView } from "../../../server/core/views/memory.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { bufferName, nodeText } from "../model/memory-picture.js";

/** More rows than anyone reads. */
const rowLimit = 300;

/** The buffers as a table, the largest first, with where and when they are. */
export function bufferTable(
  { buffers, bufferCount, peakStep }: MemoryView,
  choose: (buffer: BufferRow) => void,
): HTMLElement {
  const rows = [...buffers].sort((a, b) => b.bytes - a.bytes).slice(0, rowLimit);
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Buffers, the largest first"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "tensor"),
        ...["bytes", "address", "steps"].map((name) =>
          h("th", { scope: "col", class: "number" }, name),
        ),
        h("th", { scope: "col" }, "at the peak"),
        h("th", { scope: "col" }, "written by"),
        h("th", { scope: "col" }, "read last by"),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((buffer) =>
        h(
          "tr",
          {},
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              { class: "link", type: "button", on: { click: () => choose(buffer) } },
              elidedMiddle(plainText(bufferName(buffer)), 48),
            ),
          ),
          h("td", { class: "number" }, formatBytes(buffer.bytes)),
          h("td", { class: "number" }, buffer.offset.toLocaleString("en-US")),
          h("td", { class: "number" }, `${buffer.firstStep + 1}–${buffer.lastStep + 1}`),
          h("td", {}, buffer.firstStep <= peakStep && peakStep <= buffer.lastStep ? "alive" : ""),
          h("td", {}, nameOf(buffer.writer)),
          h("td", {}, nameOf(buffer.lastReader)),
        ),
      ),
      bufferCount > rows.length &&
        h("tr", {}, h("td", { colspan: 7 }, `… and ${bufferCount - rows.length} smaller`)),
    ),
  );
}

function nameOf(node: BufferRow["writer"]): string {
  return node === null ? "an input" : elidedMiddle(plainText(nodeText(node)), 40);
}
