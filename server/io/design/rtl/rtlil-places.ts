import { lineAt, lineStartsOf } from "../../../core/base/line-starts.js";
import { blanked } from "../../../core/design/blanked.js";

/**
 * RTLIL of slang with places as Yosys' own reader gives them: a module and a register's block from where they begin to where they
 * end, of which slang says the beginning alone. A register that a macro makes has no place; it gets its module's, and its line is looked
 * for by its name.
 */
export function withRanges(rtlil: string, textOf: (file: string) => string | undefined): string {
  const ends = new Ends(textOf);
  return rtlil
    .split(/(?<=^end\n)/m)
    .map((chunk) => {
      const head = /^attribute \\src "([^"|]+):(\d+)\.(\d+)"\n(?=(?:attribute .*\n)*module )/m.exec(
        chunk,
      );
      if (head === null) return chunk;
      const [whole, file = "", line = "", column = ""] = head;
      const end = ends.of(file, Number(line), Number(column), moduleEnd);
      if (end === undefined) return chunk;
      const src = `${file}:${line}.${column}-${end}`;
      const body = chunk
        .slice(head.index + whole.length)
        .replace(registerPattern, (found, attributes: string, cell: string) => {
          const place = /\\src "([^"|]+):(\d+)\.(\d+)"/.exec(attributes);
          if (place === null)
            return /\\src "/.test(attributes) ? found : `  attribute \\src "${src}"\n${found}`;
          const blockEnd = ends.of(
            place[1] ?? "",
            Number(place[2]),
            Number(place[3]),
            statementEnd,
          );
          if (blockEnd === undefined) return found;
          const range = `\\src "${place[1] ?? ""}:${place[2] ?? ""}.${place[3] ?? ""}-${blockEnd}"`;
          return `${attributes.replace(place[0], range)}${cell}`;
        });
      return `${chunk.slice(0, head.index)}attribute \\src "${src}"\n${body}`;
    })
    .join("");
}

/** A flip-flop or latch with its attributes. */
const registerPattern =
  /((?:^ {2}attribute .*\n)*)(^ {2}cell \$(?:a?l?dffs?r?e?|adffe?|sdffc?e?|aldffe?|dlatch(?:sr)?|adlatch) )/gm;

class Ends {
  readonly #textOf: (file: string) => string | undefined;
  readonly #codes = new Map<
    string,
    { readonly code: string; readonly starts: readonly number[] }
  >();
  readonly #known = new Map<string, string | undefined>();

  constructor(textOf: (file: string) => string | undefined) {
    this.#textOf = textOf;
  }

  /** `12.4`, the end of what begins there. */
  of(
    file: string,
    line: number,
    column: number,
    find: (code: string, start: number) => number | undefined,
  ): string | undefined {
    const key = `${file}:${line}.${column}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const text = this.#codes.get(file) ?? this.#read(file);
    const start = (text?.starts[line - 1] ?? 0) + column - 1;
    const end = text && find(text.code, start);
    const at = end === undefined || text === undefined ? undefined : lineAt(text.starts, end);
    const place =
      at === undefined || end === undefined
        ? undefined
        : `${at + 1}.${end - (text?.starts[at] ?? 0) + 1}`;
    this.#known.set(key, place);
    return place;
  }

  #read(file: string): { readonly code: string; readonly starts: readonly number[] } | undefined {
    const text = this.#textOf(file);
    if (text === undefined) return undefined;
    const read = { code: blanked(text), starts: lineStartsOf(text) };
    this.#codes.set(file, read);
    return read;
  }
}

function moduleEnd(code: string, start: number): number | undefined {
  const found = /\bendmodule\b/.exec(code.slice(start));
  return found === null ? undefined : start + found.index + found[0].length;
}

/** Of `always_ff @(…) statement` or of a statement alone: behind its last `;` or `end`. */
export function statementEnd(code: string, start: number): number | undefined {
  let depth = 0;
  let brackets = 0;
  const words = /[()]|;|\b(?:begin|case[xz]?|end|endcase|endmodule)\b/g;
  words.lastIndex = start;
  for (let match = words.exec(code); match !== null; match = words.exec(code)) {
    const [word] = match;
    if (word === "endmodule") return undefined;
    if (word === "(") brackets += 1;
    else if (word === ")") brackets -= 1;
    else if (word !== ";") depth += word.startsWith("end") ? -1 : 1;
    const isEnd = word === ";" || word.startsWith("end");
    if (!isEnd || depth > 0 || brackets > 0) continue;
    const behind = match.index + word.length;
    if (!/^(?:\s*:\s*\w+)?\s*else\b/.test(code.slice(behind, behind + 200))) return behind;
  }
  return undefined;
}
