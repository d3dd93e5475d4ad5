import { lineAt, lineStartsOf } from "../../../core/base/line-starts.js";
import type { SourceRange } from "../../../core/base/text-span.js";
import { blanked } from "../../../core/design/blanked.js";

/** Where a text most likely is more than the engine can hold, and why; asked for only after a synthesis that did not end. */
export function heaviestPlace(
  file: string,
  text: string,
): { readonly why: string; readonly place: SourceRange } | undefined {
  const code = blanked(text);
  const found = widestRange(code) ?? deepestNest(code) ?? longestStatement(code);
  if (found === undefined) return undefined;
  const line = lineAt(lineStartsOf(code), found.at);
  return {
    why: found.why,
    place: { file, line, character: 0, endLine: line + 1, endCharacter: 0 },
  };
}

interface Heavy {
  readonly at: number;
  readonly why: string;
}

const wide = 1 << 20;
const deep = 1000;
const long = 50_000;

function widestRange(code: string): Heavy | undefined {
  let at = -1;
  let most = wide;
  for (const { 0: whole, 1: left, 2: right, index } of code.matchAll(
    /\[\s*(\d{1,15})\s*:\s*(\d{1,15})\s*\]/g,
  )) {
    const extent = Math.abs(Number(left) - Number(right)) + 1;
    if (extent <= most) continue;
    most = extent;
    at = index + whole.length - 1;
  }
  return at < 0 ? undefined : { at, why: `This has ${most.toLocaleString("en")} elements.` };
}

function deepestNest(code: string): Heavy | undefined {
  let depth = 0;
  let most = deep;
  let at = -1;
  for (const { 0: mark, index } of code.matchAll(/[([{]|[)\]}]|\b(?:begin|end)\b/g)) {
    depth += /^(?:[([{]|begin)$/.test(mark) ? 1 : -1;
    if (depth <= most) continue;
    most = depth;
    at = index;
  }
  return at < 0 ? undefined : { at, why: `This is nested ${most.toLocaleString("en")} deep.` };
}

function longestStatement(code: string): Heavy | undefined {
  let at = -1;
  let most = long;
  for (const { 0: found, index } of code.matchAll(/[^;]+/g)) {
    const statement = found.trimStart();
    if (statement.length <= most) continue;
    most = statement.length;
    at = index + found.length - statement.length;
  }
  return at < 0
    ? undefined
    : { at, why: `This statement has ${most.toLocaleString("en")} characters.` };
}
