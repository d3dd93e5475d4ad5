import { formatBytes, formatMacs, formatParameters } from "../../../server/core/base/units.js";
import type { SummaryView } from "../../../server/core/views/summary.js";
import { h, icon, put, unknown, type Child } from "../kit/dom.js";
import { elidedLeft } from "../kit/elided-left.js";
import { counted } from "../kit/quantity-text.js";

/** The head of the page: which model this is, and what it takes whatever the target. */
export function createOverview(actions: OverviewActions): Overview {
  const title = h("h1", { class: "title" }, h("span", { class: "skeleton is-title" }));
  const facts = h("p", { class: "facts" }, h("span", { class: "skeleton is-line" }));
  const status = h("span", { class: "status", role: "status" });
  const tiles = h("dl", { class: "tiles" }, ...[0, 1, 2, 3].map(() => skeletonTile()));
  // One for the life of the page, so that it keeps the focus while the tiles are drawn anew.
  const memoryToggle = h(
    "button",
    { class: "tile-toggle", type: "button", "aria-controls": "memory" },
    "Peak activations",
    icon("chevron-right", "tile-chevron"),
  );
  const markMemory = (isOpen: boolean): void =>
    memoryToggle.setAttribute("aria-expanded", String(isOpen));
  markMemory(actions.isMemoryOpen);
  return {
    head: h("header", { class: "head" }, h("div", { class: "head-text" }, title, facts), status),
    tiles,
    status,
    markMemory,
    focusMemory: () => memoryToggle.focus(),
    showName(fileName) {
      put(title, fileName);
    },
    show(summary, fileName) {
      const name = summary.name === "" ? fileName : summary.name;
      put(title, name);
      put(facts, ...separated(factsOf(summary, fileName === name ? "" : fileName)));
      const hasFocus = document.activeElement === memoryToggle;
      put(tiles, ...tilesOf(summary, memoryToggle, actions));
      if (hasFocus) memoryToggle.focus();
    },
  };
}

export interface OverviewActions {
  readonly openNode: (nodeId: number) => void;
  readonly isMemoryOpen: boolean;
  readonly toggleMemory: () => void;
}

export interface Overview {
  readonly head: HTMLElement;
  readonly tiles: HTMLElement;
  /** Says "updating…" while what is shown is stale. */
  readonly status: HTMLElement;
  /** Says on the tile of the peak whether the memory section is open. */
  markMemory(isOpen: boolean): void;
  focusMemory(): void;
  /** All that is known before, or without, an analysis. */
  showName(fileName: string): void;
  show(summary: SummaryView, fileName: string): void;
}

function factsOf(summary: SummaryView, fileName: string): readonly string[] {
  // What a reader maps operators to says nothing of the file.
  const isOnnx = summary.format.startsWith("onnx");
  const opsets = (isOnnx ? summary.opsets : []).map(({ domain, version }) =>
    domain === "" || domain === "ai.onnx" ? `opset ${version}` : `${domain} ${version}`,
  );
  return [
    fileName,
    formatNames[summary.format] ?? summary.format,
    summary.producer,
    ...opsets,
    counted(summary.nodeCount, "node"),
    summary.batch === null ? "" : `batch ${summary.batch}`,
  ].filter((fact) => fact !== "");
}

const formatNames: Readonly<Record<string, string>> = {
  onnx: "ONNX",
  tflite: "TensorFlow Lite",
  mlir: "MLIR",
};

function separated(facts: readonly string[]): readonly Child[] {
  return facts.map((fact) => h("span", { class: "fact" }, fact));
}

function tilesOf(
  summary: SummaryView,
  memoryToggle: HTMLElement,
  actions: OverviewActions,
): readonly HTMLElement[] {
  const { parameterCount, weightBytes, macs, uncostedCount } = summary;
  const isPart = summary.extentRead === "part";
  const uncosted =
    uncostedCount === 0 ? null : `without ${counted(uncostedCount, "uncosted node")}`;
  return [
    tile(
      "Parameters",
      parameterCount === null ? unknown(nothingRead) : formatParameters(parameterCount),
      isPart ? "of what could be read" : null,
    ),
    tile(
      "MACs",
      macs === null ? unknown(whyUnknown(summary)) : formatMacs(macs),
      macs === null ? null : uncosted,
    ),
    tile(
      "Weights",
      weightBytes === null ? unknown(nothingRead) : formatBytes(weightBytes),
      weightBytes === null ? null : isPart ? "of what could be read" : "as the file stores them",
    ),
    memoryTile(peakTile(summary, memoryToggle, actions.openNode), actions.toggleMemory),
  ];
}

export const nothingRead = "The file could not be read; its problems say why.";

export function whyUnknown({ extentRead, symbols }: SummaryView): string {
  if (extentRead === "none") return nothingRead;
  return symbols.some(({ bound }) => bound === null)
    ? "Some shapes are not known: bind the symbolic dimensions."
    : "Some shapes are not known.";
}

/** All of the tile opens the memory section, but for the link in it; for the keyboard there is the button. */
function memoryTile(element: HTMLElement, toggleMemory: () => void): HTMLElement {
  element.classList.add("is-toggle");
  element.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || target.closest(".link") === null) toggleMemory();
  });
  return element;
}

function peakTile(
  summary: SummaryView,
  label: HTMLElement,
  openNode: (nodeId: number) => void,
): HTMLElement {
  const { peak } = summary;
  if (peak === null) return tile(label, unknown(whyUnknown(summary)), null);
  const bound =
    peak.lowerBound < peak.bytes ? `at least ${formatBytes(peak.lowerBound)}` : "least possible";
  if (peak.nodeId === null) return tile(label, formatBytes(peak.bytes), bound);
  const { nodeId } = peak;
  return tile(
    label,
    formatBytes(peak.bytes),
    h(
      "span",
      {},
      `${bound}, set by `,
      h(
        "button",
        {
          class: "link",
          type: "button",
          title: peak.nodeName,
          on: { click: () => openNode(nodeId) },
        },
        elidedLeft(peak.nodeName ?? `#${nodeId}`),
      ),
    ),
  );
}

function tile(label: Child, value: Child, note: Child): HTMLElement {
  return h(
    "div",
    { class: "tile" },
    h("dt", {}, label),
    h("dd", { class: "tile-value" }, value),
    h("dd", { class: "tile-note" }, note),
  );
}

function skeletonTile(): HTMLElement {
  return tile(
    "\u00a0",
    h("span", { class: "skeleton is-value" }),
    h("span", { class: "skeleton is-line" }),
  );
}
