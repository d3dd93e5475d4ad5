import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PythonRoot } from "../engines/python/job.js";
import { pythonRoots } from "../io/python-roots.js";
import { usesModelLibrary } from "../protocol/python-source.js";
import type { Settings } from "../protocol/settings.js";
import { fileNameOf, filePathOf, normalUri } from "./model-uri.js";
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
}

/** What turns a Python document into a run: its roots, the texts around it, the settings. */
export class PythonDocuments {
  readonly #runs: PythonRuns;
  readonly #seconds: number;
  #interpreterFolders: readonly string[] = [];
  /** Counts changes of Python files on disk that are not open: imports may read them. */
  #diskRevision = 0;

  constructor(runs: PythonRuns, seconds: number) {
    this.#runs = runs;
    this.#seconds = seconds;
  }

  /** The run of what the file says now; undefined when there is nothing to run. */
  async runOf(
    uri: string,
    document: TextDocument | undefined,
    context: PythonContext,
  ): Promise<PythonRun | undefined> {
    const { settings, batch } = context;
    const file = filePathOf(uri);
    const text = document?.getText() ?? (file === undefined ? undefined : readSource(file));
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
    const around = others.map((other) => `${other.uri}@${other.version}`);
    return this.#runs.run({
      uri,
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
      },
      key: JSON.stringify([text, around, roots, pins, batch, this.#diskRevision]),
    });
  }

  latest(uri: string): PythonRun | undefined {
    return this.#runs.latest(uri);
  }

  changed(uri: string): void {
    this.#runs.cancel(uri);
  }

  closed(uri: string): void {
    this.#runs.forget(uri);
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
