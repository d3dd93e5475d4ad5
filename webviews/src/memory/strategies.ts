import { formatBytes, formatNumber } from "../../../server/core/base/units.js";
import type { MemoryView } from "../../../server/core/views/memory.js";
import { h } from "../kit/dom.js";

/** What each way of placing takes, beside the sum of all buffers and the least that any can take. */
export function strategyTable({
  strategies,
  skipped,
  strategy: best,
  lowerBoundBytes,
}: MemoryView): HTMLElement {
  const rows = [...strategies].sort((a, b) => a.bytes - b.bytes);
  return table(
    "Ways of placing",
    ["strategy", "arena", "× the least"],
    [
      ...rows.map(({ strategy, bytes }) => [
        strategy === best ? `${strategy} (taken)` : strategy,
        formatBytes(bytes),
        formatNumber(bytes / Math.max(1, lowerBoundBytes)),
      ]),
      ...skipped.map((strategy) => [strategy, "not tried: too large", ""]),
      ["least possible", formatBytes(lowerBoundBytes), "1"],
    ],
  );
}

/** What goes off chip when there is less memory than the arena takes. Null for graphs that are too large to walk. */
export function scratchpadTable({ scratchpad }: MemoryView): HTMLElement | null {
  if (scratchpad === null || scratchpad.points.length < 2) return null;
  return table(
    `Off chip with less memory, beyond ${formatBytes(scratchpad.compulsoryBytes)} of inputs and outputs`,
    ["memory", "furthest use goes first", "as a cache does"],
    scratchpad.points.map(({ bytes, extraBytes, leastRecentlyUsedBytes }) => [
      formatBytes(bytes),
      formatBytes(extraBytes),
      formatBytes(leastRecentlyUsedBytes),
    ]),
  );
}

function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  return h(
    "table",
    { class: "frame-table" },
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...heads.map((head, at) =>
          h("th", { scope: "col", class: at === 0 ? undefined : "number" }, head),
        ),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map(([first = "", ...rest]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, first),
          ...rest.map((text) => h("td", { class: "number" }, text)),
        ),
      ),
    ),
  );
}
