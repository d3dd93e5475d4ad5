import type { TextSpan } from "../base/text-span.js";
import type { PyComment } from "./syntax.js";

export type TokenKind =
  "name" | "number" | "string" | "operator" | "newline" | "indent" | "dedent" | "end";

export interface Token extends TextSpan {
  readonly kind: TokenKind;
  /** As written; of a string its contents as far as they are plain. */
  readonly text: string;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly PyComment[];
}

const operators =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|\*\*|\/\/|>>|<<|<=|>=|==|!=|->|:=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|@=|[-+*/%@&|^~<>=()[\]{},:.;!]/y;
const names = /[\p{L}_][\p{L}\p{N}_]*/uy;
const numbers =
  /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?/y;
const strings = /[rRbBuUfFtT]{0,3}(?:"""|'''|"|')/y;
/** A definition at the margin cannot stand inside brackets: one that was left open ends there. */
const definition = /(?:class|def|import|from|async|@)(?![\w])/y;

/** Tokens by Python's lexical rules, those of indentation among them. Any text has some. */
export function tokensOf(text: string): Tokens {
  const tokens: Token[] = [];
  const comments: PyComment[] = [];
  const indents = [0];
  let depth = 0;
  let isLineStart = true;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  const put = (kind: TokenKind, start: number, end: number, shown?: string): void => {
    tokens.push({ kind, start, end, text: shown ?? text.slice(start, end) });
  };
  const endLine = (): void => {
    const last = tokens[tokens.length - 1];
    if (last !== undefined && last.kind !== "newline" && last.kind !== "dedent")
      put("newline", at, at, "\n");
  };
  while (at < text.length) {
    if (isLineStart) {
      isLineStart = false;
      let column = 0;
      const start = at;
      for (; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === 32) column += 1;
        else if (code === 9) column += 8 - (column % 8);
        else if (code === 12) column = 0;
        else break;
      }
      const code = text.charCodeAt(at);
      const isBlank = at >= text.length || code === 10 || code === 13 || code === 35;
      if (depth > 0 && column === 0 && matchAt(definition, text, at) !== undefined) {
        depth = 0;
        endLine();
      }
      if (depth === 0 && !isBlank) {
        if (column > (indents[indents.length - 1] ?? 0)) {
          indents.push(column);
          put("indent", start, at, "");
        }
        while (column < (indents[indents.length - 1] ?? 0)) {
          indents.pop();
          put("dedent", start, start, "");
        }
      }
      continue;
    }
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) {
      if (depth === 0) endLine();
      at += code === 13 && text.charCodeAt(at + 1) === 10 ? 2 : 1;
      isLineStart = true;
    } else if (code === 32 || code === 9 || code === 12) at += 1;
    else if (code === 92 && /^\\(?:\r\n?|\n)/.test(text.slice(at, at + 3)))
      at += text.startsWith("\\\r\n", at) ? 3 : 2;
    else if (code === 35) {
      const end = endOfLine(text, at);
      comments.push({ start: at, end, text: text.slice(at + 1, end) });
      at = end;
    } else {
      const quote = matchAt(strings, text, at);
      if (quote !== undefined) {
        const end = endOfString(text, at, quote);
        put("string", at, end, contentsOf(text, at, end, quote));
        at = end;
        continue;
      }
      const number = matchAt(numbers, text, at);
      if (number !== undefined && number !== ".") {
        put("number", at, at + number.length);
        at += number.length;
        continue;
      }
      const name = matchAt(names, text, at);
      const word = name ?? matchAt(operators, text, at) ?? text.charAt(at);
      if (name === undefined) {
        if ("([{".includes(word)) depth += 1;
        else if (")]}".includes(word)) depth = Math.max(0, depth - 1);
      }
      put(name === undefined ? "operator" : "name", at, at + word.length);
      at += word.length;
    }
  }
  endLine();
  for (; indents.length > 1; indents.pop()) put("dedent", at, at, "");
  put("end", at, at, "");
  return { tokens, comments };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at += 1;
  return at;
}

/** A string in one quote ends with its line when its quote does not come. */
function endOfString(text: string, start: number, opening: string): number {
  const quote = opening.replace(/^[a-zA-Z]+/, "");
  for (let at = start + opening.length; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 92) at += text.startsWith("\r\n", at + 1) ? 2 : 1;
    else if (quote.length === 1 && (code === 10 || code === 13)) return at;
    else if (text.startsWith(quote, at)) return at + quote.length;
  }
  return text.length;
}

function contentsOf(text: string, start: number, end: number, opening: string): string {
  const quoteLength = opening.replace(/^[a-zA-Z]+/, "").length;
  return text.slice(start + opening.length, Math.max(start + opening.length, end - quoteLength));
}
