import { char, isDigit, isLetter } from "../onnx-text/characters.js";
import { TextReader } from "../onnx-text/text-reader.js";

const percent = 0x25;
const dollar = 0x24;

/**
 * A place in an MLIR text and the tokens that can be read from there (MLIR Language Reference, "Common syntax"). A method
 * that finds no token leaves the position where it was, blanks and comments aside; `isOnNewLine` says whether a line break
 * stands between the token read last and the one that `peek` has found.
 */
export class Scanner extends TextReader {
  constructor(text: string) {
    super(text, "//");
  }

  /** Moves over the given characters. */
  takes(word: string): boolean {
    this.peek();
    if (!this.text.startsWith(word, this.position)) return false;
    this.#moveTo(this.position + word.length);
    return true;
  }

  isAt(word: string): boolean {
    this.peek();
    return this.text.startsWith(word, this.position);
  }

  /** A bare word with its dots: `func.func`, `stablehlo.add`, `f32`; "" where there is none. */
  word(): string {
    const first = this.peek();
    const start = this.position;
    if (!isLetter(first) && first !== char.underscore) return "";
    let end = start + 1;
    while (isWordCode(this.text.charCodeAt(end))) end += 1;
    // A dash belongs to no word, and a dot at its end is none of it.
    while (this.text.charCodeAt(end - 1) === char.dot) end -= 1;
    this.#moveTo(end);
    return this.text.slice(start, end);
  }

  /** The word here without moving over it. */
  peekWord(): string {
    const { position, isOnNewLine } = this;
    const found = this.word();
    if (found !== "") {
      this.position = position;
      this.isOnNewLine = isOnNewLine;
      this.peek();
    }
    return found;
  }

  /** Name behind a `%`, `^`, `@`, `#` or `!`: letters, digits and `$._-`; quoted for symbols. "" where there is none. */
  suffixName(sigil: number): string {
    if (this.peek() !== sigil) return "";
    const start = this.position + 1;
    if (sigil === char.at && this.text.charCodeAt(start) === char.quote) {
      this.position = start;
      return this.string() ?? "";
    }
    let end = start;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (isWordCode(code)) end += 1;
      // `->` ends a name.
      else if (code === char.dash && this.text.charCodeAt(end + 1) !== char.greater) end += 1;
      else break;
    }
    if (end === start) return "";
    this.#moveTo(end);
    return this.text.slice(start, end);
  }

  isValueNext(): boolean {
    return this.peek() === percent;
  }

  /** The contents of a quoted string, escapes as written; undefined where there is none. */
  string(): string | undefined {
    if (this.peek() !== char.quote) return undefined;
    const start = this.position + 1;
    let end = start;
    for (;;) {
      end = this.text.indexOf('"', end);
      if (end === -1) {
        this.report("RP1081", "error", "This string has no end.", {
          start: start - 1,
          end: start,
        });
        this.#moveTo(this.text.length);
        return this.text.slice(start, Math.min(this.text.length, start + 1024));
      }
      let slashes = 0;
      while (this.text.charCodeAt(end - 1 - slashes) === char.backslash) slashes += 1;
      if (slashes % 2 === 0 || end - 1 - slashes < start - 1) break;
      end += 1;
    }
    this.#moveTo(end + 1);
    return this.text.slice(start, end);
  }

  /** A number as written: `-1.5e+00`, `0xFF800000`, `42`; undefined where there is none. */
  number(): string | undefined {
    const first = this.peek();
    const start = this.position;
    const { text } = this;
    let end = start + (first === char.dash ? 1 : 0);
    if (!isDigit(text.charCodeAt(end))) return undefined;
    if (text.charCodeAt(end) === 0x30 && text.charCodeAt(end + 1) === 0x78) {
      end += 2;
      while (isHexDigit(text.charCodeAt(end))) end += 1;
      this.#moveTo(end);
      return text.slice(start, end);
    }
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (text.charCodeAt(end) === char.dot) {
      end += 1;
      while (isDigit(text.charCodeAt(end))) end += 1;
      const exponent = text.charCodeAt(end);
      if (exponent === char.lowerE || exponent === char.upperE) {
        let behind = end + 1;
        const sign = text.charCodeAt(behind);
        if (sign === char.plus || sign === char.dash) behind += 1;
        if (isDigit(text.charCodeAt(behind))) {
          while (isDigit(text.charCodeAt(behind))) behind += 1;
          end = behind;
        }
      }
    }
    this.#moveTo(end);
    return text.slice(start, end);
  }

  /** Moves behind the bracket that closes the one here; to the end of the text where none does. */
  skipBrackets(): void {
    let depth = 0;
    for (;;) {
      const code = this.peek();
      if (Number.isNaN(code)) return;
      if (code === char.quote) {
        this.string();
        continue;
      }
      this.#moveTo(this.position + 1);
      if (code === char.dash && this.text.charCodeAt(this.position) === char.greater) {
        this.position += 1;
        continue;
      }
      if (this.#isComparison(code)) {
        this.position += 1;
        continue;
      }
      if (isOpening(code)) depth += 1;
      else if (isClosing(code)) {
        depth -= 1;
        if (depth <= 0) return;
      } else if (depth === 0) return;
    }
  }

  /** Behind the first character of ` >= ` or ` <= `, as sets of indices have them: no brackets. */
  #isComparison(code: number): boolean {
    const { text, position } = this;
    return (
      (code === char.greater || code === char.less) &&
      text.charCodeAt(position) === char.equals &&
      text.charCodeAt(position - 2) === char.space
    );
  }

  #moveTo(position: number): void {
    this.position = position;
    this.isOnNewLine = false;
  }
}

export function isOpening(code: number): boolean {
  return (
    code === char.openParenthesis ||
    code === char.openBracket ||
    code === char.openBrace ||
    code === char.less
  );
}

export function isClosing(code: number): boolean {
  return (
    code === char.closeParenthesis ||
    code === char.closeBracket ||
    code === char.closeBrace ||
    code === char.greater
  );
}

function isWordCode(code: number): boolean {
  return (
    isLetter(code) ||
    isDigit(code) ||
    code === char.underscore ||
    code === char.dot ||
    code === dollar
  );
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (0x61 <= code && code <= 0x66) || (0x41 <= code && code <= 0x46);
}
