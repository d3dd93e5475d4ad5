import type { GraphBox, GraphView } from "../../../server/core/views/graph.js";
import { tool } from "../kit/controls.js";
import { h, put } from "../kit/dom.js";
import { describe } from "./surface.js";

/** What is selected, in words, and what can be done with it. Screen readers hear it as the selection moves. */
export function createSelectionBar(actions: SelectionActions): SelectionBar {
  const words = h("p", { class: "graph-words", "aria-live": "polite" });
  const buttons = h("div", { class: "graph-buttons" });
  return {
    element: h("div", { class: "graph-selection" }, words, buttons),
    show(box, view) {
      if (box === undefined) {
        put(
          words,
          h("span", { class: "dim" }, "Double click a scope to open it, a node for its source."),
        );
        put(buttons);
        return;
      }
      put(words, describe(box, view).replaceAll("\n", " · "));
      const isScope = box.kind === "group" || box.kind === "repeat";
      put(
        buttons,
        isScope && tool(box.isOpen ? "Fold" : "Unfold", "list-tree", () => actions.open(box)),
        box.kind === "repeat" &&
          tool("Show each", "layers", () => actions.unroll(box.id), "Show every block by itself"),
        box.repeatId !== null &&
          tool(
            "Show once",
            "layers",
            () => actions.roll(box.repeatId ?? ""),
            "Show equal blocks once",
          ),
        box.kind === "node" && tool("Source", "go-to-file", () => actions.open(box)),
        box.kind === "node" &&
          tool(
            "Around it",
            "target",
            () => actions.focus(box),
            "Show only what is around this node",
          ),
        box.kind === "node" &&
          box.nodeId !== null &&
          tool(
            "Why",
            "info",
            () => actions.details(box.nodeId ?? 0),
            "Show how the number came about",
          ),
      );
    },
  };
}

export interface SelectionActions {
  readonly open: (box: GraphBox) => void;
  readonly unroll: (id: string) => void;
  readonly roll: (id: string) => void;
  readonly focus: (box: GraphBox) => void;
  readonly details: (nodeId: number) => void;
}

export interface SelectionBar {
  readonly element: HTMLElement;
  show(box: GraphBox | undefined, view: GraphView): void;
}
