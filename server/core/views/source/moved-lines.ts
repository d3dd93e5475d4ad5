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
export function movedLines(oldText: string, newText: string): MovedLines {
  const oldStarts = lineStartsOf(oldText);
  const newStarts = lineStartsOf(newText);
  const oldLines = linesAt(oldText, oldStarts);
  const newLines = linesAt(newText, newStarts);
  const newOfOld = new Map<number, number>();
  let first = 0;
  const shorter = Math.min(oldLines.length, newLines.length);
  for (; first < shorter && oldLines[first] === newLines[first]; first += 1)
    newOfOld.set(first, first);
  let rest = 0;
  while (rest < shorter - first) {
    const oldLine = oldLines.length - 1 - rest;
    const newLine = newLines.length - 1 - rest;
    if (oldLines[oldLine] !== newLines[newLine]) break;
    newOfOld.set(oldLine, newLine);
    rest += 1;
  }
  const middle = { first, oldEnd: oldLines.length - rest, newEnd: newLines.length - rest };
  for (const [oldLine, newLine] of uniquePairs(oldLines, newLines, middle))
    newOfOld.set(oldLine, newLine);
  const oldOfNew = new Map([...newOfOld].map(([oldLine, newLine]) => [newLine, oldLine]));
  return {
    toNew: ({ start, end }) => {
      const firstLine = lineAt(oldStarts, start);
      const lastLine = lineAt(oldStarts, end);
      const from = newOfOld.get(firstLine);
      const to = newOfOld.get(lastLine);
      if (from === undefined || to === undefined || to - from !== lastLine - firstLine)
        return undefined;
      return {
        start: (newStarts[from] ?? 0) + start - (oldStarts[firstLine] ?? 0),
        end: (newStarts[to] ?? 0) + end - (oldStarts[lastLine] ?? 0),
      };
    },
    toOld: (offset) => {
      const line = lineAt(newStarts, offset);
      const from = oldOfNew.get(line);
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
  oldLines: readonly string[],
  newLines: readonly string[],
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

function uniquePlaces(
  lines: readonly string[],
  first: number,
  end: number,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (let line = first; line < end; line += 1) {
    const text = lines[line] ?? "";
    places.set(text, places.has(text) ? -1 : line);
  }
  for (const [text, line] of places) if (line < 0) places.delete(text);
  return places;
}

function linesAt(text: string, starts: readonly number[]): readonly string[] {
  return starts.map((start, line) => text.slice(start, starts[line + 1] ?? text.length).trimEnd());
}
