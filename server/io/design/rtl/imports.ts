import { blanked } from "../../../core/design/blanked.js";
import { isVhdl } from "../../../core/design/file-kinds.js";
import { type TextEdit, withEdits } from "./text-edits.js";

/**
 * Texts whose imports are written out: the engine reads `p::WIDTH` and no `import p::*;` (Yosys 0.55). Lines stay; what stands behind a
 * name in its line moves, so that fixes, which look at the original, are offered less often there. What packages declare is read in
 * `declared`, where they have no copies of one another's names.
 */
export function withoutImports(
  texts: ReadonlyMap<string, string>,
  declared: ReadonlyMap<string, string> = texts,
): ReadonlyMap<string, string> {
  const packages = packagesIn(declared.values());
  if (packages.size === 0) return texts;
  return new Map(
    [...texts].map(([name, text]) => [
      name,
      isVhdl(name) || !/\bimport\b/.test(text) ? text : writtenOut(text, packages),
    ]),
  );
}

type Packages = ReadonlyMap<string, ReadonlySet<string>>;

/** What each package declares. */
function packagesIn(texts: Iterable<string>): Packages {
  const found = new Map<string, ReadonlySet<string>>();
  for (const text of texts) {
    if (!/\bpackage\b/.test(text)) continue;
    for (const [, name = "", body = ""] of blanked(text).matchAll(
      /\bpackage\s+(?:(?:automatic|static)\s+)?(\w+)\s*;([\s\S]*?)\bendpackage\b/g,
    ))
      found.set(name, declaredIn(body));
  }
  return found;
}

export function declaredIn(body: string): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: RegExp, within = body): void => {
    for (const match of within.matchAll(pattern)) names.add(match[1] ?? "");
  };
  for (const [declaration] of body.matchAll(/\b(?:local)?param(?:eter)?\b[^;]*;/g))
    add(/([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*=(?!=)/g, declaration);
  add(/\btypedef\b[^;{]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})?[^;{}]*?\b([A-Za-z_]\w*)\s*;/g);
  for (const [, members = ""] of body.matchAll(/\benum\b[^;{]*\{([^}]*)\}/g))
    add(/(?:^|,)\s*([A-Za-z_]\w*)/g, members);
  add(/\b(?:function|task)\b[^;(]*?([A-Za-z_]\w*)\s*[;(]/g);
  return names;
}

function writtenOut(text: string, packages: Packages): string {
  const code = blanked(text);
  const edits: TextEdit[] = [];
  const done = new Set<number>();
  for (const match of code.matchAll(importPattern)) {
    const names = importedNames(match[1] ?? "", packages);
    if (names === undefined) continue;
    const end = match.index + match[0].length;
    edits.push({ start: match.index, end, text: match[0].replace(/[^\r\n]/g, " ") });
    for (const use of usesOf(names, code, end, scopeEnd(code, match.index, end)))
      if (!done.has(use.start)) {
        done.add(use.start);
        edits.push(use);
      }
  }
  return withEdits(text, edits);
}

/** What is imported is its first group. */
export const importPattern = /\bimport\s+((?:\w+\s*::\s*(?:\w+|\*)\s*,?\s*)+);/g;

/** The package of each name; undefined where one of the packages is not at hand. */
export function importedNames(
  items: string,
  packages: Packages,
): ReadonlyMap<string, string> | undefined {
  const names = new Map<string, string>();
  for (const [, from = "", item = ""] of items.matchAll(/(\w+)\s*::\s*(\w+|\*)/g)) {
    const declared = packages.get(from);
    if (declared === undefined) return undefined;
    for (const name of item === "*" ? declared : [item])
      if (!names.has(name)) names.set(name, from);
  }
  return names;
}

/** An import holds to the end of its module or package; outside of any to the end of the file. */
function scopeEnd(code: string, start: number, end: number): number {
  const words = /\b(?:(module|macromodule|interface|package)|(end(?:module|interface|package)))\b/g;
  let depth = 0;
  for (const match of code.matchAll(words)) {
    if (match.index >= end && depth <= 0 && match[2] === undefined) break;
    if (match.index >= end && match[2] !== undefined) return depth > 0 ? match.index : code.length;
    if (match.index < start) depth += match[1] === undefined ? -1 : 1;
  }
  return code.length;
}

function usesOf(
  names: ReadonlyMap<string, string>,
  code: string,
  start: number,
  end: number,
): readonly TextEdit[] {
  const scope = code.slice(start, end);
  const own = ownNames(scope);
  return [...scope.matchAll(/(?<![\w.$`']|::\s*)([A-Za-z_]\w*)\b(?!\s*::)/g)].flatMap((match) => {
    const name = match[1] ?? "";
    const from = own.has(name) ? undefined : names.get(name);
    const at = start + match.index;
    return from === undefined ? [] : [{ start: at, end: at, text: `${from}::` }];
  });
}

/** Parameters and signals of the scope, which hide what is imported. */
function ownNames(scope: string): ReadonlySet<string> {
  const own = new Set<string>();
  const patterns = [
    /\b(?:parameter|localparam)\b[^;,=]*?([A-Za-z_]\w*)\s*=(?!=)/g,
    /\b(?:logic|wire|reg|bit|int|integer|genvar)\s+(?:(?:un)?signed\s+)?(?:\[[^\]]*\]\s*)*([A-Za-z_]\w*)/g,
  ];
  for (const pattern of patterns)
    for (const match of scope.matchAll(pattern)) own.add(match[1] ?? "");
  return own;
}
