import { lineAt, spanOfRange } from "../../base/line-starts.js";
import type { SourceFix } from "../source/source-fixes.js";
import type { DesignState } from "./design-state.js";

/** Changes that are offered on the line of an offset; only while the text is the one that was analysed. */
export function designFixes(
  { file, text, numbers }: DesignState,
  offset: number,
): readonly SourceFix[] {
  if (numbers === undefined || numbers.told.moved !== undefined) return [];
  const { starts } = numbers.told;
  const lineOf = (at: number): number => lineAt(starts, at);
  return numbers.design.problems.flatMap(({ code, place, fixes = [] }): SourceFix[] => {
    if (place?.kind !== "source" || place.file !== file) return [];
    const span = spanOfRange(text, starts, place);
    const isHere = lineOf(span.start) <= lineOf(offset) && lineOf(offset) <= lineOf(span.end);
    if (!isHere) return [];
    return fixes
      .filter((fix) => fix.file === file)
      .map(({ title, edits }) => ({ title, code, edits }));
  });
}
