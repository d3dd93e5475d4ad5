import type { Analysis, TargetAnalysis } from "../analysis.js";

/** A file for another program; a file each here. `id` is what `ridgepoint export` takes. */
export interface ExportFormat {
  readonly id: string;
  readonly label: string;
  /** Appended to the model's name. */
  readonly suffix: string;
  /** Undefined when there is nothing to write: no target is chosen, or a size is not known. */
  readonly write: (analysis: Analysis, target: TargetAnalysis | undefined) => string | undefined;
}
