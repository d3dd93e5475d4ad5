import { formatBytes, formatNumber } from "../../../server/core/base/units.js";
import type { BufferRow, MemoryView, NodeName } from "../../../server/core/views/memory.js";
import { costBar } from "../kit/cost-bar.js";
import { h, visibleText, type Child } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { region } from "../kit/region.js";
import { counted } from "../kit/quantity-text.js";
import { bufferName, memoryPicture, nodeText, number } from "./memory-picture.js";
import { nodeLink } from "./node-link.js";

/** A memory plan drawn: its sizes in a sentence, the strategies, what is alive at the peak, and the picture. */
export function memoryPlan(view: MemoryView, openNode: OpenNode): readonly HTMLElement[] {
  return [
    h("p", { class: "memory-facts" }, ...factsOf(view, openNode)),
    h(
      "div",
      { class: "memory-parts" },
      strategiesTable(view),
      aliveTable(view, openNode),
      memoryPicture(view),
    ),
  ];
}

type OpenNode = (nodeId: number) => void;

function factsOf(view: MemoryView, openNode: OpenNode): readonly HTMLElement[] {
  const facts: (readonly Child[])[] = [
    ["arena ", h("strong", {}, formatBytes(view.arenaBytes)), ` by ${view.strategy}`],
    ["least possible ", h("strong", {}, formatBytes(view.lowerBoundBytes))],
  ];
  if (view.peak !== null)
    facts.push([
      "peak set by ",
      linkTo(view.peak, openNode),
      ` at step ${number(view.peakStep + 1)} of ${number(view.stepCount)}`,
    ]);
  if (view.reordered !== null)
    facts.push([
      "with ",
      linkTo(view.reordered.moved, openNode),
      " before ",
      linkTo(view.reordered.before, openNode),
      " ",
      h("strong", {}, formatBytes(view.reordered.arenaBytes)),
    ]);
  return facts.map((fact) => h("span", { class: "fact" }, ...fact));
}

function strategiesTable(view: MemoryView): HTMLElement {
  const rows = [...view.strategies].sort((a, b) => a.bytes - b.bytes);
  return h(
    "table",
    { class: "memory-table memory-strategies" },
    headRow("strategy", "arena", "× the least"),
    h(
      "tbody",
      {},
      ...rows.map(({ strategy, bytes }) =>
        h(
          "tr",
          { class: strategy === view.strategy ? "is-best" : undefined },
          h("th", { scope: "row" }, strategy),
          h("td", { class: "number" }, formatBytes(bytes)),
          h("td", { class: "number" }, formatNumber(bytes / Math.max(1, view.lowerBoundBytes))),
        ),
      ),
      ...view.skipped.map((strategy) =>
        h(
          "tr",
          { class: "dim" },
          h("th", { scope: "row" }, strategy),
          h("td", { colspan: 2, title: whySkipped }, "not tried: too large"),
        ),
      ),
    ),
  );
}

const whySkipped = "The model has so many buffers that trying it would take too long.";

function aliveTable(view: MemoryView, openNode: OpenNode): HTMLElement {
  const rest = view.aliveAtPeakCount - view.aliveAtPeak.length;
  return region(
    "memory-alive",
    "Alive at the peak",
    h(
      "table",
      { class: "memory-table" },
      headRow("alive at the peak", "bytes", "address", "written by"),
      h(
        "tbody",
        {},
        ...view.aliveAtPeak.map((buffer) => aliveRow(buffer, view.lowerBoundBytes, openNode)),
        rest > 0 &&
          h(
            "tr",
            { class: "dim" },
            h("td", { colspan: 4 }, `… and ${counted(rest, "smaller buffer")}`),
          ),
      ),
    ),
  );
}

function aliveRow(buffer: BufferRow, peakBytes: number, openNode: OpenNode): HTMLElement {
  const { tensors, bytes, offset, writer } = buffer;
  const name = bufferName(buffer);
  const share = bytes / Math.max(1, peakBytes);
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row", title: tensors.length > 1 ? tensors.slice(0, 12).join("\n") : name },
      elidedMiddle(name, longestName),
      tensors.length > 1 && h("span", { class: "dim" }, ` +${counted(tensors.length - 1, "view")}`),
    ),
    h(
      "td",
      { class: "number" },
      h(
        "span",
        { class: "memory-bytes", title: `${number(bytes)} bytes` },
        costBar({ value: share, low: share, high: share, isHatched: false, tone: "memory" }),
        h("span", {}, formatBytes(bytes)),
      ),
    ),
    h("td", { class: "number" }, number(offset)),
    h(
      "td",
      {},
      writer === null ? h("span", { class: "dim" }, "an input") : linkTo(writer, openNode),
    ),
  );
}

/** Characters: a column of a half-wide page. */
const longestName = 36;

function headRow(first: string, ...others: readonly string[]): HTMLElement {
  return h(
    "thead",
    {},
    h(
      "tr",
      {},
      h("th", { scope: "col" }, first),
      ...others.map((name) =>
        h("th", { scope: "col", class: name === "written by" ? undefined : "number" }, name),
      ),
    ),
  );
}

function linkTo(node: NodeName, openNode: OpenNode): HTMLElement {
  const link = nodeLink({ nodeId: Number(node.id), name: nodeText(node) }, openNode);
  link.textContent = visibleText(elidedMiddle(nodeText(node), longestName));
  return link;
}
