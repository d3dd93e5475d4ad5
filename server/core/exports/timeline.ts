import { timelineFigure } from "../figures/timeline.js";
import { view } from "../views/timeline.js";
import type { ExportFormat } from "./export-format.js";

export const exportFormat: ExportFormat = {
  id: "timeline",
  label: "Timeline as SVG",
  suffix: ".timeline.svg",
  write(analysis, target) {
    const shown = view(analysis, {
      target: target?.target.id ?? null,
      start: null,
      end: null,
      limit: 2000,
    });
    return shown === null ? undefined : timelineFigure(shown);
  },
};
