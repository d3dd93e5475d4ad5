import type { Problem } from "../base/problem.js";
import type { Place, SourceRange } from "../base/text-span.js";
import type { ReportDocument, ReportProblem, ReportSource } from "./report-document.js";

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
      ...unwrittenPlace(place),
    })),
  };
}

/** A place that is no line of a text. */
export function unwrittenPlace(
  place: Place | undefined,
): Pick<ReportProblem, "path" | "byteOffset"> {
  if (place?.kind === "path") return { path: place.path };
  return place?.kind === "bytes" ? { byteOffset: place.offset } : {};
}

function sourceOf({ file, line, character, endLine, endCharacter }: SourceRange): ReportSource {
  return { file, line, character, endLine, endCharacter };
}
