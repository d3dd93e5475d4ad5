import type { Problem } from "../base/problem.js";
import type { SourceRange } from "../base/text-span.js";
import type { ReportDocument, ReportSource } from "./report-document.js";

/** The document of an input that could not be analysed: the reasons and nothing else. */
export function emptyReport(file: string | null, problems: readonly Problem[]): ReportDocument {
  return {
    schemaVersion: 1,
    file,
    kind: null,
    model: null,
    layers: [],
    targets: [],
    problems: problems.map(({ code, severity, message, place }) => ({
      code,
      severity,
      message,
      source: place?.kind === "source" ? sourceOf(place) : null,
    })),
  };
}

function sourceOf({ file, line, character, endLine, endCharacter }: SourceRange): ReportSource {
  return { file, line, character, endLine, endCharacter };
}
