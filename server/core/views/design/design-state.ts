import type { Design, DesignLine, DesignLoop } from "../../design/design.js";
import type { DesignAnchor } from "./design-anchors.js";
import { type MovedLines } from "../source/moved-lines.js";
import { endOfLineAt, lineAt } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";

/** A hardware description as it is in the editor, and the last design that is known of it. */
export interface DesignState {
  readonly text: string;
  /** As places of the design name it. */
  readonly file: string;
  readonly numbers: DesignNumbers | undefined;
  /** Modules or functions in the text. */
  readonly anchors: () => readonly DesignAnchor[];
}

export interface DesignNumbers {
  readonly design: Design;
  /** The text that was analysed. */
  readonly text: string;
  /** Where its lines begin. */
  readonly starts: readonly number[];
  /** Present when that is no longer the text: the numbers are shown as what was. */
  readonly moved: MovedLines | undefined;
  /** What the problems count their lines in: a text that could not be analysed is newer than the numbers. */
  readonly told: {
    readonly text: string;
    readonly starts: readonly number[];
    readonly moved: MovedLines | undefined;
  };
  /** True when the current text could not be analysed, and `design` is of before. */
  readonly isOld: boolean;
}

/** Where a line that the design speaks of is now: the span of its code; undefined when it has changed. */
export function lineNow(
  { text }: DesignState,
  numbers: DesignNumbers,
  line: number,
): TextSpan | undefined {
  const start = numbers.starts[line];
  if (start === undefined) return undefined;
  const old = { start, end: endOfLineAt(numbers.text, start) };
  const span = numbers.moved === undefined ? old : numbers.moved.toNew(old);
  if (span === undefined) return undefined;
  const indent = text.slice(span.start, span.end).search(/\S/);
  return { start: span.start + Math.max(indent, 0), end: span.end };
}

/** The line of the design that holds an offset of the current text. */
export function lineThen({ text }: DesignState, numbers: DesignNumbers, offset: number): number {
  const old =
    numbers.moved === undefined ? offset : numbers.moved.toOld(Math.min(offset, text.length));
  return old === undefined ? -1 : lineAt(numbers.starts, old);
}

export function linesOfFile({ design }: DesignNumbers, file: string): readonly DesignLine[] {
  return design.lines.filter((line) => line.file === file);
}

export function loopsOfFile({ design }: DesignNumbers, file: string): readonly DesignLoop[] {
  return design.loops.filter((loop) => loop.file === file);
}
