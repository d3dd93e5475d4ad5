/** An extent that is supposed to be another one, wherever it occurs. */
export interface SizeChange {
  readonly from: number;
  readonly to: number;
}

export type ParsedChanges =
  | { readonly kind: "changes"; readonly changes: readonly SizeChange[] }
  | { readonly kind: "wrong"; readonly message: string };

/** Reads `4096 → 5120`, several separated by commas; `->`, `=` and `to` stand for the arrow. */
export function parseSizeChanges(text: string): ParsedChanges {
  const changes: SizeChange[] = [];
  for (const part of text.split(/[,;]/)) {
    if (part.trim() === "") continue;
    const [, left, right] = /^\s*(\d+)\s*(?:→|->|=>|=|:|to)\s*(\d+)\s*$/.exec(part) ?? [];
    const [from, to] = [Number(left), Number(right)];
    if (left === undefined || right === undefined)
      return wrong(`\`${part.trim()}\` is no change; write for example \`4096 → 5120\`.`);
    if (from < 1 || to < 1 || from > mostExtent || to > mostExtent)
      return wrong(`Sizes lie between 1 and ${mostExtent}.`);
    if (changes.some((change) => change.from === from))
      return wrong(`${from} is changed twice; say once what it becomes.`);
    changes.push({ from, to });
  }
  return changes.length === 0
    ? wrong("Write which size becomes which, for example `4096 → 5120`.")
    : { kind: "changes", changes };
}

function wrong(message: string): ParsedChanges {
  return { kind: "wrong", message };
}

/** A tensor with one longer axis fits no machine. */
const mostExtent = 2 ** 40;
