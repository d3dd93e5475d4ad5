import path from "node:path";
import type { SourceRange } from "../../../core/base/text-span.js";
import type { DesignProblem } from "../../../core/design/design.js";
import { blanked, blankedComments } from "../../../core/design/blanked.js";
import { isFileList, isVhdl } from "../../../core/design/file-kinds.js";
import { sourceFile } from "../../../core/design/places.js";
import type { FileNames } from "../../../core/design/rtl/source-names.js";
import type { DesignRequest } from "../design-request.js";
import { brokenText } from "./broken-text.js";
import { readFileList } from "./file-list.js";
import { contains, realPath, textInside } from "../../inside.js";
import { asTheEngineReads } from "./engine-texts.js";
import { type TextEdit, withEdits } from "./text-edits.js";
import { macrosOf, withoutInactive } from "./inactive-branches.js";
import { findModules } from "./module-index.js";
import { findVhdlFiles } from "./vhdl-units.js";
import { distance, workspaceFiles } from "./workspace-files.js";

/** The texts that a synthesis reads, under the names that it knows them by. */
export interface Sources {
  /** Short name to text; names end in `.v`, `.sv` or `.vhd` as the files do. */
  readonly texts: ReadonlyMap<string, string>;
  /** The same before anything was said otherwise for an engine that knows part of the language. */
  readonly plain: ReadonlyMap<string, string>;
  /** By absolute path, as they stand in the files. */
  readonly originals: ReadonlyMap<string, string>;
  /** Short name to absolute path. */
  readonly names: FileNames;
  /** Short names in the order in which they have to be read; what is only included is not among them. */
  readonly order: readonly string[];
  /** Short name of the file that was asked for. */
  readonly main: string;
  readonly defines: Readonly<Record<string, string>>;
  readonly problems: readonly DesignProblem[];
  /** What is told only of sources that cannot be read: it may be the cause. */
  readonly likely: readonly DesignProblem[];
  /** An `include` of a file in itself. A guard may end it: it is spoken of only after an elaboration that did not end. */
  readonly includeRing: SourceRange | undefined;
}

const fileLimit = 500;
const totalLimit = 48 << 20;

/**
 * Reads the file, those it is said to need, those it includes and those that define modules and packages it uses. Only
 * inside of the request's roots: an `include` that leads elsewhere is refused, whatever it is spelled like.
 */
export function collectSources(request: DesignRequest): Sources {
  const reader = new SourceReader(request);
  const listed: string[] = [];
  const includeFolders = [...request.includeFolders];
  const defines: Record<string, string> = { ...request.defines };
  for (const file of request.files) {
    if (!isFileList(file)) {
      listed.push(file);
      continue;
    }
    const list = readFileList(file, (name) => reader.text(name));
    listed.push(...list.files);
    includeFolders.push(...list.includeFolders);
    Object.assign(defines, list.defines);
    reader.problems.push(...list.problems);
  }
  reader.includeFolders = includeFolders;
  const others = listed.filter((file) => file !== request.file);
  for (const file of others) reader.add(file);
  reader.add(request.file, request.text);
  const read = (file: string): string | undefined => reader.text(file);
  const found = isVhdl(request.file)
    ? findVhdlFiles(reader.vhdl(), request, read)
    : findModules(reader.codes(), { ...request, defines }, read);
  for (const file of found) reader.add(file);
  const said = listed.includes(request.file) ? listed : [...others, request.file];
  // What was looked up comes last, as on a command line: macros of the file may be meant for it.
  const order = [...said, ...found].flatMap((file) => reader.shortName(file) ?? []);
  const texts = asTheEngineReads(reader.texts);
  return {
    texts,
    plain: reader.texts,
    originals: reader.originals,
    names: reader.names,
    order: packagesFirst([...new Set(order)], texts),
    main: reader.shortName(request.file) ?? "",
    defines,
    problems: reader.problems,
    likely: reader.likely,
    includeRing: reader.includeRing,
  };
}

class SourceReader {
  readonly texts = new Map<string, string>();
  readonly originals = new Map<string, string>();
  readonly names = new Map<string, string>();
  readonly problems: DesignProblem[] = [];
  readonly likely: DesignProblem[] = [];
  includeFolders: readonly string[] = [];
  includeRing: SourceRange | undefined;
  /** Files whose includes are being read. */
  readonly #open = new Set<string>();
  readonly #request: DesignRequest;
  readonly #short = new Map<string, string>();
  readonly #roots: readonly string[];
  #files: readonly string[] | undefined;
  #total = 0;

  constructor(request: DesignRequest) {
    this.#request = request;
    this.#roots = request.roots.flatMap((root) => realPath(root) ?? []);
  }

  shortName(file: string): string | undefined {
    return this.#short.get(file);
  }

  /** Texts of what was added, with comments blanked. */
  codes(): readonly string[] {
    return [...this.texts.values()].map((text) => blanked(text));
  }

  /** Texts of what was added in VHDL. */
  vhdl(): readonly string[] {
    return [...this.texts].flatMap(([name, text]) => (isVhdl(name) ? [text] : []));
  }

  /** Undefined when it is not there, not a file, too large or outside. */
  text(file: string): string | undefined {
    return this.#request.overlays[file] ?? textInside(file, this.#roots, totalLimit);
  }

  /** Adds a file and what it includes; answers its short name. */
  add(file: string, given?: string): string | undefined {
    const known = this.#short.get(file);
    if (known !== undefined) return known;
    const text = given ?? this.text(file);
    if (text === undefined) {
      this.problems.push({
        code: "RP5010",
        severity: "error",
        message: `\`${file}\` cannot be read: it is missing, too large or outside of the workspace.`,
        place: sourceFile(this.#request.file),
      });
      return undefined;
    }
    this.#total += text.length;
    if (this.names.size >= fileLimit || this.#total > totalLimit) {
      this.#complainOnce(
        `The design has more than ${fileLimit} files or ${totalLimit >> 20} MiB of sources; the rest is left out.`,
      );
      return undefined;
    }
    const short = `src/${this.names.size}/${path.basename(file).replace(/[^\w.-]/g, "_")}`;
    this.#short.set(file, short);
    this.names.set(short, file);
    this.originals.set(file, text);
    const { certain, likely } = brokenText(file, text);
    this.problems.push(...certain);
    if (likely !== undefined) this.likely.push(likely);
    this.texts.set(short, "");
    this.#open.add(file);
    this.texts.set(short, this.#withIncludes(file, text.replaceAll("\0", " ")));
    this.#open.delete(file);
    return short;
  }

  /** Includes and memory files named by their short names, so that no search path matters to the engine. */
  #withIncludes(file: string, text: string): string {
    if (isVhdl(file)) return text;
    const code = blankedComments(text);
    const edits: TextEdit[] = [];
    // Only what no tool but a formal one reads is surely left out: other macros may come from files that are yet to be read.
    const synthesised = withoutInactive(code, (name) =>
      name === "FORMAL" && this.#request.defines[name] === undefined ? false : undefined,
    );
    const isReadIn = (at: number): boolean => /\S/.test(synthesised[at] ?? "");
    // Under a macro that nothing here defines it is probably not read either.
    const own = macrosOf([code], this.#request.defines);
    const asWritten = withoutInactive(code, (name) => own(name) ?? true);
    const isLikelyRead = (at: number): boolean => /\S/.test(asWritten[at] ?? "");
    for (const match of code.matchAll(referencePattern)) {
      const name = match[2] ?? "";
      const start = match.index + match[0].lastIndexOf(`"${name}"`) + 1;
      const isInclude = match[0].startsWith("`");
      const found = this.#find(file, name, isLikelyRead(start));
      const line = text.slice(0, start).split("\n").length - 1;
      const place = { ...{ file, line, character: 0 }, endLine: line + 1, endCharacter: 0 };
      if (found.kind !== "file" && isReadIn(start)) {
        const what = isInclude ? "Included file" : "Memory file";
        const isTold = found.kind === "escapes" || isLikelyRead(start);
        const told = isTold ? this.problems : this.likely;
        told.push({
          code: found.kind === "escapes" ? "RP5012" : "RP5011",
          severity: "error",
          message:
            found.kind === "escapes"
              ? `${what} \`${name}\` leads out of the workspace and is not read.`
              : `${what} \`${name}\` is not found; add its folder to the include folders.`,
          place: { kind: "source", ...place },
        });
      }
      if (found.kind === "file" && isInclude && this.#open.has(found.path))
        this.includeRing ??= place;
      const short = found.kind === "file" ? this.add(found.path) : undefined;
      edits.push({ start, end: start + name.length, text: short ?? this.#emptyFile() });
    }
    for (const name of namedFiles(code)) this.#addNamed(file, name);
    // Latches in `always_comb` are told by a rule, with a price; the engine would stop at the first.
    for (const match of code.matchAll(/\balways_comb\b/g))
      edits.push({ start: match.index, end: match.index + match[0].length, text: "always @(*)" });
    return withEdits(text, edits);
  }

  /** A file whose name is a parameter's value, which the engine asks for by that name. */
  #addNamed(from: string, name: string): void {
    if (this.texts.has(name)) return;
    const found = this.#find(from, name);
    const text = found.kind === "file" ? this.text(found.path) : undefined;
    this.texts.set(name, text ?? "\n");
    if (text === undefined)
      this.problems.push({
        code: "RP5011",
        severity: "information",
        message: `Memory file \`${name}\` is not found; what is filled from it counts as empty.`,
        place: sourceFile(from),
      });
  }

  /** What could not be had is read as nothing, so that the rest is analysed. */
  #emptyFile(): string {
    this.texts.set("src/empty.vh", "\n");
    return "src/empty.vh";
  }

  /** `isWanted`: it is also looked up where nobody has pointed to. */
  #find(
    from: string,
    name: string,
    isWanted = true,
  ): { readonly kind: "file"; readonly path: string } | { readonly kind: "missing" | "escapes" } {
    const folders = [path.dirname(from), ...this.includeFolders, ...this.#request.roots];
    const candidates = path.isAbsolute(name)
      ? [path.normalize(name)]
      : folders.map((folder) => path.join(folder, name));
    let escapes = false;
    for (const candidate of candidates) {
      if (this.#request.overlays[candidate] !== undefined) return { kind: "file", path: candidate };
      const real = realPath(candidate);
      if (real === undefined) continue;
      if (!this.#isInside(real)) escapes = true;
      else if (this.text(candidate) !== undefined) return { kind: "file", path: candidate };
    }
    const elsewhere = escapes || !isWanted ? undefined : this.#inWorkspace(from, name);
    if (elsewhere !== undefined) return { kind: "file", path: elsewhere };
    // What is outside is refused alike whether it is there or not: an answer would tell of it.
    const leadsOut =
      path.isAbsolute(name) ||
      candidates.every((one) => !this.#request.roots.some((root) => contains(root, one)));
    return { kind: escapes || leadsOut ? "escapes" : "missing" };
  }

  /** What no include folder has is looked up in the workspace, as modules are: the nearest file whose path ends so. */
  #inWorkspace(from: string, name: string): string | undefined {
    if (!/^\w/.test(name) || name.split("/").includes("..")) return undefined;
    const { roots, file } = this.#request;
    this.#files ??= workspaceFiles(roots, file, includedNames);
    return this.#files
      .filter((one) => one.endsWith(`${path.sep}${path.normalize(name)}`))
      .sort((a, b) => distance(from, a) - distance(from, b) || (a < b ? -1 : 1))
      .find((one) => this.text(one) !== undefined);
  }

  #isInside(real: string): boolean {
    return this.#roots.some((root) => contains(root, real));
  }

  #complainOnce(message: string): void {
    if (this.problems.some((problem) => problem.message === message)) return;
    this.problems.push({
      code: "RP5013",
      severity: "warning",
      message,
      place: sourceFile(this.#request.file),
    });
  }
}

const includedNames = /\.(?:s?vh?|inc|hex|mem|dat|data|init|bin|h)$/i;

const referencePattern = /(`include|\$readmem[hb]\s*\()\s*"([^"\r\n]*)"/g;

/** Relative names of memory files in strings that are no argument of a task. */
function namedFiles(code: string): ReadonlySet<string> {
  const found = [...code.matchAll(/=\s*"([\w-][\w./-]*\.(?:hex|mem|dat|data|init|bin))"/g)];
  return new Set(found.map((match) => match[1] ?? "").filter((name) => !name.includes("..")));
}

function packagesFirst(
  order: readonly string[],
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  const isPackage = (name: string): boolean =>
    /^\s*package\s+\w+/m.test(texts.get(name) ?? "") &&
    !/^\s*module\s+\w+/m.test(texts.get(name) ?? "");
  const packages = order.filter(isPackage);
  return [...byUse(packages, texts), ...order.filter((name) => !isPackage(name))];
}

/** A package after those that it uses; in a ring as they stand. */
function byUse(packages: readonly string[], texts: ReadonlyMap<string, string>): readonly string[] {
  const fileOf = new Map<string, string>();
  for (const file of packages)
    for (const [, name = ""] of (texts.get(file) ?? "").matchAll(/^\s*package\s+(\w+)\s*;/gm))
      fileOf.set(name, file);
  const done = new Set<string>();
  const visit = (file: string, open: readonly string[]): void => {
    if (done.has(file) || open.includes(file)) return;
    for (const [, name = ""] of (texts.get(file) ?? "").matchAll(/\b(\w+)::/g)) {
      const used = fileOf.get(name);
      if (used !== undefined && used !== file) visit(used, [...open, file]);
    }
    done.add(file);
  };
  for (const file of packages) visit(file, []);
  return [...done];
}
