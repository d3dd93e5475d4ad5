import type { Analysis } from "../analysis.js";
import type { Alternative } from "../search/alternatives.js";
import {
  compareAlternatives,
  type Grouping,
  type ParetoAxis,
  type ParetoResult,
} from "../search/compare-alternatives.js";

/** Which of the alternatives that the panel has gathered are worth a look. */
export function view(_analysis: Analysis, params: ParetoParams): ParetoResult {
  return compareAlternatives(params.alternatives, params.axes, params.groupBy);
}

export interface ParetoParams {
  readonly alternatives: readonly Alternative[];
  /** Two or three. */
  readonly axes: readonly ParetoAxis[];
  readonly groupBy?: Grouping;
}
