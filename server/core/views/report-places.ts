import type { Problem } from "../base/problem.js";
import type { Place, SourceRange } from "../base/text-span.js";
import type { ReportProblem, ReportSource } from "./report-document.js";

/** The file and lines of a place; null for one that is in no text. */
export type SourceFinder = (place: Place | undefined) => ReportSource | null;

export function problemOf(problem: Problem, sourceOf: SourceFinder): ReportProblem {
  const { code, severity, message, place, nodeId } = problem;
  return {
    code,
    severity,
    message,
    source: sourceOf(place),
    ...(nodeId !== undefined && { layer: String(nodeId) }),
    ...unwrittenPlace(place),
  };
}

/** Lines by bisection over the starts of all lines. */
export function sourceFinder({
  file,
  text,
}: {
  readonly file: string | null;
  readonly text?: string | undefined;
}): SourceFinder {
  if (file === null || text === undefined)
    return (place) => (place?.kind === "source" ? rangeOf(place) : null);
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const positionOf = (offset: number): { line: number; character: number } => {
    let low = 0;
    let high = starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low, character: offset - (starts[low] ?? 0) };
  };
  return (place) => {
    if (place?.kind === "source") return rangeOf(place);
    if (place?.kind !== "text") return null;
    const start = positionOf(place.span.start);
    const end = positionOf(place.span.end);
    return { file, ...start, endLine: end.line, endCharacter: end.character };
  };
}

function rangeOf({ file, line, character, endLine, endCharacter }: SourceRange): ReportSource {
  return { file, line, character, endLine, endCharacter };
}

/** A place that is no line of a text. */
function unwrittenPlace(place: Place | undefined): Pick<ReportProblem, "path" | "byteOffset"> {
  if (place?.kind === "path") return { path: place.path };
  return place?.kind === "bytes" ? { byteOffset: place.offset } : {};
}
