import type { SourceRange } from "../../base/text-span.js";
import type { ResourceKind } from "../design.js";

export type Counts = Partial<Record<ResourceKind, number>>;

/** Sums of what lines take, with a few words on each. */
export class LineLedger {
  readonly #lines = new Map<string, Map<number, Entry>>();

  /** Shared evenly where a cell has several places. */
  add(places: readonly SourceRange[], counts: Counts, note?: string): void {
    for (const { file, line } of places) {
      const entry = this.#entry(file, line);
      for (const [kind, count] of Object.entries(counts) as [ResourceKind, number][])
        entry.counts[kind] = (entry.counts[kind] ?? 0) + count / places.length;
      if (note !== undefined && entry.notes.size < noteLimit) entry.notes.add(note);
    }
  }

  note(place: SourceRange, note: string): void {
    const entry = this.#entry(place.file, place.line);
    if (entry.notes.size < noteLimit) entry.notes.add(note);
  }

  entries(): readonly LedgerLine[] {
    return [...this.#lines]
      .flatMap(([file, lines]) =>
        [...lines].map(([line, { counts, notes }]) => ({ file, line, counts, notes: [...notes] })),
      )
      .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  }

  #entry(file: string, line: number): Entry {
    let lines = this.#lines.get(file);
    if (lines === undefined) this.#lines.set(file, (lines = new Map<number, Entry>()));
    let entry = lines.get(line);
    if (entry === undefined) lines.set(line, (entry = { counts: {}, notes: new Set() }));
    return entry;
  }
}

export interface LedgerLine {
  readonly file: string;
  readonly line: number;
  readonly counts: Counts;
  readonly notes: readonly string[];
}

interface Entry {
  readonly counts: Counts;
  readonly notes: Set<string>;
}

const noteLimit = 6;

export function addCounts(into: Counts, more: Counts, times = 1): void {
  for (const [kind, count] of Object.entries(more) as [ResourceKind, number][])
    into[kind] = (into[kind] ?? 0) + count * times;
}
