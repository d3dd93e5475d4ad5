import type { Problem, Severity } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import { char } from "./characters.js";

/** Nests deeper than this are refused: no exporter writes them, and a bomb would. */
export const nestingLimit = 64;

/** A person fixes the first complaints first. */
const problemLimit = 200;

/** A place in a text, what was complained about so far, and the way over blanks and comments that run to the end of a line. */
export class TextReader {
  readonly text: string;
  readonly problems: Problem[] = [];
  position = 0;
  /** Nests around the position. */
  depth = 0;
  /** True when `peek` has passed a line break since a reader last set this to false. */
  isOnNewLine = true;
  readonly #commentMark: string;
  readonly #commentCode: number;

  constructor(text: string, commentMark: string) {
    this.text = text;
    this.#commentMark = commentMark;
    this.#commentCode = commentMark.charCodeAt(0);
  }

  /** Moves over blanks and comments, and answers the code of the next character; NaN at the end. */
  peek(): number {
    const { text } = this;
    let { position } = this;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === char.newLine) {
        this.isOnNewLine = true;
        position += 1;
      } else if (code === char.space || (char.tab <= code && code <= char.carriageReturn))
        position += 1;
      else if (code === this.#commentCode && text.startsWith(this.#commentMark, position)) {
        const lineEnd = text.indexOf("\n", position);
        position = lineEnd === -1 ? text.length : lineEnd;
      } else if (code === char.byteOrderMark && position === 0) position += 1;
      else {
        this.position = position;
        return code;
      }
    }
  }

  isAtEnd(): boolean {
    return Number.isNaN(this.peek());
  }

  /** Answers undefined as any type: lint takes a plain `undefined` for a forgotten result. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  report<T>(code: string, severity: Severity, message: string, span: TextSpan): T | undefined {
    if (this.problems.length < problemLimit)
      this.problems.push({ code, severity, message, place: { kind: "text", span } });
    return undefined;
  }
}
