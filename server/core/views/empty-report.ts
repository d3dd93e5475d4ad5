import type { Problem } from "../base/problem.js";
import type { ReportDocument } from "./report-document.js";

/** The document of an input that could not be analysed: the reasons and nothing else. */
export function emptyReport(file: string | null, problems: readonly Problem[]): ReportDocument {
  return {
    schemaVersion: 1,
    file,
    kind: null,
    model: null,
    layers: [],
    targets: [],
    problems: problems.map(({ code, severity, message }) => ({
      code,
      severity,
      message,
      source: null,
    })),
  };
}
