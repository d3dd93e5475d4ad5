import type { Analysis } from "../analysis.js";
import { alternativesOf, type Alternative } from "../search/alternatives.js";
import { readResults } from "../search/read-results.js";

/** Points for the Pareto panel: the model on its targets, or what a file of batch results holds. */
export function view(
  analysis: Analysis,
  params: { readonly results: string | null },
): {
  readonly alternatives: readonly Alternative[];
  readonly problems: readonly string[];
  /** What else the chips and runtimes of the targets offer. */
  readonly precisions: readonly string[];
} {
  const { value, problems } =
    params.results === null
      ? { value: alternativesOf(analysis), problems: [] }
      : readResults(params.results);
  const precisions = analysis.targets.flatMap(({ target: { chip, runtime } }) =>
    chip.runtimes
      .filter((offered) => offered.runtime === runtime.id)
      .flatMap((offered) => offered.precisions.map((id) => `${chip.id}/${runtime.id}/${id}`)),
  );
  return {
    alternatives: value,
    problems: problems.map(({ message }) => message),
    precisions: [...new Set(precisions)],
  };
}
