import {
  formatBytes,
  formatCount,
  formatJoules,
  formatSeconds,
  formatShare,
} from "../../../server/core/base/units.js";
import type { MappedLayer } from "../../../server/core/views/mapping.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedLeft } from "../kit/elided-left.js";

/** More rows than anyone reads. */
const rowLimit = 500;

/** Layers as a table, the longest first. */
export function layerTable(
  layers: readonly MappedLayer[],
  selected: number | null,
  select: (layer: MappedLayer) => void,
): HTMLElement {
  const sorted = [...layers].sort((a, b) => b.cycles - a.cycles);
  const hasEngines = layers.some(({ engine }) => engine !== null);
  const hasStacks = layers.some(({ stack }) => stack !== null);
  const hasDensities = layers.some(({ weightDensity }) => weightDensity !== null);
  const titles = [
    "operator",
    ...(hasStacks ? ["group"] : []),
    ...(hasEngines ? ["engine"] : []),
    "MACs",
    ...(hasDensities ? ["non-zero"] : []),
    "cycles",
    "time",
    "used",
    "DRAM",
    "× least",
    "energy",
    "limit",
  ];
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Layers on the accelerator, the longest first"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "layer"),
        ...titles.map((title) => h("th", { scope: "col", class: classOf(title) }, title)),
      ),
    ),
    h(
      "tbody",
      {},
      ...sorted.slice(0, rowLimit).map((layer) =>
        h(
          "tr",
          {
            "aria-selected": String(layer.nodeId === selected),
            on: { click: () => select(layer) },
          },
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              {
                class: "link",
                type: "button",
                title: plainText(layer.name),
                on: { click: () => select(layer) },
              },
              elidedLeft(layer.shortName),
            ),
          ),
          ...cellsOf(layer, { hasEngines, hasStacks, hasDensities }).map((text, at) =>
            h("td", { class: classOf(titles[at] ?? "") }, text),
          ),
        ),
      ),
      sorted.length > rowLimit &&
        h(
          "tr",
          {},
          h("td", { colspan: titles.length + 1 }, `… and ${sorted.length - rowLimit} more`),
        ),
    ),
  );
}

function cellsOf(
  layer: MappedLayer,
  shown: Readonly<Record<"hasEngines" | "hasStacks" | "hasDensities", boolean>>,
): readonly string[] {
  const { hasEngines, hasStacks, hasDensities } = shown;
  const least = layer.leastDramBytes > 0 ? layer.dramBytes / layer.leastDramBytes : 0;
  return [
    layer.op,
    ...(hasStacks ? [layer.stack === null ? "" : String(layer.stack + 1)] : []),
    ...(hasEngines ? [layer.engine ?? ""] : []),
    layer.macs === 0 ? "" : formatCount(layer.macs),
    ...(hasDensities ? [layer.weightDensity === null ? "" : formatShare(layer.weightDensity)] : []),
    formatCount(layer.cycles),
    formatSeconds(layer.seconds),
    layer.macs === 0 ? "" : formatShare(layer.utilization),
    formatBytes(layer.dramBytes),
    least === 0 ? "" : least.toFixed(2),
    formatJoules(layer.energy.total),
    limitText(layer),
  ];
}

export function limitText({ limit, limitingMemory }: MappedLayer): string {
  switch (limit) {
    case "dram":
      return "DRAM bandwidth";
    case "buffer":
      return limitingMemory ?? "buffer";
    case "utilization":
      return "shape fills little";
    case "vector":
      return "vector units";
    case "compute":
      return "multipliers";
  }
}

function classOf(title: string): string {
  return ["operator", "engine", "limit"].includes(title) ? "" : "number";
}
