import type { Problem } from "../base/problem.js";
import type { ReportDocument } from "./report-document.js";
import { problemOf, sourceFinder } from "./report-places.js";

/** The document of an input that could not be analysed: the reasons and nothing else. `text`: what places count in. */
export function emptyReport(
  file: string | null,
  problems: readonly Problem[],
  text?: string,
): ReportDocument {
  const sourceOf = sourceFinder({ file, text });
  return {
    schemaVersion: 1,
    file,
    kind: null,
    model: null,
    layers: [],
    targets: [],
    problems: problems.map((problem) => problemOf(problem, sourceOf)),
  };
}
