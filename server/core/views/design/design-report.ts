import type { Design } from "../../design/design.js";
import { emptyReport } from "../empty-report.js";
import type { ReportDocument } from "../report-document.js";

/** The command line's document of a hardware description. */
export function designReport(file: string | null, design: Design): ReportDocument {
  const { problems, ...rest } = design;
  return { ...emptyReport(file, problems), kind: design.kind, design: rest };
}
