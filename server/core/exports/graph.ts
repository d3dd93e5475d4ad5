import { view } from "../views/graph-figure.js";
import type { ExportFormat } from "./export-format.js";

export const exportFormat: ExportFormat = {
  id: "graph",
  label: "Graph as SVG",
  suffix: ".graph.svg",
  write: (analysis, target) =>
    view(analysis, {
      target: target?.target.id ?? null,
      measure: "latency",
      isSized: false,
      fold: "auto",
      toggled: [],
      unrolled: [],
      focus: null,
      window: null,
      scale: 1,
      reveal: null,
    }).svg,
};
