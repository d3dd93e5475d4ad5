import { readFileSync } from "node:fs";
import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Design, MeasuredDesign } from "../core/design/design.js";
import { isHlsSource } from "../core/design/hls-source.js";
import type { DesignNumbers, DesignState } from "../core/views/design/design-state.js";
import { movedLines } from "../core/views/source/moved-lines.js";
import { designKindOfFile } from "../core/design/file-kinds.js";
import type { DesignRequest } from "../io/design/design-request.js";
import type { Settings } from "../protocol/settings.js";
import type { DesignEngine } from "./design-engine.js";
import { filePathOf, normalUri } from "./model-uri.js";

/** Whether the document is written in a language for hardware, whoever else may care for it. */
export function isDesignLanguage({ languageId }: TextDocument): boolean {
  return designKindOfLanguage(languageId) !== undefined;
}

/** Whether it is a hardware description: C++ is one when it speaks to an HLS tool. */
export function isDesignSource(document: TextDocument): boolean {
  const kind = designKindOf(document);
  return kind === "rtl" || (kind === "hls" && isHlsSource(document.getText()));
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
  last: (Analysed & { readonly key: string }) | undefined;
  /** The last one with numbers. */
  good: Analysed | undefined;
  /** What place and route has said, and of what. */
  routed: Routed | undefined;
  /** Text as last saved or opened: what a slow analysis is made of. */
  settledText: string;
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

interface Run {
  readonly key: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** RTL of more lines than this waits for a save. */
const smallLines = 100;
/** Answers wait this long for a new analysis; then what was known is shown, and the editor is told when there is more. */
const patienceMilliseconds = 700;

/**
 * Hardware descriptions in the editor: one analysis kept for each document. The newest text wins; HLS and small modules
 * are analysed as they are typed, larger RTL when it is opened or saved.
 */
export class DesignDocuments {
  readonly #options: DesignDocumentsOptions;
  readonly #entries = new Map<string, Entry>();
  /** Counts changes on disk and in settings: includes and sources of other files. */
  #revision = 0;

  constructor(options: DesignDocumentsOptions) {
    this.#options = options;
  }

  /** What is known now; waits a moment for the analysis of the current text. */
  async state(document: TextDocument): Promise<DesignState | undefined> {
    const file = filePathOf(document.uri);
    if (file === undefined || !isDesignSource(document)) return undefined;
    const run = await this.#start(document, file);
    if (run !== undefined) await Promise.race([run.done, delay(patienceMilliseconds)]);
    return this.#stateOf(document, file);
  }

  /** For reports and commands: waits for the analysis of what the document says. */
  async design(document: TextDocument): Promise<Design | undefined> {
    const file = filePathOf(document.uri);
    if (file === undefined || !isDesignSource(document)) return undefined;
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

  /** Shows from now on what place and route has said, until the document is closed or its part or top is another. */
  keepRouted(uri: string, request: DesignRequest, measured: readonly MeasuredDesign[]): void {
    const entry = this.#entries.get(normalUri(uri));
    if (entry !== undefined)
      entry.routed = { text: request.text, subject: subjectOf(request), measured };
  }

  saved(document: TextDocument): void {
    if (!isDesignSource(document)) return;
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
  }

  /** Files on disk or settings changed. */
  invalidate(): readonly string[] {
    this.#revision += 1;
    return [...this.#entries.keys()];
  }

  async #start(document: TextDocument, file: string): Promise<Run | undefined> {
    const uri = normalUri(document.uri);
    const settings = await this.#options.settingsFor(document.uri);
    if (!settings.designEnable) return undefined;
    const current = document.getText();
    let entry = this.#entries.get(uri);
    if (entry === undefined) {
      entry = {
        ...{ run: undefined, last: undefined, good: undefined, routed: undefined },
        settledText: current,
      };
      this.#entries.set(uri, entry);
    }
    const text = isQuick(document) ? current : entry.settledText;
    const request = this.#request(file, text, settings);
    const key = JSON.stringify([
      this.#revision,
      request.text,
      subjectOf(request),
      request.tool,
      request.reports,
    ]);
    if (entry.run?.key === key) return entry.run;
    if (entry.run === undefined && entry.last?.key === key) return undefined;
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
    key: string,
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
      if (entry.run?.key === key && entry.run.abort === abort) entry.run = undefined;
    }
  }

  #request(file: string, text: string, settings: Settings): DesignRequest {
    const folders = this.#options.folders();
    const inside = folders.filter((folder) => isInside(folder, file));
    const roots = inside.length > 0 ? inside : [path.dirname(file)];
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
      parameters: settings.designParameters,
      defines: settings.designDefines,
      tool: settings.designTool === "" ? undefined : settings.designTool,
      reports:
        settings.designReports.length === 0 ? undefined : settings.designReports.flatMap(absolute),
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
      if (document.getText() !== readText(other)) overlays[other] = document.getText();
    }
    return overlays;
  }

  #stateOf(document: TextDocument, file: string): DesignState {
    const text = document.getText();
    const entry = this.#entries.get(normalUri(document.uri));
    return { text, file, numbers: entry === undefined ? undefined : numbersOf(entry, text) };
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
    text: shown.text,
    moved: shown.text === text ? undefined : movedLines(shown.text, text),
    told: {
      text: last.text,
      moved: last.text === text ? undefined : movedLines(last.text, text),
    },
    isOld,
  };
}

/** What a design is of, beside its text. */
function subjectOf({ top, part, parameters, defines, clockNanoseconds }: DesignRequest): string {
  return JSON.stringify([top, part, parameters, defines, clockNanoseconds]);
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
  return designKindOf(document) === "hls" || document.lineCount <= smallLines;
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
