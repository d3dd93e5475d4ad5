import type { Design, DesignLine, DesignLoop } from "../../design/design.js";
import { type MovedLines } from "../source/moved-lines.js";
import { endOfLineAt, lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";

/** A hardware description as it is in the editor, and the last design that is known of it. */
export interface DesignState {
  readonly text: string;
  /** As places of the design name it. */
  readonly file: string;
  readonly numbers: DesignNumbers | undefined;
}

export interface DesignNumbers {
  readonly design: Design;
  /** The text that was analysed. */
  readonly text: string;
  /** Present when that is no longer the text: the numbers are shown as what was. */
  readonly moved: MovedLines | undefined;
  /** What the problems count their lines in: a text that could not be analysed is newer than the numbers. */
  readonly told: { readonly text: string; readonly moved: MovedLines | undefined };
  /** True when the current text could not be analysed, and `design` is of before. */
  readonly isOld: boolean;
}

/** Where a line that the design speaks of is now: the span of its code; undefined when it has changed. */
export function lineNow(
  { text }: DesignState,
  numbers: DesignNumbers,
  line: number,
): TextSpan | undefined {
  const starts = lineStartsOf(numbers.text);
  const start = starts[line];
  if (start === undefined) return undefined;
  const old = { start, end: endOfLineAt(numbers.text, start) };
  const span = numbers.moved === undefined ? old : numbers.moved.toNew(old);
  if (span === undefined) return undefined;
  const indent = text.slice(span.start, span.end).search(/\S/);
  return { start: span.start + Math.max(indent, 0), end: span.end };
}

/** The line of the design that holds an offset of the current text. */
export function lineThen({ text }: DesignState, numbers: DesignNumbers, offset: number): number {
  const starts = lineStartsOf(numbers.text);
  const old =
    numbers.moved === undefined ? offset : numbers.moved.toOld(Math.min(offset, text.length));
  if (old === undefined) return -1;
  let line = 0;
  while (line + 1 < starts.length && (starts[line + 1] ?? Infinity) <= old) line += 1;
  return line;
}

export function linesOfFile({ design }: DesignNumbers, file: string): readonly DesignLine[] {
  return design.lines.filter((line) => line.file === file);
}

export function loopsOfFile({ design }: DesignNumbers, file: string): readonly DesignLoop[] {
  return design.loops.filter((loop) => loop.file === file);
}
