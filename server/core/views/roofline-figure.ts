import type { Analysis } from "../analysis.js";
import { rooflineFigure } from "../figures/roofline.js";
import { targetById } from "./layer-cost.js";
import { view as rooflineView } from "./roofline.js";

/** The roofline of one target as SVG text, for files and reports; null when no target is chosen. */
export function view(
  analysis: Analysis,
  params: { readonly target: string | null },
): { readonly svg: string } | null {
  const target = targetById(analysis, params.target);
  if (target === undefined) return null;
  const shown = rooflineView(analysis, { targets: [target.target.id], alpha: null, limit: 400 });
  const [roofline] = shown.targets;
  return roofline === undefined ? null : { svg: rooflineFigure(roofline) };
}
