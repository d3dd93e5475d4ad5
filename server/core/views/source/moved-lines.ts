import type { TextSpan } from "../../base/text-span.js";
import { lineAt, lineStartsOf } from "../../base/line-starts.js";

/** Where the lines of an old text are in a new one. */
export interface MovedLines {
  /** Undefined where a line of the span has changed. */
  toNew(span: TextSpan): TextSpan | undefined;
  /** Undefined in a line that is new. */
  toOld(offset: number): number | undefined;
}

/**
 * Lines that begin and end both texts alike, and between them those that occur once in each, as far as their order is
 * the same (patience difference): someone who edits in two places keeps the lines between them.
 */
export function movedLines(
  oldText: string,
  newText: string,
  oldStarts: readonly number[] = lineStartsOf(oldText),
): MovedLines {
  const newStarts = lineStartsOf(newText);
  const oldLine = lineReader(oldText, oldStarts);
  const newLine = lineReader(newText, newStarts);
  const shorter = Math.min(oldStarts.length, newStarts.length);
  let first = lineAt(oldStarts, commonLength(oldText, newText));
  while (first < shorter && oldLine(first) === newLine(first)) first += 1;
  let rest = Math.min(shorter - first, commonEndLines(oldText, newText, oldStarts));
  while (
    rest < shorter - first &&
    oldLine(oldStarts.length - 1 - rest) === newLine(newStarts.length - 1 - rest)
  )
    rest += 1;
  const middle = { first, oldEnd: oldStarts.length - rest, newEnd: newStarts.length - rest };
  const newOfMiddle = new Map(uniquePairs(oldLine, newLine, middle));
  const oldOfMiddle = new Map([...newOfMiddle].map(([from, to]) => [to, from]));
  const added = newStarts.length - oldStarts.length;
  const newOfOld = (line: number): number | undefined => {
    if (line < first) return line;
    return line < middle.oldEnd ? newOfMiddle.get(line) : line + added;
  };
  const oldOfNew = (line: number): number | undefined => {
    if (line < first) return line;
    return line < middle.newEnd ? oldOfMiddle.get(line) : line - added;
  };
  return {
    toNew: ({ start, end }) => {
      const firstLine = lineAt(oldStarts, start);
      const lastLine = lineAt(oldStarts, end);
      const from = newOfOld(firstLine);
      const to = newOfOld(lastLine);
      if (from === undefined || to === undefined || to - from !== lastLine - firstLine)
        return undefined;
      return {
        start: (newStarts[from] ?? 0) + start - (oldStarts[firstLine] ?? 0),
        end: (newStarts[to] ?? 0) + end - (oldStarts[lastLine] ?? 0),
      };
    },
    toOld: (offset) => {
      const line = lineAt(newStarts, offset);
      const from = oldOfNew(line);
      return from === undefined
        ? undefined
        : (oldStarts[from] ?? 0) + offset - (newStarts[line] ?? 0);
    },
  };
}

interface Middle {
  readonly first: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** The longest run of pairs whose lines go up on both sides. */
function uniquePairs(
  oldLines: LineReader,
  newLines: LineReader,
  { first, oldEnd, newEnd }: Middle,
): readonly (readonly [number, number])[] {
  const places = uniquePlaces(newLines, first, newEnd);
  const pairs = [...uniquePlaces(oldLines, first, oldEnd)].flatMap(
    ([line, oldLine]): [number, number][] => {
      const newLine = places.get(line);
      return newLine === undefined ? [] : [[oldLine, newLine]];
    },
  );
  pairs.sort((a, b) => a[0] - b[0]);
  // Patience sorting: the last pile's top leads back through the longest increasing sequence.
  const tops: number[] = [];
  const before: number[] = [];
  for (const [index, [, newLine]] of pairs.entries()) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const half = (low + high) >>> 1;
      if ((pairs[tops[half] ?? 0]?.[1] ?? 0) < newLine) low = half + 1;
      else high = half;
    }
    before[index] = low === 0 ? -1 : (tops[low - 1] ?? -1);
    tops[low] = index;
  }
  const chain: (readonly [number, number])[] = [];
  for (let at = tops[tops.length - 1] ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) chain.push(pair);
  }
  return chain;
}

function uniquePlaces(lines: LineReader, first: number, end: number): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (let line = first; line < end; line += 1) {
    const text = lines(line);
    places.set(text, places.has(text) ? -1 : line);
  }
  for (const [text, line] of places) if (line < 0) places.delete(text);
  return places;
}

type LineReader = (line: number) => string;

/** A line without the blanks that end it. */
function lineReader(text: string, starts: readonly number[]): LineReader {
  return (line) => text.slice(starts[line], starts[line + 1] ?? text.length).trimEnd();
}

/** How many characters at the beginning are the same: whole pieces are compared, which the engine does at memory's speed. */
function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let known = 0;
  for (let size = most; size > 0; size >>= 1)
    while (known + size <= most && a.slice(known, known + size) === b.slice(known, known + size))
      known += size;
  return known;
}

/** How many lines at the end are the same, the break before the first of them included. */
function commonEndLines(oldText: string, newText: string, oldStarts: readonly number[]): number {
  const most = Math.min(oldText.length, newText.length);
  let known = 0;
  for (let size = most; size > 0; size >>= 1)
    while (
      known + size <= most &&
      endPiece(oldText, known, size) === endPiece(newText, known, size)
    )
      known += size;
  return oldStarts.length - 1 - lineAt(oldStarts, oldText.length - known);
}

function endPiece(text: string, behind: number, size: number): string {
  return text.slice(text.length - behind - size, text.length - behind);
}
