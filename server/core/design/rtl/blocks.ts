import { lineAt } from "../../base/line-starts.js";
import { blanked } from "../blanked.js";

/** An `always` block, from its keyword to its end; lines are zero-based, the last inclusive. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** Found in the text: what is synthesised has forgotten combinational blocks. */
export function blocksOf(text: string): readonly Block[] {
  const code = blanked(text);
  const starts = lineStarts(code);
  const blocks: Block[] = [];
  for (const match of code.matchAll(/\balways(?:_ff|_comb|_latch)?\b/g)) {
    const end = endOfStatement(code, afterEvent(code, match.index + match[0].length));
    blocks.push({ first: lineAt(starts, match.index), last: lineAt(starts, end) });
    if (blocks.length >= blockLimit) break;
  }
  return blocks;
}

const blockLimit = 5000;

function afterEvent(code: string, from: number): number {
  let at = from;
  while (/\s/.test(code.charAt(at))) at += 1;
  if (code.charAt(at) !== "@") return at;
  at += 1;
  while (/\s/.test(code.charAt(at))) at += 1;
  if (code.charAt(at) !== "(") return at + 1;
  let depth = 0;
  for (; at < code.length; at += 1) {
    if (code.charAt(at) === "(") depth += 1;
    if (code.charAt(at) === ")" && --depth === 0) return at + 1;
  }
  return at;
}

/** Up to the `end` of a `begin`, else to the last `;` of an `if`/`else` chain. */
function endOfStatement(code: string, from: number): number {
  const token = /\b(begin|end|case[xz]?|endcase|else|if|for)\b|;/g;
  token.lastIndex = from;
  let depth = 0;
  for (let match = token.exec(code); match !== null; match = token.exec(code)) {
    const word = match[0];
    if (word === "begin" || word.startsWith("case")) depth += 1;
    else if (word === "end" || word === "endcase") depth -= 1;
    const isEnd = depth <= 0 && (word === ";" || word === "end" || word === "endcase");
    if (!isEnd || isInParens(code, from, match.index)) continue;
    const rest = /^[\s;]*else\b/.exec(code.slice(token.lastIndex, token.lastIndex + 400));
    if (rest === null) return match.index;
    token.lastIndex += rest[0].length;
  }
  return Math.max(from, code.length - 1);
}

/** The `;` of `for (i = 0; …)` ends nothing. */
function isInParens(code: string, from: number, at: number): boolean {
  if (code.charAt(at) !== ";") return false;
  const start = Math.max(from, at - 400);
  let depth = 0;
  for (let index = start; index < at; index += 1) {
    if (code.charAt(index) === "(") depth += 1;
    else if (code.charAt(index) === ")") depth = Math.max(0, depth - 1);
  }
  return depth > 0;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
