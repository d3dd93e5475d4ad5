import type { ReportFigure } from "./figures.js";
import type { TargetErrors } from "./published-errors.js";
import type { ReportDocument } from "../views/report-document.js";

/** One way to write a report; a file each. `id` is what `--format` takes. */
export interface ReportFormat {
  readonly id: string;
  readonly render: (document: ReportDocument, context: ReportContext) => string;
}

export interface ReportContext {
  /** Names of the targets for people, by id. */
  readonly targetLabels: ReadonlyMap<string, string>;
  /** Characters of a line, for text on a terminal. */
  readonly width: number;
  /** Pictures for formats that can show them. */
  readonly figures?: readonly ReportFigure[];
  /** How far the targets' predictions were from held-out measurements. */
  readonly errors?: readonly TargetErrors[];
  /** Also how activations share memory. */
  readonly hasMemory: boolean;
}
