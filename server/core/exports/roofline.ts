import { view } from "../views/roofline-figure.js";
import type { ExportFormat } from "./export-format.js";

export const exportFormat: ExportFormat = {
  id: "roofline",
  label: "Roofline as SVG",
  suffix: ".roofline.svg",
  write: (analysis, target) => view(analysis, { target: target?.target.id ?? null })?.svg,
};
