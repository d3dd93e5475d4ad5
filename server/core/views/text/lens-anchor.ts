import type { TextSpan } from "../../base/text-span.js";
import { isMlirText } from "../../formats/mlir/sniff.js";

/**
 * Where the lens of a text stands: the graph's name, after the model's own `<…>` header. Found by a scan that knows
 * only brackets, strings and comments, so that the place is there at once, and stays while the text has errors.
 */
export function lensAnchor(text: string): TextSpan {
  if (isMlirText(text)) return mlirAnchor(text);
  const start = skipHeader(text, skipBlank(text, 0));
  let end = start;
  while (end < text.length && /[\w.\-/:]/.test(text.charAt(end))) end += 1;
  return { start, end };
}

/** The name of the main function of a module, as `chooseMain` takes it where it is written first. */
function mlirAnchor(text: string): TextSpan {
  // In the editor's own thread: what stands further down has its lens at the top.
  const head = text.slice(0, mlirScanLimit);
  const found =
    /\bfunc\s+(?:public\s+)?@(?:main|forward|main_graph)\b/.exec(head) ??
    /\bfunc\s+(?!private\b)(?:\w{1,40}\s+){0,3}@/.exec(head) ??
    /\bfunc\b[^@\n]{0,200}@/.exec(head);
  if (found === null) return { start: 0, end: 0 };
  const start = found.index + found[0].indexOf("@");
  let end = start + 1;
  while (end < text.length && /[\w.$-]/.test(text.charAt(end))) end += 1;
  return { start, end };
}

/** Weights that stand before the functions, too, are passed over up to here. */
const mlirScanLimit = 1 << 20;

/** A header longer than this is no header. */
const scanLimit = 1 << 18;

function skipHeader(text: string, start: number): number {
  if (text.charAt(start) !== "<") return start;
  let depth = 0;
  const limit = Math.min(text.length, start + scanLimit);
  for (let at = start; at < limit; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at, limit);
    else if (character === "#") at = endOfLine(text, at);
    else if (character === "<") depth += 1;
    else if (character === ">") depth -= 1;
    if (depth === 0) return skipBlank(text, at + 1);
  }
  // A header without an end: its first line is as good a place as any, and does not move.
  return start;
}

function skipBlank(text: string, start: number): number {
  let at = start;
  for (;;) {
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
    if (text.charAt(at) !== "#") return Math.min(at, text.length);
    at = endOfLine(text, at);
  }
}

function endOfString(text: string, start: number, limit: number): number {
  let at = start + 1;
  while (at < limit && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}
