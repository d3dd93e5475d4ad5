import type { Analysis } from "../analysis.js";
import { exportFormats } from "../exports/index.generated.js";
import { targetById } from "./layer-cost.js";

/** A file for another program, with a name for it; null when there is nothing to write. */
export function view(
  analysis: Analysis,
  params: { readonly format: string; readonly target: string | null },
): { readonly name: string; readonly text: string } | null {
  const format = exportFormats.find(({ id }) => id === params.format);
  const text = format?.write(analysis, targetById(analysis, params.target));
  if (format === undefined || text === undefined) return null;
  const { model } = analysis;
  const name = (model.name === "" ? model.graph.name : model.name) || "model";
  return { name: `${name}${format.suffix}`, text };
}
