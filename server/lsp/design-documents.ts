import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Design, MeasuredDesign } from "../core/design/design.js";
import { isHlsSource } from "../core/design/hls-source.js";
import type { DesignNumbers, DesignState } from "../core/views/design/design-state.js";
import { lineStartsOf } from "../core/base/line-starts.js";
import { type MovedLines, movedLines } from "../core/views/source/moved-lines.js";
import { type DesignAnchor, designAnchors } from "../core/views/design/design-anchors.js";
import { designKindOfFile } from "../core/design/file-kinds.js";
import type { DesignRequest } from "../io/design/design-request.js";
import { findHlsProject } from "../io/design/hls-project.js";
import type { Settings } from "../protocol/settings.js";
import type { DesignEngine } from "./design-engine.js";
import { filePathOf, normalUri } from "./model-uri.js";

/** Whether the document is written in a language for hardware, whoever else may care for it. */
export function isDesignLanguage({ languageId }: TextDocument): boolean {
  return designKindOfLanguage(languageId) !== undefined;
}

export function designKindOf({ languageId }: TextDocument): Design["kind"] | undefined {
  return designKindOfLanguage(languageId);
}

function designKindOfLanguage(languageId: string): Design["kind"] | undefined {
  if (/^(?:systemverilog|verilog|vhdl)$/.test(languageId)) return "rtl";
  return /^(?:cpp|c)$/.test(languageId) ? "hls" : undefined;
}

export interface DesignDocumentsOptions {
  readonly engine: DesignEngine;
  readonly folders: () => readonly string[];
  readonly documents: () => readonly TextDocument[];
  readonly settingsFor: (uri: string) => Promise<Settings>;
  /** More is known of the document than before. */
  readonly onChange: (uri: string) => void;
  readonly onSlow: (title: string, cancel: () => void) => () => void;
  readonly slowMilliseconds: number;
}

interface Entry {
  /** What is being analysed. */
  run: Run | undefined;
  /** The last analysis that has ended, with the text that it saw. */
  last: (Analysed & { readonly key: Key }) | undefined;
  /** The last one with numbers. */
  good: Analysed | undefined;
  /** What place and route has said, and of what. */
  routed: Routed | undefined;
  /** Text as last saved or opened: what a slow analysis is made of. */
  settledText: string;
  /** The last answers of where lines are now, for all features that ask of the same text. */
  places: readonly Places[];
  anchors: { readonly text: string; readonly found: readonly DesignAnchor[] } | undefined;
}

/** Where the lines of an analysed text are in the document. */
interface Places {
  readonly text: string;
  readonly starts: readonly number[];
  readonly now: string;
  readonly moved: MovedLines | undefined;
}

interface Analysed {
  readonly text: string;
  readonly subject: string;
  readonly design: Design;
}

interface Routed {
  readonly text: string;
  readonly subject: string;
  readonly measured: readonly MeasuredDesign[];
}

/** What a run is of. Long texts are the same string as a rule, and compare in no time. */
interface Key {
  readonly text: string;
  readonly rest: string;
}

interface Run {
  readonly key: Key;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** RTL of more lines or characters than this waits for a save. */
const smallLines = 100;
const smallLength = 20_000;
/** Texts of more characters are not searched for modules as they are typed: it takes some 4 ms for each million. */
const longLength = 2_000_000;
/** Answers wait this long for a new analysis; then what was known is shown, and the editor is told when there is more. */
const patienceMilliseconds = 700;

/**
 * Hardware descriptions in the editor: one analysis kept for each document. The newest text wins; HLS and small modules
 * are analysed as they are typed, larger RTL when it is opened or saved.
 */
export class DesignDocuments {
  readonly #options: DesignDocumentsOptions;
  readonly #entries = new Map<string, Entry>();
  /** Whether open texts are what lies on disk. */
  readonly #compared = new Map<string, { readonly state: string; readonly differs: boolean }>();
  /** Counts changes on disk and in settings: includes and sources of other files. */
  #revision = 0;

  constructor(options: DesignDocumentsOptions) {
    this.#options = options;
  }

  /** Whether it is a hardware description: C++ is one when it speaks to an HLS tool, or when a project of such a tool names it. */
  isSource(document: TextDocument): boolean {
    const kind = designKindOf(document);
    if (kind !== "hls") return kind === "rtl";
    if (isHlsSource(document.getText())) return true;
    const file = filePathOf(document.uri);
    if (file === undefined) return false;
    return findHlsProject({ file, roots: this.#roots(file), overlays: {} }) !== undefined;
  }

  /** What is known now; waits a moment for the analysis of the current text. */
  async state(document: TextDocument): Promise<DesignState | undefined> {
    const file = filePathOf(document.uri);
    if (file === undefined || !this.isSource(document)) return undefined;
    const run = await this.#start(document, file);
    if (run !== undefined) await Promise.race([run.done, delay(patienceMilliseconds)]);
    return this.#stateOf(document, file);
  }

  /** For reports and commands: waits for the analysis of what the document says. */
  async design(document: TextDocument): Promise<Design | undefined> {
    const file = filePathOf(document.uri);
    if (file === undefined || !this.isSource(document)) return undefined;
    const run = await this.#start(document, file);
    await run?.done;
    const entry = this.#entries.get(normalUri(document.uri));
    return entry?.last && withRouted(entry, entry.last);
  }

  /** The question that place and route is asked, in longer time; undefined when nothing of the document is shown. */
  async routeRequest(document: TextDocument): Promise<DesignRequest | undefined> {
    const file = filePathOf(document.uri);
    const settings = await this.#options.settingsFor(document.uri);
    if (file === undefined || designKindOf(document) !== "rtl" || !settings.designEnable)
      return undefined;
    const request = this.#request(file, document.getText(), settings);
    return { ...request, reports: [], isRouted: true, seconds: 10 * request.seconds };
  }

  /** For RTL of the workspace on a part, open or not; undefined where its file cannot be read. */
  async partRequest(file: string, part: string): Promise<DesignRequest | undefined> {
    const open = this.#options.documents().find(({ uri }) => filePathOf(uri) === file);
    const uri = open?.uri ?? pathToFileURL(file).href;
    const settings = await this.#options.settingsFor(uri);
    if (!settings.designEnable) return undefined;
    try {
      const text = open?.getText() ?? readFileSync(file, "utf8");
      return { ...this.#request(file, text, settings), part, reports: [] };
    } catch {
      // It was removed or may not be read: whoever asked says so.
      return undefined;
    }
  }

  /** Shows from now on what place and route has said, until the document is closed or its part or top is another. */
  keepRouted(uri: string, request: DesignRequest, measured: readonly MeasuredDesign[]): void {
    const entry = this.#entries.get(normalUri(uri));
    if (entry === undefined) return;
    entry.routed = { text: request.text, subject: subjectOf(request), measured };
    // It sets the estimate right, which has to be made anew for it.
    this.#revision += 1;
  }

  saved(document: TextDocument): void {
    if (!this.isSource(document)) return;
    // What includes this file, or makes an instance of what is in it, is another design now.
    this.#revision += 1;
    const entry = this.#entries.get(normalUri(document.uri));
    if (entry !== undefined) entry.settledText = document.getText();
    for (const other of this.#options.documents())
      if (this.#entries.has(normalUri(other.uri))) this.#options.onChange(other.uri);
  }

  changed(document: TextDocument): void {
    const entry = this.#entries.get(normalUri(document.uri));
    if (entry?.run !== undefined && isQuick(document)) entry.run.abort.abort();
  }

  closed(uri: string): void {
    const entry = this.#entries.get(normalUri(uri));
    entry?.run?.abort.abort();
    this.#entries.delete(normalUri(uri));
    this.#compared.delete(uri);
  }

  /** Files on disk or settings changed. */
  invalidate(): readonly string[] {
    this.#revision += 1;
    return [...this.#entries.keys()];
  }

  #entryOf(document: TextDocument): Entry {
    const uri = normalUri(document.uri);
    const known = this.#entries.get(uri);
    if (known !== undefined) return known;
    const entry: Entry = {
      run: undefined,
      last: undefined,
      good: undefined,
      routed: undefined,
      settledText: document.getText(),
      places: [],
      anchors: undefined,
    };
    this.#entries.set(uri, entry);
    return entry;
  }

  async #start(document: TextDocument, file: string): Promise<Run | undefined> {
    const settings = await this.#options.settingsFor(document.uri);
    if (!settings.designEnable) return undefined;
    const current = document.getText();
    const entry = this.#entryOf(document);
    const text = isQuick(document) ? current : entry.settledText;
    const request = this.#request(file, text, settings);
    const rest = [this.#revision, subjectOf(request), request.tool, request.reports];
    const key = { text, rest: JSON.stringify(rest) };
    if (isSame(entry.run?.key, key)) return entry.run;
    if (entry.run === undefined && isSame(entry.last?.key, key)) return undefined;
    entry.run?.abort.abort();
    const abort = new AbortController();
    const run: Run = { key, abort, done: this.#run(document.uri, entry, request, key, abort) };
    entry.run = run;
    return run;
  }

  async #run(
    uri: string,
    entry: Entry,
    request: DesignRequest,
    key: Key,
    abort: AbortController,
  ): Promise<void> {
    let endSlow: (() => void) | undefined;
    const slowTimer = setTimeout(() => {
      endSlow = this.#options.onSlow(path.basename(request.file), () => abort.abort());
    }, this.#options.slowMilliseconds);
    const begun = Date.now();
    try {
      const design = await this.#options.engine.analyse(request, abort.signal);
      const analysed = { text: request.text, subject: subjectOf(request), design };
      entry.last = { ...analysed, key };
      if (design.total !== undefined || design.loops.length > 0 || design.lines.length > 0)
        entry.good = analysed;
      if (Date.now() - begun > patienceMilliseconds) this.#options.onChange(uri);
    } catch {
      // Superseded: whoever waits asks again for the newer text.
    } finally {
      clearTimeout(slowTimer);
      endSlow?.();
      if (entry.run?.abort === abort) entry.run = undefined;
    }
  }

  /** Folders of the workspace that the file is in, else its own. */
  #roots(file: string): readonly string[] {
    const inside = this.#options.folders().filter((folder) => isInside(folder, file));
    return inside.length > 0 ? inside : [path.dirname(file)];
  }

  #request(file: string, text: string, settings: Settings): DesignRequest {
    const roots = this.#roots(file);
    const absolute = (given: string): readonly string[] =>
      path.isAbsolute(given) ? [given] : roots.map((root) => path.join(root, given));
    return {
      file,
      text,
      files: settings.designFiles.flatMap(absolute),
      overlays: this.#overlays(file),
      roots,
      includeFolders: settings.designIncludeFolders.flatMap(absolute),
      top: settings.designTop === "" ? undefined : settings.designTop,
      part: settings.designPart === "" ? undefined : settings.designPart,
      clockNanoseconds: settings.designClock ?? undefined,
      activity: settings.designActivity ?? undefined,
      parameters: settings.designParameters,
      defines: settings.designDefines,
      tool: settings.designTool === "" ? undefined : settings.designTool,
      reports:
        settings.designReports.length === 0 ? undefined : settings.designReports.flatMap(absolute),
      isCalibrated: settings.designCalibrate,
      hierarchy: settings.designHierarchy === "auto" ? undefined : settings.designHierarchy,
      isRouted: false,
      seconds: settings.designSeconds,
    };
  }

  /** Texts of the other open files of the same kinds that differ from what lies on disk. */
  #overlays(file: string): Readonly<Record<string, string>> {
    const overlays: Record<string, string> = {};
    for (const document of this.#options.documents()) {
      const other = filePathOf(document.uri);
      if (other === undefined || other === file || !isDesignLanguage(document)) continue;
      if (this.#differs(document, other)) overlays[other] = document.getText();
    }
    return overlays;
  }

  /** Read again only when either has changed: this is asked at every keystroke in any of them. */
  #differs(document: TextDocument, file: string): boolean {
    const status = statSync(file, { throwIfNoEntry: false });
    const state = `${document.version} ${status?.mtimeMs ?? ""} ${status?.size ?? ""}`;
    const known = this.#compared.get(document.uri);
    if (known?.state === state) return known.differs;
    const text = document.getText();
    const hasOtherSize = status !== undefined && Buffer.byteLength(text) !== status.size;
    const differs = hasOtherSize || text !== readText(file);
    this.#compared.set(document.uri, { state, differs });
    return differs;
  }

  #stateOf(document: TextDocument, file: string): DesignState {
    const text = document.getText();
    const entry = this.#entries.get(normalUri(document.uri));
    const anchors = (): readonly DesignAnchor[] =>
      this.anchors(document, designKindOf(document) ?? "rtl");
    return {
      text,
      file,
      anchors,
      numbers: entry === undefined ? undefined : numbersOf(entry, text),
    };
  }

  /**
   * Modules or functions of the document. A long text is searched when it was opened or saved, not at every keystroke: what was
   * found moves with its lines.
   */
  anchors(document: TextDocument, kind: Design["kind"]): readonly DesignAnchor[] {
    const now = document.getText();
    const entry = this.#entryOf(document);
    const text = now.length <= longLength ? now : entry.settledText;
    if (entry.anchors?.text !== text) entry.anchors = { text, found: designAnchors(text, kind) };
    const { found } = entry.anchors;
    const moved = text === now ? undefined : placesIn(entry, text, now).moved;
    if (moved === undefined) return found;
    return found.flatMap((anchor) => {
      const span = moved.toNew(anchor.span);
      return span === undefined ? [] : [{ ...anchor, span }];
    });
  }
}

/** The last design with numbers, and the problems of the last of all. */
function numbersOf(entry: Entry, text: string): DesignNumbers | undefined {
  const { last, good } = entry;
  const shown = good ?? last;
  if (shown === undefined || last === undefined) return undefined;
  const isOld = last.design !== shown.design;
  const design = withRouted(entry, shown);
  return {
    design: isOld ? { ...design, problems: last.design.problems } : design,
    ...placesIn(entry, shown.text, text),
    told: placesIn(entry, last.text, text),
    isOld,
  };
}

function placesIn(entry: Entry, text: string, now: string): Places {
  const known = entry.places.find((places) => places.text === text);
  const starts = known?.starts ?? lineStartsOf(text);
  const isKnown = known !== undefined && known.now === now;
  const moved = text === now ? undefined : isKnown ? known.moved : movedLines(text, now, starts);
  const places = isKnown ? known : { text, starts, now, moved };
  // Of three texts at most anything is asked: the one with numbers, the last, and the one on disk.
  entry.places = [places, ...entry.places.filter((other) => other.text !== text)].slice(0, 3);
  return places;
}

function isSame(a: Key | undefined, b: Key): boolean {
  return a?.rest === b.rest && a.text === b.text;
}

/** What a design is of, beside its text. */
function subjectOf(request: DesignRequest): string {
  const { top, part, parameters, defines, clockNanoseconds, activity, hierarchy } = request;
  return JSON.stringify([top, part, parameters, defines, clockNanoseconds, activity, hierarchy]);
}

function withRouted({ routed }: Entry, { design, text, subject }: Analysed): Design {
  if (routed === undefined || routed.subject !== subject) return design;
  const isOfText = routed.text === text;
  const measured = isOfText
    ? routed.measured
    : routed.measured.map((one) => ({ ...one, tool: `${one.tool}, before the last edit` }));
  return { ...design, measured: [...measured, ...design.measured] };
}

function isQuick(document: TextDocument): boolean {
  if (designKindOf(document) === "hls") return true;
  return document.lineCount <= smallLines && document.getText().length <= smallLength;
}

function isInside(folder: string, file: string): boolean {
  const inside = path.relative(folder, file);
  return !inside.startsWith("..") && !path.isAbsolute(inside);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Not saved yet: its text is all there is.
    return undefined;
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

/** Names of files that the analysts take; for the watcher. */
export function isDesignFile(file: string): boolean {
  return designKindOfFile(file) !== undefined;
}
