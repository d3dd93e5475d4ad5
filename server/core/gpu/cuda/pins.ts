import type { TextSpan } from "../../base/text-span.js";

/** What a person has said in comments: `// ridgepoint: n=1<<20, grid=4096, block=16x16`. */
export interface Pins {
  readonly sizes: ReadonlyMap<string, number>;
  readonly grid?: readonly number[];
  readonly block?: readonly number[];
  readonly problems: readonly { readonly span: TextSpan; readonly text: string }[];
}

export const noPins: Pins = { sizes: new Map(), problems: [] };

const comment = /\/\/[ \t]*ridgepoint:([^\n]*)/g;

/**
 * Pins for the kernel whose definition begins in `head` (with the comments above it), and those that stand above no kernel, which hold for
 * the whole file; the kernel's own go before. `times=` is read where its loop stands.
 */
export function pinsFor(
  text: string,
  head: TextSpan | undefined,
  heads: readonly TextSpan[],
  given: ReadonlyMap<string, number>,
): Pins {
  const sizes = new Map<string, number>();
  const problems: { span: TextSpan; text: string }[] = [];
  const launch: { grid?: readonly number[]; block?: readonly number[] } = {};
  for (const isOwn of [false, true]) {
    for (const match of text.matchAll(comment)) {
      const at = match.index;
      const owner = heads.find((span) => span.start <= at && at < span.end);
      if (isOwn ? owner !== head || head === undefined : owner !== undefined) continue;
      for (const part of (match[1] ?? "").split(/[,;]/)) {
        const [, name, raw] = /^\s*([A-Za-z_]\w*)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
        if (name === undefined || raw === undefined) {
          if (part.trim() !== "")
            problems.push({ span: { start: at, end: at + match[0].length }, text: part.trim() });
          continue;
        }
        if (name === "times") continue;
        const values = raw.split(/x(?=\d)/).map(numberOf);
        if (values.some((value) => value === undefined)) {
          problems.push({ span: { start: at, end: at + match[0].length }, text: part.trim() });
          continue;
        }
        const numbers = values.flatMap((value) => value ?? []);
        if (name === "grid" || name === "block") launch[name] = numbers;
        else if (numbers[0] !== undefined) sizes.set(name, numbers[0]);
      }
    }
  }
  for (const [name, value] of given)
    if (name === "grid" || name === "block") launch[name] = [value];
    else sizes.set(name, value);
  return { sizes, ...launch, problems };
}

/** `4096`, `1<<20`, `4*1024`, `1e6`. */
function numberOf(text: string): number | undefined {
  const plain = text.replace(/\s+/g, "");
  const shift = /^(\d+)<<(\d+)$/.exec(plain);
  if (shift !== null) return Number(shift[1]) * 2 ** Number(shift[2]);
  if (!/^\d[\d.e*]*$/i.test(plain)) return undefined;
  const value = plain.split("*").reduce((product, factor) => product * Number(factor), 1);
  return Number.isFinite(value) && 0 < value && value <= 2 ** 53 ? value : undefined;
}
