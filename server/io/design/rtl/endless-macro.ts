import { lineAt, lineStartsOf } from "../../../core/base/line-starts.js";
import type { SourceRange } from "../../../core/base/text-span.js";

interface Macro {
  readonly file: string;
  readonly at: number;
  readonly length: number;
  /** Names of macros in its text, as often as they stand there. */
  readonly uses: readonly string[];
}

/** More text than any design has, all its macros put in place. */
const expansionLimit = 64 << 20;

/**
 * A macro that comes out of itself, which IEEE 1800-2017, section 22.5.1, forbids, or one whose text doubles until no memory holds
 * it: the engine would expand it until it is stopped.
 */
export function endlessMacro(
  texts: ReadonlyMap<string, string>,
): { readonly message: string; readonly place: SourceRange } | undefined {
  const macros = new Map<string, Macro>();
  const used = new Set<string>();
  for (const [file, text] of texts)
    if (text.includes("`define")) readMacros(file, text, macros, used);
  const sizes = new Map<string, number>();
  for (const name of used) {
    const ring = measure(name, macros, sizes);
    const macro = macros.get(ring ?? name);
    if (macro === undefined) continue;
    const place = placeOf(macro, texts);
    if (ring !== undefined)
      return { message: `Macro \`${ring}\` comes out of itself and never ends.`, place };
    if ((sizes.get(name) ?? 0) > expansionLimit)
      return {
        message: `Macro \`${name}\` stands for more than ${expansionLimit >> 20} MiB of text.`,
        place,
      };
  }
  return undefined;
}

function readMacros(
  file: string,
  text: string,
  macros: Map<string, Macro>,
  used: Set<string>,
): void {
  const code = text.replace(/\/\/[^\r\n\\]*|\/\*[\s\S]*?(?:\*\/|$)/g, (comment) =>
    comment.replace(/[^\r\n]+/g, (run) => " ".repeat(run.length)),
  );
  const pattern = /`define[ \t]+([A-Za-z_]\w*)((?:\\\r?\n|[^\r\n])*)/g;
  for (const match of code.matchAll(pattern)) {
    const [, name = "", body = ""] = match;
    macros.set(name, { file, at: match.index, length: body.length, uses: namesIn(body) });
  }
  for (const name of namesIn(code.replace(pattern, ""))) used.add(name);
}

function namesIn(code: string): readonly string[] {
  return [...code.matchAll(/`([A-Za-z_]\w*)/g)].map((match) => match[1] ?? "");
}

/** Fills in what a macro and those in it expand to; answers one that stands in itself. */
function measure(
  name: string,
  macros: ReadonlyMap<string, Macro>,
  sizes: Map<string, number>,
): string | undefined {
  const stack = [{ name, next: 0, size: 0 }];
  const open = new Set([name]);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const macro = macros.get(top.name);
    const inner = macro?.uses[top.next];
    if (inner === undefined) {
      sizes.set(top.name, top.size + (macro?.length ?? 0));
      open.delete(top.name);
      stack.pop();
      continue;
    }
    const known = sizes.get(inner);
    if (known !== undefined) {
      top.size = Math.min(Number.MAX_SAFE_INTEGER, top.size + known);
      top.next += 1;
    } else if (open.has(inner)) return inner;
    else {
      open.add(inner);
      stack.push({ name: inner, next: 0, size: 0 });
    }
  }
  return undefined;
}

function placeOf({ file, at }: Macro, texts: ReadonlyMap<string, string>): SourceRange {
  const line = lineAt(lineStartsOf(texts.get(file) ?? ""), at);
  return { file, line, character: 0, endLine: line + 1, endCharacter: 0 };
}
