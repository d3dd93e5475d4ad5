import type { SourceRange, TextSpan } from "./text-span.js";

/** Offset of each line, as Python counts lines. */
export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  if (!text.includes("\r")) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 13 && text.charCodeAt(at + 1) === 10) continue;
    if (code === 10 || code === 13) starts.push(at + 1);
  }
  return starts;
}

export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const half = (low + high) >>> 1;
    if ((starts[half] ?? Infinity) <= offset) low = half;
    else high = half;
  }
  return low;
}

/** A range of the file, inside the text whatever the range says; an empty range is widened to its line's code. */
export function spanOfRange(text: string, starts: readonly number[], range: SourceRange): TextSpan {
  const offset = (line: number, character: number): number => {
    const start = starts[Math.min(line, starts.length - 1)] ?? 0;
    const end = starts[line + 1] ?? text.length;
    return line >= starts.length ? text.length : Math.min(start + character, end, text.length);
  };
  const start = offset(range.line, range.character);
  const end = offset(range.endLine, range.endCharacter);
  const lineEnd = endOfLineAt(text, start);
  // More than one line of red is no pointer: what spans several is marked in its first.
  const cut = range.endLine > range.line ? lineEnd : Math.max(start, end);
  if (cut > start && range.character > 0) return { start, end: cut };
  const from = starts[Math.min(range.line, starts.length - 1)] ?? 0;
  const indent = text.slice(from, lineEnd).length - text.slice(from, lineEnd).trimStart().length;
  const first = Math.max(start, Math.min(from + indent, lineEnd));
  return { start: first, end: Math.max(first, cut > first ? cut : lineEnd) };
}

/** End of the line that holds the offset, without trailing blanks. */
export function endOfLineAt(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end += 1;
  while (end > offset && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}
