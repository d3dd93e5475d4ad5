import type { SourceRange } from "../../base/text-span.js";
import type { NetModule } from "./netlist.js";

/**
 * The place of a flip-flop is its whole `always` block; the line that somebody looks at is the one that assigns to it. The
 * text of the block tells which: the first assignment to the register that is not a constant, else the first at all, else the first macro
 * that is given its name.
 */
export class RegisterLines {
  readonly #lines = new Map<string, readonly string[]>();
  readonly #found = new Map<string, number | undefined>();

  constructor(texts: ReadonlyMap<string, string>) {
    for (const [file, text] of texts) this.#lines.set(file, text.split("\n"));
  }

  /** Names of the registers behind flip-flops: all that their outputs are called in the source. */
  namesOf({ cells, netNames }: NetModule): ReadonlyMap<string, readonly string[]> {
    const namesOfBit = new Map<number, string[]>();
    for (const { name, bits, isHidden } of netNames) {
      if (isHidden) continue;
      for (const bit of bits) {
        if (typeof bit !== "number") continue;
        const known = namesOfBit.get(bit);
        if (known === undefined) namesOfBit.set(bit, [name]);
        else if (known.length < nameLimit) known.push(name);
      }
    }
    const names = new Map<string, readonly string[]>();
    for (const { name, connections } of cells) {
      const bit = (connections["Q"] ?? connections["q"] ?? connections["O"])?.[0];
      const found = typeof bit === "number" ? namesOfBit.get(bit) : undefined;
      if (found !== undefined) names.set(name, found);
    }
    return names;
  }

  refine(
    places: readonly SourceRange[],
    registers: readonly string[] | undefined,
  ): readonly SourceRange[] {
    if (registers === undefined) return places;
    return places.map((place) => {
      for (const register of registers) {
        // A flattened name says its instances first: `u.v.count`.
        const plain = (register.split(/[.\\]/).pop() ?? "").replace(/\[.*$/, "");
        const line = /^\w+$/.test(plain) ? this.#assignment(place, plain) : undefined;
        if (line !== undefined)
          return { ...place, line, character: 0, endLine: line + 1, endCharacter: 0 };
      }
      return place;
    });
  }

  #assignment(place: SourceRange, register: string): number | undefined {
    const key = `${place.file}:${place.line}:${register}`;
    if (this.#found.has(key)) return this.#found.get(key);
    const lines = this.#lines.get(place.file) ?? [];
    const last = Math.min(Math.max(place.endLine, place.line), lines.length - 1);
    const pattern = new RegExp(
      `(?:^|[^\\w.])${register}\\s*(?:\\[[^=]*\\]\\s*)?(?:<=|=)([^=].*)?$`,
    );
    const macro = new RegExp(`^\\s*\`\\w+\\s*\\(.*\\b${register}\\b`);
    let first: number | undefined;
    let found: number | undefined;
    let made: number | undefined;
    for (let line = place.line; line <= last && found === undefined; line += 1) {
      const text = (lines[line] ?? "").replace(/\/\/.*$/, "");
      if (macro.test(text)) made ??= line;
      const match = pattern.exec(text);
      if (match === null) continue;
      first ??= line;
      if (!isConstant(match[1] ?? "")) found = line;
    }
    const answer = found ?? first ?? made;
    this.#found.set(key, answer);
    return answer;
  }
}

/** Aliases of one net: ports on the way up. */
const nameLimit = 6;

function isConstant(expression: string): boolean {
  return /^\s*(?:\d*'[sS]?[bodhBODH]?[0-9a-fA-FxzXZ_]+|\d+|'[01]|\{\s*\w+\s*\{[^}]*\}\s*\})\s*;/.test(
    expression,
  );
}
