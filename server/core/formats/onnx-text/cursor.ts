import type { TextSpan } from "../../base/text-span.js";
import { char, isDigit, isLetter, isWordPart } from "./characters.js";
import { TextReader } from "./text-reader.js";

export interface NumberToken {
  readonly text: string;
  readonly isInteger: boolean;
}

/**
 * A place in a text and the tokens that can be read from there. Works on character codes: a text of 10 MB is read
 * well within a second. A method that finds no token leaves the position where it was, blanks aside; `fail` reports
 * the first complaint about a position and answers undefined, which callers hand on up to the next statement.
 */
export class Cursor extends TextReader {
  /** True when there were so many errors that the rest of the text is not looked at. */
  isGivenUp = false;
  /** Span of the token read last. */
  tokenStart = 0;
  tokenEnd = 0;
  #lastFailure = -1;
  /** Characters that may still be looked at twice while looking for the next statement behind an error. */
  #lookaheadLeft: number;

  constructor(text: string) {
    super(text, "#");
    this.#lookaheadLeft = 16 * text.length + 100_000;
  }

  /**
   * Pays for looking at characters again, so that a text full of errors takes no longer than in proportion to its
   * length. When nothing is left, the rest of the text is given up: the position moves to its end.
   */
  spend(characterCount: number): boolean {
    this.#lookaheadLeft -= characterCount;
    if (0 <= this.#lookaheadLeft) return true;
    if (!this.isGivenUp) {
      const message = "There are too many errors up to here; the rest is not read.";
      const end = Math.min(this.position + 1, this.text.length);
      this.report("RP1071", "error", message, { start: this.position, end });
    }
    this.isGivenUp = true;
    this.position = this.text.length;
    return false;
  }

  /** Moves over one given character. */
  takes(code: number): boolean {
    if (this.peek() !== code) return false;
    this.position += 1;
    return true;
  }

  /** Moves over `=>`; the two characters belong together. */
  takesArrow(): boolean {
    if (!this.isArrow()) return false;
    this.position += 2;
    return true;
  }

  isArrow(): boolean {
    return this.peek() === char.equals && this.text.charCodeAt(this.position + 1) === char.greater;
  }

  expect(code: number, where: string): true | undefined {
    if (this.takes(code)) return true;
    return this.fail(`Expected \`${String.fromCharCode(code)}\` ${where}`);
  }

  /** The identifier here; "" where there is none. */
  identifier(): string {
    const first = this.peek();
    const start = this.position;
    if (!isLetter(first) && first !== char.underscore) return "";
    let end = start + 1;
    while (isWordPart(this.text.charCodeAt(end))) end += 1;
    return this.#token(start, end);
  }

  /** The identifier here without moving over it. */
  peekIdentifier(): string {
    const { position, tokenStart, tokenEnd } = this;
    const found = this.identifier();
    this.position = position;
    this.tokenStart = tokenStart;
    this.tokenEnd = tokenEnd;
    return found;
  }

  /** An identifier, or any name between quotes. */
  name(what: string): string | undefined {
    if (this.peek() === char.quote) return this.string();
    const found = this.identifier();
    return found === "" ? this.fail(`Expected ${what}`) : found;
  }

  /**
   * Like `name`, and also what upstream prints but does not read back: names with digits first, dashes, dots when
   * `withDots`, all unquoted, as they occur among domains, operators and attributes.
   */
  looseName(what: string, withDots = false): string | undefined {
    const first = this.peek();
    if (first === char.quote) return this.string();
    const start = this.position;
    let end = start;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (!isWordPart(code) && code !== char.dash && !(withDots && code === char.dot)) break;
      end += 1;
    }
    if (end === start || first === char.dash) return this.fail(`Expected ${what}`);
    return this.#token(start, end);
  }

  /** Text between quotes; a backslash takes away the meaning of the character behind it. */
  string(): string | undefined {
    const { text } = this;
    if (this.peek() !== char.quote) return this.fail("Expected a text between quotes");
    const start = this.position;
    let position = start + 1;
    let pieceStart = position;
    let pieces = "";
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === char.quote) break;
      if (code === char.backslash && position + 1 < text.length) {
        pieces += text.slice(pieceStart, position);
        pieceStart = position + 1;
        position += 2;
      } else if (position < text.length && code !== char.backslash) position += 1;
      else {
        // The quote that closes it is missing: go on behind the line, where a person would have put it.
        if (!this.spend(position - start)) return undefined;
        const lineEnd = text.indexOf("\n", start);
        this.position = lineEnd === -1 ? text.length : lineEnd;
        const span = { start, end: this.position };
        this.report("RP1055", "error", "This text has no closing quote; put one behind it.", span);
        this.#lastFailure = this.position;
        return undefined;
      }
    }
    this.#token(start, position + 1);
    return pieces === ""
      ? text.slice(pieceStart, position)
      : pieces + text.slice(pieceStart, position);
  }

  /**
   * A whole number of up to 15 digits, which needs no text of its own: nearly all numbers of a model. Undefined, without
   * a complaint, when something else is here.
   */
  shortInteger(): number | undefined {
    const { text } = this;
    const isNegative = this.peek() === char.dash;
    const start = this.position;
    const firstDigit = isNegative ? start + 1 : start;
    let end = firstDigit;
    let value = 0;
    let code = text.charCodeAt(end);
    while (isDigit(code)) {
      value = value * 10 + (code - 0x30);
      end += 1;
      code = text.charCodeAt(end);
    }
    if (end === firstDigit || end - firstDigit > 15 || code === char.dot || isWordPart(code))
      return undefined;
    this.tokenStart = start;
    this.tokenEnd = end;
    this.position = end;
    return isNegative ? -value : value;
  }

  /** A number as it is written; `inf`, `infinity` and `nan` count, in any case, with or without a minus sign. */
  number(): NumberToken | undefined {
    const { text } = this;
    const first = this.peek();
    const start = this.position;
    let end = first === char.dash ? start + 1 : start;
    const leading = text.charCodeAt(end);
    if (isLetter(leading)) {
      while (isWordPart(text.charCodeAt(end))) end += 1;
      const word = text.slice(start, end);
      if (!isSpecialFloat(word)) return this.fail("Expected a number");
      this.#token(start, end);
      return { text: word, isInteger: false };
    }
    if (!isDigit(leading)) return this.fail("Expected a number");
    let isInteger = true;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (text.charCodeAt(end) === char.dot) {
      isInteger = false;
      end += 1;
      while (isDigit(text.charCodeAt(end))) end += 1;
    }
    const marker = text.charCodeAt(end);
    if (marker === char.lowerE || marker === char.upperE) {
      isInteger = false;
      end += 1;
      const sign = text.charCodeAt(end);
      if (sign === char.plus || sign === char.dash) end += 1;
      const exponentStart = end;
      while (isDigit(text.charCodeAt(end))) end += 1;
      if (end === exponentStart) {
        this.position = end;
        return this.fail("Expected the digits of an exponent");
      }
    }
    return { text: this.#token(start, end), isInteger };
  }

  /**
   * Reports what was expected here, once per position, and answers undefined. `T` lets a caller return it: lint takes a
   * plain `undefined` for a forgotten result.
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  fail<T>(expectation: string): T | undefined {
    const code = this.peek();
    if (this.position === this.#lastFailure) return undefined;
    this.#lastFailure = this.position;
    const found = Number.isNaN(code) ? "the end of the file" : `\`${this.#upcoming()}\``;
    const end = Math.min(this.text.length, this.position + (Number.isNaN(code) ? 0 : 1));
    this.report("RP1054", "error", `${expectation}, found ${found}.`, {
      start: this.position,
      end: Math.max(end, this.position),
    });
    return undefined;
  }

  tokenSpan(): TextSpan {
    return { start: this.tokenStart, end: this.tokenEnd };
  }

  spanFrom(start: number): TextSpan {
    return { start, end: this.position };
  }

  #token(start: number, end: number): string {
    this.tokenStart = start;
    this.tokenEnd = end;
    this.position = end;
    return this.text.slice(start, end);
  }

  /** The word or character here, short enough for a message. */
  #upcoming(): string {
    let end = this.position;
    while (isWordPart(this.text.charCodeAt(end)) && end - this.position < 24) end += 1;
    if (end > this.position) return this.text.slice(this.position, end);
    return String.fromCodePoint(this.text.codePointAt(this.position) ?? 0x20);
  }
}

export function isSpecialFloat(word: string): boolean {
  const magnitude = (word.startsWith("-") ? word.slice(1) : word).toLowerCase();
  return magnitude === "inf" || magnitude === "infinity" || magnitude === "nan";
}
