import type { Place } from "../base/text-span.js";

/** The start of a file, for what concerns it as a whole. */
export function sourceFile(file: string): Place {
  return sourceLine(file, 0, 0);
}

/** From a character to the end of the line, zero-based. */
export function sourceLine(file: string, line: number, character = 0): Place {
  return { kind: "source", file, line, character, endLine: line + 1, endCharacter: 0 };
}
