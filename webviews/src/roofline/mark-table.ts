import {
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
} from "../../../server/core/base/units.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import type { Series } from "./plot.js";

/** More rows than anyone reads. */
const rowLimit = 200;

/** The marks of all series as a table, the longest kernels first. */
export function markTable(
  series: readonly Series[],
  choose: (key: string, nodeId: number) => void,
): HTMLElement {
  const rows = series
    .flatMap((own) => own.roofline.marks.map((mark) => ({ own, mark })))
    .sort((a, b) => (b.mark.share ?? 0) - (a.mark.share ?? 0));
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Kernels with their intensity and speed"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "kernel"),
        ...(series.length > 1 ? [h("th", { scope: "col" }, "on")] : []),
        ...["op/byte", "speed", "interval", "time", "share"].map((name) =>
          h("th", { scope: "col", class: "number" }, name),
        ),
        h("th", { scope: "col" }, "limited by"),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.slice(0, rowLimit).map(({ own, mark }) =>
        h(
          "tr",
          {},
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              {
                class: "link",
                type: "button",
                on: { click: () => choose(own.key, mark.nodeId) },
              },
              elidedMiddle(plainText(mark.name), 50),
            ),
            ` ${plainText(mark.op)}`,
          ),
          ...(series.length > 1 ? [h("td", {}, own.label)] : []),
          h("td", { class: "number" }, formatNumber(mark.intensity)),
          h("td", { class: "number" }, formatRate(mark.opsPerSecond, "op/s")),
          h(
            "td",
            { class: "number" },
            `${formatRate(mark.low, "op/s")}–${formatRate(mark.high, "op/s")}`,
          ),
          h("td", { class: "number" }, formatSeconds(mark.seconds, 2)),
          h("td", { class: "number" }, mark.share === null ? "?" : formatShare(mark.share)),
          h("td", {}, mark.bound === "memory" ? mark.level : mark.bound),
        ),
      ),
      rows.length > rowLimit &&
        h("tr", {}, h("td", { colspan: 8 }, `… and ${rows.length - rowLimit} shorter`)),
    ),
  );
}
