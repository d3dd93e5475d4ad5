import { memoryFigure } from "../figures/memory.js";
import { view } from "../views/memory.js";
import type { ExportFormat } from "./export-format.js";

export const exportFormat: ExportFormat = {
  id: "memory",
  label: "Memory plan as SVG",
  suffix: ".memory.svg",
  write(analysis, target) {
    const shown = view(analysis, {
      target: target?.target.id ?? null,
      aliveLimit: 0,
      hasBuffers: true,
      bufferLimit: 2000,
    });
    return shown === undefined ? undefined : memoryFigure(shown);
  },
};
