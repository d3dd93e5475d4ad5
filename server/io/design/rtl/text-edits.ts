export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits that do not overlap, in any order; those at one place stay in theirs. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  return sorted.reduceRight(
    (now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end),
    text,
  );
}
