import { formatBytes, formatCount, formatShare } from "../../../server/core/base/units.js";
import type { MappedStack } from "../../../server/core/views/mapping.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";

/** Layers that run tile by tile together, with what they would take one after the other. */
export function stackTable(stacks: readonly MappedStack[]): HTMLElement {
  const titles = ["layers", "DRAM alone", "DRAM", "time", "energy", "made again", "in the buffer"];
  return h(
    "table",
    { class: "frame-table mapping-stacks" },
    h("caption", {}, "Tile by tile, beside the same layers one after the other"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "group"),
        ...titles.map((title) => h("th", { scope: "col", class: "number" }, title)),
        h("th", { scope: "col" }, "how"),
      ),
    ),
    h("tbody", {}, ...stacks.map((stack, index) => rowOf(stack, index))),
  );
}

function rowOf(stack: MappedStack, index: number): HTMLElement {
  const { names, alone } = stack;
  const share = (now: number, before: number): string => formatShare(now / Math.max(1e-30, before));
  const held = stack.tileBytes + stack.overlapBytes + (stack.keepsWeights ? stack.weightBytes : 0);
  const numbers = [
    formatCount(names.length),
    formatBytes(alone.dramBytes),
    formatBytes(stack.dramBytes),
    share(stack.cycles, alone.cycles),
    share(stack.joules, alone.joules),
    formatShare(stack.repeat - 1),
    formatBytes(held),
  ];
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row", title: plainText(names.join("\n")) },
      `${index + 1} · ${plainText(names[0] ?? "")} … ${plainText(names.at(-1) ?? "")}`,
    ),
    ...numbers.map((text) => h("td", { class: "number" }, text)),
    h("td", {}, stack.text),
  );
}
