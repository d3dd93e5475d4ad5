import { lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";

/** Where the line says how it is pinned under one of the names, or the line above does; else its end. */
export function pinSpan(
  text: string,
  line: number,
  names: string,
): { readonly span: TextSpan; readonly words: string } {
  const starts = lineStartsOf(text);
  const pinned = new RegExp(`#\\s*ridgepoint\\s*:\\s*((?:${names})\\s*=\\s*[\\w.@+-]+)`);
  for (const at of [line, line - 1]) {
    const start = starts[at];
    if (start === undefined) continue;
    const found = pinned.exec(lineText(text, start));
    const [whole = "", words = ""] = found ?? [];
    if (found === null || (at !== line && !/^\s*#/.test(lineText(text, start)))) continue;
    const from = start + found.index + whole.length - words.length;
    return { span: { start: from, end: from + words.length }, words: "" };
  }
  const start = starts[line] ?? 0;
  const end = start + lineText(text, start).trimEnd().length;
  return { span: { start: end, end }, words: "  # ridgepoint: " };
}

function lineText(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end);
}
