import { formatNumber, formatQuantity, formatSeconds } from "../../../server/core/base/units.js";
import type {
  ComparedLayer,
  ComparedTotal,
  ComparisonView,
} from "../../../server/core/views/compare/compare-analyses.js";
import type { Quantity } from "../../../server/core/views/layer-cost.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { secondsText } from "../kit/quantity-text.js";

export function totalsTable({ totals, left, right }: ComparisonView): HTMLElement {
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Totals side by side"),
    head(["total"], [nameOf(left, right), nameOf(right, left), "difference"], [""]),
    h(
      "tbody",
      {},
      ...totals.map((total) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, total.label),
          h("td", { class: "number" }, intervalText(total.left, total.unit)),
          h("td", { class: "number" }, intervalText(total.right, total.unit)),
          h("td", { class: "number" }, differenceText(total)),
          h("td", { class: "dim" }, total.isClear === false ? "within the intervals" : ""),
        ),
      ),
    ),
  );
}

export function layersTable(
  { rows, rowCount, left, right }: ComparisonView,
  openNode: (nodeId: number) => void,
): HTMLElement {
  const moved = rows.filter(({ state, deltaSeconds }) => state !== "same" || deltaSeconds !== 0);
  const most = Math.max(...moved.map(({ deltaSeconds }) => Math.abs(deltaSeconds ?? 0)), 1e-30);
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Layers, those that moved most first"),
    head(
      ["layer", "operator", "state"],
      [nameOf(left, right), nameOf(right, left), "difference"],
      ["", "makes"],
    ),
    h(
      "tbody",
      {},
      ...moved.map((row) => layerRow(row, most, openNode)),
      rows.length < rowCount &&
        h("tr", {}, h("td", { colspan: 8 }, `… of ${rowCount} layers, the rest moved less`)),
    ),
  );
}

function layerRow(
  row: ComparedLayer,
  most: number,
  openNode: (nodeId: number) => void,
): HTMLElement {
  const { name, op, state, left, right, deltaSeconds } = row;
  const label = elidedMiddle(plainText(name), 48);
  const shapes =
    left !== null && right !== null && left.shape !== right.shape
      ? `${left.shape} → ${right.shape}`
      : (right ?? left)?.shape;
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row", title: plainText(name).slice(0, 300) },
      right === null
        ? label
        : h(
            "button",
            { class: "link", type: "button", on: { click: () => openNode(right.nodeId) } },
            label,
          ),
    ),
    h("td", {}, plainText(op)),
    h("td", {}, state),
    h("td", { class: "number" }, sideText(left)),
    h("td", { class: "number" }, sideText(right)),
    h("td", { class: "number" }, deltaSeconds === null ? "not known" : signedSeconds(deltaSeconds)),
    h("td", {}, deltaBar(deltaSeconds ?? 0, most)),
    h("td", {}, plainText(shapes ?? "")),
  );
}

function sideText(side: ComparedLayer["left"]): string {
  if (side === null) return "";
  if (side.isFused) return "fused";
  return side.seconds === null
    ? "not known"
    : side.seconds.value === 0
      ? "0"
      : secondsText(side.seconds);
}

function deltaBar(delta: number, most: number): HTMLElement {
  const part = h("span", { class: delta < 0 ? "is-less" : "" });
  const share = (Math.abs(delta) / most) * 50;
  part.style.left = `${delta < 0 ? 50 - share : 50}%`;
  part.style.width = `${share}%`;
  return h("span", { class: "comparison-bar", "aria-hidden": "true" }, part);
}

function head(
  texts: readonly string[],
  numbers: readonly string[],
  rest: readonly string[],
): HTMLElement {
  return h(
    "thead",
    {},
    h(
      "tr",
      {},
      ...texts.map((text) => h("th", { scope: "col" }, text)),
      ...numbers.map((text) => h("th", { scope: "col", class: "number" }, text)),
      ...rest.map((text) => (text === "" ? h("td", {}) : h("th", { scope: "col" }, text))),
    ),
  );
}

/** One side's name for a table's head; what both sides have in common is left out. */
function nameOf(side: ComparisonView["left"], other: ComparisonView["left"]): string {
  const parts = [
    ...(side.model === other.model && side.target !== other.target ? [] : [side.model]),
    ...(side.target === other.target ? [] : [side.target]),
  ];
  return elidedMiddle(plainText(parts.filter(Boolean).join(" · ")), 44);
}

function intervalText(quantity: Quantity | null, unit: ComparedTotal["unit"]): string {
  if (quantity === null) return "not known";
  const { value, low, high } = quantity;
  return low === high
    ? unitText(value, unit)
    : `${unitText(value, unit)} (${unitText(low, unit)}–${unitText(high, unit)})`;
}

function differenceText({ left, right }: ComparedTotal): string {
  if (left === null || right === null) return "not known";
  if (left.value === right.value) return "none";
  if (left.value === 0) return "new";
  const ratio = right.value / left.value;
  if (ratio < 0.1 || 3 < ratio) return `× ${formatNumber(ratio)}`;
  if (Math.abs(ratio - 1) < 0.0005) return "below 0.1 %";
  return `${ratio > 1 ? "+" : "−"}${formatNumber(Math.abs(ratio - 1) * 100, 2)} %`;
}

function signedSeconds(seconds: number): string {
  if (seconds === 0) return "none";
  return `${seconds > 0 ? "+" : "−"}${formatSeconds(Math.abs(seconds), 2)}`;
}

function unitText(value: number, unit: ComparedTotal["unit"]): string {
  return formatQuantity(value, unit, 3);
}
