import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PythonRoot } from "../engines/python/job.js";
import { pythonRoots } from "../io/python-roots.js";
import { usesModelLibrary } from "../protocol/python-source.js";
import type { Settings } from "../protocol/settings.js";
import { fileNameOf, filePathOf, normalUri } from "./model-uri.js";
import { inputsOfRun, withSequence } from "./python-inputs.js";
import type { PythonRun, PythonRuns } from "./python-runs.js";

export function isPython(document: TextDocument): boolean {
  return document.languageId === "python";
}

/** Whether the document is a Python file that may hold a model. */
export function isModelSource(document: TextDocument): boolean {
  return isPython(document) && usesModelLibrary(document.getText());
}

export interface PythonContext {
  readonly settings: Settings;
  readonly batch: number | null;
  readonly workspaceFolders: readonly string[];
  /** All open documents: unsaved texts stand in for files. */
  readonly documents: readonly TextDocument[];
  readonly variant?: PythonVariant;
}

/** Another run of the same file, beside the one that its hints show. */
export interface PythonVariant {
  /** The run's address is the document's with this behind `#`. */
  readonly id: string;
  /** Texts that stand in for files and for what is open, by absolute path. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Length of sequences in place of the one that the run of the document has. */
  readonly sequence?: number;
}

export function variantUri(uri: string, variant: PythonVariant | undefined): string {
  return variant === undefined ? normalUri(uri) : `${normalUri(uri)}#${variant.id}`;
}

/** What turns a Python document into a run: its roots, the texts around it, the settings. */
export class PythonDocuments {
  readonly #runs: PythonRuns;
  readonly #seconds: number;
  readonly #onForget: (address: string) => void;
  readonly #variants = new Map<string, readonly string[]>();
  #interpreterFolders: readonly string[] = [];
  /** Counts changes of Python files on disk that are not open: imports may read them. */
  #diskRevision = 0;

  constructor(runs: PythonRuns, seconds: number, onForget: (address: string) => void) {
    this.#runs = runs;
    this.#seconds = seconds;
    this.#onForget = onForget;
  }

  /** The run of what the file says now; undefined when there is nothing to run. */
  async runOf(
    uri: string,
    document: TextDocument | undefined,
    context: PythonContext,
  ): Promise<PythonRun | undefined> {
    const { settings, batch, variant } = context;
    const file = filePathOf(uri);
    const now = document?.getText() ?? (file === undefined ? undefined : readSource(file));
    const text = file === undefined ? undefined : (variant?.texts?.get(file) ?? now);
    if (!settings.pythonEnable || file === undefined || text === undefined) return undefined;
    if (!usesModelLibrary(text)) return undefined;
    const roots = this.#rootsOf(file, context);
    const pins = Object.fromEntries(
      Object.entries(settings.pythonPins).map(([name, pin]) => [name, [pin]]),
    );
    const others = context.documents.filter(
      (other) => isPython(other) && normalUri(other.uri) !== normalUri(uri),
    );
    const overlays = new Map(
      others.flatMap((other): [string, string][] => {
        const otherFile = filePathOf(other.uri);
        return otherFile === undefined ? [] : [[otherFile, other.getText()]];
      }),
    );
    overlays.set(file, text);
    for (const [other, then] of variant?.texts ?? []) overlays.set(other, then);
    const inputs =
      variant?.sequence === undefined
        ? undefined
        : await this.#rescaledInputs(uri, document, context, variant.sequence);
    const around = others.map((other) => `${other.uri}@${other.version}`);
    const address = variantUri(uri, variant);
    if (variant !== undefined) this.#keepVariant(uri, address);
    return this.#runs.run({
      uri: address,
      isMainOnly: variant !== undefined,
      title: fileNameOf(uri),
      text,
      file,
      request: {
        file,
        overlays,
        roots,
        pins,
        seconds: this.#seconds,
        ...(batch !== null && { batch }),
        ...(inputs !== undefined && { inputs }),
      },
      key: JSON.stringify([
        text,
        around,
        roots,
        pins,
        batch,
        this.#diskRevision,
        inputs,
        [...(variant?.texts ?? [])],
      ]),
    });
  }

  /** Nobody waits for it any longer. */
  dropVariant(address: string): void {
    this.#runs.cancel(address);
  }

  /** What the document's own run was called with, for sequences of another length. */
  async #rescaledInputs(
    uri: string,
    document: TextDocument | undefined,
    context: PythonContext,
    sequence: number,
  ): Promise<readonly string[] | undefined> {
    const { settings, batch, workspaceFolders, documents } = context;
    const own = await this.runOf(uri, document, { settings, batch, workspaceFolders, documents });
    return own === undefined ? undefined : withSequence(inputsOfRun(own.value), sequence);
  }

  /** A few variants of a document are kept; each holds what a whole run has found. */
  #keepVariant(uri: string, address: string): void {
    const kept = (this.#variants.get(uri) ?? []).filter((other) => other !== address);
    kept.push(address);
    for (const old of kept.splice(0, Math.max(0, kept.length - variantLimit))) {
      this.#runs.forget(old);
      this.#onForget(old);
    }
    this.#variants.set(uri, kept);
  }

  latest(uri: string): PythonRun | undefined {
    return this.#runs.latest(uri);
  }

  changed(uri: string): void {
    this.#runs.cancel(uri);
  }

  closed(uri: string): void {
    this.#runs.forget(uri);
    for (const address of this.#variants.get(uri) ?? []) {
      this.#runs.forget(address);
      this.#onForget(address);
    }
    this.#variants.delete(uri);
  }

  filesChanged(): void {
    this.#diskRevision += 1;
  }

  /** True when they are others than before. */
  setInterpreterFolders(folders: readonly string[]): boolean {
    const absolute = folders.filter((folder) => path.isAbsolute(folder)).slice(0, 16);
    if (JSON.stringify(absolute) === JSON.stringify(this.#interpreterFolders)) return false;
    this.#interpreterFolders = absolute;
    return true;
  }

  /** The same for all files of a workspace, so that one started Python serves them all. */
  #rootsOf(file: string, { settings, workspaceFolders }: PythonContext): readonly PythonRoot[] {
    const given = settings.pythonPath.flatMap((folder) =>
      path.isAbsolute(folder) ? [folder] : workspaceFolders.map((root) => path.join(root, folder)),
    );
    const libraries = [...given, ...this.#interpreterFolders];
    const isInside = workspaceFolders.some((folder) => {
      const inside = path.relative(folder, file);
      return !inside.startsWith("..") && !path.isAbsolute(inside);
    });
    const [project, ...rest] = pythonRoots(file, libraries);
    if (!isInside) return project === undefined ? rest : [project, ...rest];
    return [...workspaceFolders.map((folder) => ({ folder, isLibrary: false })), ...rest];
  }
}

const variantLimit = 6;

/** A source file larger than this is data. */
const sourceLimit = 4 << 20;

function readSource(file: string): string | undefined {
  if (!file.endsWith(".py")) return undefined;
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= sourceLimit ? readFileSync(file, "utf8") : undefined;
  } catch {
    // Absent or forbidden: there is nothing to run.
    return undefined;
  }
}
