import { char, isLetter, isWordPart } from "./characters.js";
import type { Cursor } from "./cursor.js";
import { isTypeNext } from "./type-syntax.js";

/**
 * Where to go on behind a syntax error, so that one typing mistake costs one statement. Braces are counted, comments
 * and texts stepped over; every character looked at is paid for (`Cursor.spend`), which bounds the time.
 */

/** From the statement that starts at `start`: to the next line that looks like a statement, or the closing brace. */
export function skipToStatement(cursor: Cursor, start: number): void {
  scan(cursor, start, ({ code, position, depth, isLineStart }) => {
    if (depth < 0) return true;
    if (depth > 0 || position === start || code === char.closeBrace) return false;
    return isLineStart && looksLikeStatement(cursor, position);
  });
}

/** Behind a broken graph header: to the brace that opens its nodes, which stands behind `)` or `>`. */
export function skipToBody(cursor: Cursor): void {
  scan(cursor, cursor.position, (seen) => seen.depth < 0 || opensBody(seen));
}

function opensBody({ code, previous, depth }: Seen): boolean {
  if (code !== char.openBrace || depth !== 1) return false;
  return previous === char.closeParenthesis || previous === char.greater;
}

/**
 * From the entry that starts at `start`: to the comma before the next one that has a type, or the bracket that closes
 * the list.
 */
export function skipToEntry(cursor: Cursor, start: number, close: number): void {
  scan(cursor, start, (seen) => {
    const { code, position, depth } = seen;
    // The list was never closed: what follows belongs to the graph.
    if (opensBody(seen)) return true;
    if (code === char.equals && cursor.text.charCodeAt(position + 1) === char.greater) return true;
    if (depth !== 0) return depth < 0;
    if (code === close) return isListEnd(cursor, position);
    if (code !== char.comma) return false;
    const { position: before } = cursor;
    cursor.position = position + 1;
    const found = isTypeNext(cursor);
    cursor.position = before;
    return found;
  });
}

/** Behind what is no function: to the next `<` that opens one, at the beginning of a line. */
export function skipToFunction(cursor: Cursor, start: number): void {
  scan(
    cursor,
    start,
    ({ code, position, isLineStart }) => code === char.less && isLineStart && position > start,
  );
}

/** Behind an entry of the model's header that has no known key: to the comma or the `>` behind it. */
export function skipHeaderEntry(cursor: Cursor): void {
  let brackets = 0;
  scan(cursor, cursor.position, ({ code, depth }) => {
    if (code === char.openBracket) brackets += 1;
    else if (code === char.closeBracket) brackets -= 1;
    if (depth !== 0) return depth < 0;
    return brackets <= 0 && (code === char.comma || code === char.greater);
  });
}

interface Seen {
  readonly code: number;
  readonly position: number;
  /** Braces open since the scan began, this one included. */
  readonly depth: number;
  /** Only blanks stand before it in its line. */
  readonly isLineStart: boolean;
  /** The character before it, blanks and comments aside. */
  readonly previous: number;
}

/** Moves to the first significant character that `accepts`, or to the end. */
function scan(cursor: Cursor, start: number, accepts: (seen: Seen) => boolean): void {
  const { text } = cursor;
  let depth = 0;
  let previous = NaN;
  let isLineStart = isAtLineStart(text, start);
  let position = start;
  while (position < text.length && !cursor.isGivenUp) {
    const code = text.charCodeAt(position);
    if (code === char.newLine) isLineStart = true;
    if (code === char.space || (char.tab <= code && code <= char.carriageReturn)) {
      position += 1;
      continue;
    }
    if (code === char.hash) {
      const lineEnd = text.indexOf("\n", position);
      position = lineEnd === -1 ? text.length : lineEnd;
      continue;
    }
    if (code === char.openBrace) depth += 1;
    else if (code === char.closeBrace) depth -= 1;
    if (accepts({ code, position, depth, isLineStart, previous })) break;
    isLineStart = false;
    previous = code;
    position = code === char.quote ? behindText(cursor, position) : position + 1;
  }
  const length = position - start;
  cursor.position = Math.min(position, text.length);
  cursor.spend(length + 1);
}

/** Behind the text that starts here when it ends in this line; otherwise behind its quote. */
function behindText(cursor: Cursor, start: number): number {
  const { text } = cursor;
  let position = start + 1;
  while (position < text.length && position - start < longestQuotedName) {
    const code = text.charCodeAt(position);
    if (code === char.quote) return position + 1;
    if (code === char.newLine) break;
    position += code === char.backslash ? 2 : 1;
  }
  cursor.spend(position - start);
  return start + 1;
}

const longestQuotedName = 2000;
const longestStatementHead = 4000;

/**
 * True for `[label] a, b = domain.Op <` and `a = Op (…)`, but not for an attribute (`alpha = 1`) or the graph of one
 * (`body = g (…) => …`).
 */
function looksLikeStatement(cursor: Cursor, start: number): boolean {
  const { text } = cursor;
  const limit = Math.min(text.length, start + longestStatementHead);
  let position = start;
  const code = (): number => (position < limit ? text.charCodeAt(position) : NaN);
  const skipBlanks = (): void => {
    while (code() === char.space || (char.tab <= code() && code() <= char.carriageReturn))
      position += 1;
  };
  const skipWord = (): void => {
    while (isWordPart(code()) || code() === char.dot || code() === char.dash) position += 1;
  };
  const decide = (): boolean => {
    if (code() === char.openBracket) {
      while (code() !== char.closeBracket && code() !== char.newLine && position < limit)
        position = code() === char.quote ? behindText(cursor, position) : position + 1;
      position += 1;
    }
    for (;;) {
      skipBlanks();
      if (code() === char.equals) break;
      if (code() === char.quote) position = behindText(cursor, position);
      else if (code() === char.comma) position += 1;
      else if (isWordPart(code())) skipWord();
      else return false;
    }
    position += 1;
    if (code() === char.greater) return false;
    skipBlanks();
    if (code() === char.quote) position = behindText(cursor, position);
    else if (isLetter(code()) || code() === char.underscore) skipWord();
    else return false;
    skipBlanks();
    if (code() === char.less || code() === char.colon) return true;
    if (code() !== char.openParenthesis) return false;
    while (position < limit && code() !== char.closeParenthesis)
      position = code() === char.quote ? behindText(cursor, position) : position + 1;
    position += 1;
    skipBlanks();
    return !(code() === char.equals && text.charCodeAt(position + 1) === char.greater);
  };
  const isStatement = decide();
  cursor.spend(position - start);
  return isStatement;
}

function isAtLineStart(text: string, position: number): boolean {
  for (let index = position - 1; index >= 0; index -= 1) {
    const code = text.charCodeAt(index);
    if (code === char.newLine) return true;
    if (code !== char.space && code !== char.tab && code !== char.carriageReturn) return false;
  }
  return true;
}

/** `)` ends a list before `=>`, `<` or `{`; `>` before `{`. Elsewhere it stands inside an entry. */
function isListEnd(cursor: Cursor, position: number): boolean {
  const { position: before } = cursor;
  cursor.position = position + 1;
  const next = cursor.peek();
  cursor.position = before;
  return next === char.equals || next === char.less || next === char.openBrace;
}
