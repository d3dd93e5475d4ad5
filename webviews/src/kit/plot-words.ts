import { tool } from "./controls.js";
import { h, put, type Child } from "./dom.js";
import type { PanelFrame } from "./panel-frame.js";

/** What is selected in a plot, in words and with what can be done about it; else how to select. */
export function createPlotWords(hint: string): PlotWords {
  const words = h("p", { class: "plot-words", "aria-live": "polite" });
  const buttons = h("div", { class: "graph-buttons" });
  return {
    elements: [words, buttons],
    show(description, ...actions) {
      put(words, description.replaceAll("\n", " · "));
      put(buttons, ...actions);
    },
    clear() {
      put(words, h("span", { class: "dim" }, hint));
      put(buttons);
    },
  };
}

export interface PlotWords {
  readonly elements: readonly HTMLElement[];
  /** Lines of a description stand beside each other here, where a tip puts them below each other. */
  show(description: string, ...actions: readonly Child[]): void;
  clear(): void;
}

/** The ways that lead from a node in a plot: to its line, and to how its number came about. */
export function nodeTools(frame: PanelFrame, nodeId: number): readonly Child[] {
  return [
    tool("Source", "go-to-file", () => frame.openSource(nodeId)),
    tool("Why", "info", () => frame.openDetails(nodeId)),
  ];
}
