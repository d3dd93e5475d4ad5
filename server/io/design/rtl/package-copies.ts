import { blanked, blankedComments } from "../../../core/design/blanked.js";
import { declaredIn, importedNames, importPattern } from "./imports.js";
import { type TextEdit, withEdits } from "./text-edits.js";

/**
 * Packages that use names of other packages have copies of what they use: the engine knows `q::X` in modules, not in packages (Yosys
 * 0.55). Copies stand in the package's first line, so that lines stay; a name that would then be there twice leaves the package as it is.
 */
export function withPackageCopies(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const packages = new Map<string, Package>();
  for (const [file, text] of texts)
    if (/\bpackage\b/.test(text))
      for (const one of packagesOf(file, text)) packages.set(one.name, one);
  const edits = new Map<string, TextEdit[]>();
  for (const one of packages.values()) {
    const own = editsOf(one, packages);
    if (own.length > 0) edits.set(one.file, [...(edits.get(one.file) ?? []), ...own]);
  }
  return new Map([...texts].map(([file, text]) => [file, withEdits(text, edits.get(file) ?? [])]));
}

interface Package {
  readonly name: string;
  readonly file: string;
  /** Of the body in its file. */
  readonly start: number;
  /** Without comments and strings. */
  readonly code: string;
  readonly items: readonly Item[];
  readonly names: ReadonlySet<string>;
}

/** A declaration. */
interface Item {
  /** Without comments, in one line. */
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

type Packages = ReadonlyMap<string, Package>;

function packagesOf(file: string, text: string): readonly Package[] {
  const code = blanked(text);
  const plain = blankedComments(text);
  return [
    ...code.matchAll(/\bpackage\s+(?:(?:automatic|static)\s+)?(\w+)\s*;([\s\S]*?)\bendpackage\b/g),
  ].map((match) => {
    const [whole, name = "", body = ""] = match;
    const start = match.index + whole.indexOf(";") + 1;
    const items = itemsOf(body).map(([from, to]): Item => {
      const item = body.slice(from, to);
      const shown = plain.slice(start + from, start + to).replace(/\s+/g, " ");
      return { text: shown, names: declaredIn(item) };
    });
    return { name, file, start, code: body, items, names: declaredIn(body) };
  });
}

/** Where each declaration begins and ends. */
function itemsOf(body: string): readonly (readonly [number, number])[] {
  const items: (readonly [number, number])[] = [];
  const pattern =
    /\bfunction\b[\s\S]*?\bendfunction\b(?:\s*:\s*\w+)?|\btask\b[\s\S]*?\bendtask\b(?:\s*:\s*\w+)?|[^\s;{][^;{]*(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}[^;{]*)*;/g;
  for (const match of body.matchAll(pattern))
    items.push([match.index, match.index + match[0].length]);
  return items;
}

interface Reference {
  readonly from: string;
  readonly name: string;
  /** Of `from::` in the code, where it is written. */
  readonly prefix?: { readonly start: number; readonly end: number };
}

function editsOf(one: Package, packages: Packages): readonly TextEdit[] {
  const used = referencesIn(one.code, one, packages);
  if (used.length === 0) return [];
  const copies = new Copies(one, packages);
  if (!used.every(({ from, name }) => copies.add(from, name))) return [];
  const shift = ({ start, end }: { readonly start: number; readonly end: number }): TextEdit => ({
    start: one.start + start,
    end: one.start + end,
    text: "",
  });
  const imports = [...one.code.matchAll(importPattern)].map((match) => {
    const edit = shift({ start: match.index, end: match.index + match[0].length });
    return { ...edit, text: match[0].replace(/[^\r\n]/g, " ") };
  });
  return [
    { start: one.start, end: one.start, text: ` ${copies.text}` },
    ...imports,
    ...used.flatMap(({ prefix }) => (prefix === undefined ? [] : [shift(prefix)])),
  ];
}

/** Names of other packages in a piece of a package. */
function referencesIn(code: string, one: Package, packages: Packages): readonly Reference[] {
  const imported = new Map<string, string>();
  for (const [, items = ""] of one.code.matchAll(importPattern))
    for (const [name, from] of importedNames(items, declaredBy(packages)) ?? [])
      imported.set(name, from);
  const blank = code.replace(importPattern, (text) => text.replace(/\S/g, " "));
  return [
    ...blank.matchAll(/(?<![\w.$`'])(?:([A-Za-z_]\w*)\s*::\s*)?([A-Za-z_]\w*)\b(?!\s*::)/g),
  ].flatMap((match): Reference[] => {
    const [whole, scope, name = ""] = match;
    const from = scope ?? (one.names.has(name) ? undefined : imported.get(name));
    if (from === undefined || !packages.has(from)) return [];
    const prefix = { start: match.index, end: match.index + whole.length - name.length };
    return [{ from, name, ...(scope !== undefined && { prefix }) }];
  });
}

function declaredBy(packages: Packages): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([...packages].map(([name, { names }]) => [name, names]));
}

/** What a package takes over, each after what it needs itself. */
class Copies {
  readonly #into: Package;
  readonly #packages: Packages;
  readonly #texts: string[] = [];
  /** The package that a name was taken from. */
  readonly #taken = new Map<string, string>();
  readonly #open = new Set<Item>();

  constructor(into: Package, packages: Packages) {
    this.#into = into;
    this.#packages = packages;
  }

  get text(): string {
    return this.#texts.join(" ");
  }

  /** False when it cannot be had: nobody declares it, or the name is taken. */
  add(from: string, name: string): boolean {
    const taken = this.#taken.get(name);
    if (taken !== undefined) return taken === from;
    const source = this.#packages.get(from);
    const item = source?.items.find(({ names }) => names.has(name));
    if (source === undefined || item === undefined || source === this.#into) return false;
    if (this.#open.has(item)) return true;
    if ([...item.names].some((one) => this.#into.names.has(one) || this.#taken.has(one)))
      return false;
    this.#open.add(item);
    const needed = [
      ...referencesIn(item.text, source, this.#packages),
      ...[...item.text.matchAll(/(?<![\w.$`':])([A-Za-z_]\w*)\b(?!\s*::)/g)].flatMap(
        ([, word = ""]) =>
          source.names.has(word) && !item.names.has(word) ? [{ from, name: word }] : [],
      ),
    ];
    for (const one of needed) if (!this.add(one.from, one.name)) return false;
    for (const one of item.names) this.#taken.set(one, from);
    this.#texts.push(item.text.replace(/\b[A-Za-z_]\w*\s*::\s*(?=[A-Za-z_])/g, ""));
    return true;
  }
}
