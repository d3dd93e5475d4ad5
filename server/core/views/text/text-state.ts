import type { Analysis } from "../../analysis.js";
import type { Problem } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import type { TextMap } from "../../formats/onnx-text/text-map.js";
import type { Model } from "../../graph/graph.js";
import type { TextIndex } from "./text-index.js";

/** A text as it is now, and the last numbers that are known of it. */
export interface TextState {
  readonly text: string;
  /** Of the text as it is now, as far as it can be read. */
  readonly map: TextMap;
  readonly model: Model | undefined;
  /** What is wrong with the text as such. */
  readonly problems: readonly Problem[];
  readonly numbers: TextNumbers | undefined;
}

export interface TextNumbers {
  readonly analysis: Analysis;
  /** Of the text that was analysed. */
  readonly index: TextIndex;
  /** Present when the numbers are from before an edit that cannot be read: they are shown as what was. */
  readonly edit: TextEdit | undefined;
}

/** What changed from an old text to a new one: [start, oldEnd) became [start, newEnd). */
export interface TextEdit {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** What is said of numbers that `edit` has overtaken. */
export const oldNumbersText = "From before the last edit: the text has an error now.";

/** The smallest single replacement that leads from one text to the other. */
export function editBetween(oldText: string, newText: string): TextEdit {
  const shorter = Math.min(oldText.length, newText.length);
  let start = 0;
  while (start < shorter && oldText.charCodeAt(start) === newText.charCodeAt(start)) start += 1;
  let oldEnd = oldText.length;
  let newEnd = newText.length;
  while (
    start < oldEnd &&
    start < newEnd &&
    oldText.charCodeAt(oldEnd - 1) === newText.charCodeAt(newEnd - 1)
  ) {
    oldEnd -= 1;
    newEnd -= 1;
  }
  return { start, oldEnd, newEnd };
}

/** Where a span of the analysed text is now; undefined when the edit touched it. */
export function moveSpan(edit: TextEdit | undefined, span: TextSpan): TextSpan | undefined {
  if (edit === undefined || span.end < edit.start) return span;
  if (span.start <= edit.oldEnd) return undefined;
  const by = edit.newEnd - edit.oldEnd;
  return { start: span.start + by, end: span.end + by };
}

/** Where an offset of the text as it is now was in the analysed text; undefined inside the edit. */
export function moveBack(edit: TextEdit | undefined, offset: number): number | undefined {
  if (edit === undefined || offset < edit.start) return offset;
  return offset <= edit.newEnd ? undefined : offset - (edit.newEnd - edit.oldEnd);
}
