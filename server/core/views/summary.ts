import type { Analysis } from "../analysis.js";

/** The head of the model page: what the model is and what it takes as a whole. */
export function view(
  analysis: Analysis,
  _params: Record<string, never>,
): { readonly title: string } {
  return { title: analysis.model.name };
}
