import { lineAt, lineStartsOf } from "../../../core/base/line-starts.js";
import type { DesignProblem } from "../../../core/design/design.js";
import { sourceLine } from "../../../core/design/places.js";

export interface BrokenText {
  /** What is wrong whatever the synthesis says: it reads over both. */
  readonly certain: readonly DesignProblem[];
  /** The likely cause of an error further on. */
  readonly likely: DesignProblem | undefined;
}

/**
 * Marks that are opened and never closed, and bytes that no text has. The engine takes an open comment for one that ends with the
 * file, and tells of an open string at the end of the file.
 */
export function brokenText(file: string, text: string): BrokenText {
  const starts = lineStartsOf(text);
  const problem = (at: number, message: string): DesignProblem => ({
    code: "RP5015",
    severity: "error",
    message,
    place: sourceLine(file, lineAt(starts, at)),
  });
  const certain: DesignProblem[] = [];
  const zero = text.indexOf("\0");
  if (zero >= 0)
    certain.push(
      problem(zero, "A NUL byte stands here: this is no text, or its encoding is not UTF-8."),
    );
  let likely: DesignProblem | undefined;
  for (const { 0: found, index } of text.matchAll(markPattern)) {
    if (found.startsWith("/*") && (found.length < 4 || !found.endsWith("*/")))
      certain.push(problem(index, "This comment is not closed: what follows is not read."));
    if (found.startsWith('"') && !/^"(?:\\[\s\S]|[^"\\])*"$/.test(found))
      likely ??= problem(index, "This string is not closed in its line.");
  }
  return { certain, likely };
}

/** SystemVerilog's `` `" `` stands in macros and pairs with its like in another way. */
const markPattern = /`"|\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\r\n])*"?/g;
