import type { Problem } from "../core/base/problem.js";
import type { PythonEngine } from "../engines/python/engine.js";
import { type PythonRequest, answerOf, pythonJob } from "../io/read-python.js";
import { JobStopped } from "./engine.js";

export interface PythonRunsOptions {
  /** Started with the first run. */
  readonly openEngine: () => PythonEngine;
  /** A later run has found more models of the file than the first, which looks at the main one alone. */
  readonly onMore: (uri: string) => void;
  readonly slowMilliseconds: number;
  readonly onSlow: (title: string, cancel: () => void) => () => void;
}

export interface PythonQuestion {
  /** Address of the document. */
  readonly uri: string;
  readonly title: string;
  readonly text: string;
  /** Absolute. */
  readonly file: string;
  readonly request: Omit<PythonRequest, "models">;
  /** What is only supposed is asked of the file's main model alone. */
  readonly isMainOnly?: boolean;
  /** Equal keys mean that a run would find the same: it is not run again. */
  readonly key: string;
}

/** What one run has answered; the worker reads it. */
export interface PythonRun {
  readonly id: number;
  readonly text: string;
  readonly file: string;
  /** Folders of the roots, by number: the answer names files below `/roots/0`, `/roots/1`, …. */
  readonly rootFolders: readonly string[];
  /** What `readTracedProgram` reads. */
  readonly value: unknown;
  /** Why the run was ended before it could answer. */
  readonly stop: Problem | undefined;
}

interface Entry {
  readonly key: string;
  readonly abort: AbortController;
  readonly first: Promise<PythonRun>;
  latest: PythonRun | undefined;
  moreTimer: NodeJS.Timeout | undefined;
}

/**
 * Runs of Python documents, one kept for each. The newest text wins: what runs for an older one is cancelled. First the
 * file's main model runs, which its hints need; what else there is to see follows when the text has been quiet.
 */
export class PythonRuns {
  readonly #options: PythonRunsOptions;
  readonly #entries = new Map<string, Entry>();
  #engine: PythonEngine | undefined;
  #runCount = 0;
  #isDisposed = false;

  constructor(options: PythonRunsOptions) {
    this.#options = options;
  }

  run(question: PythonQuestion): Promise<PythonRun> {
    const known = this.#entries.get(question.uri);
    if (known?.key === question.key) {
      return known.first.then((first) => known.latest ?? first);
    }
    this.cancel(question.uri);
    const abort = new AbortController();
    const entry: Entry = {
      key: question.key,
      abort,
      first: this.#runFirst(question, abort),
      latest: undefined,
      moreTimer: undefined,
    };
    this.#entries.set(question.uri, entry);
    entry.first.then(
      (run) => {
        entry.latest = run;
        this.#runMore(question, entry);
      },
      () => undefined,
    );
    return entry.first;
  }

  /** The last run that has answered, of the document's newest text that was asked for. */
  latest(uri: string): PythonRun | undefined {
    return this.#entries.get(uri)?.latest;
  }

  /** The text has changed: what runs on the old one is in vain. */
  cancel(uri: string): void {
    const entry = this.#entries.get(uri);
    if (entry === undefined) return;
    clearTimeout(entry.moreTimer);
    const isRunning = entry.latest === undefined;
    entry.abort.abort();
    if (isRunning) this.#entries.delete(uri);
  }

  forget(uri: string): void {
    this.cancel(uri);
    this.#entries.delete(uri);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const uri of [...this.#entries.keys()]) this.forget(uri);
    this.#engine?.dispose();
    this.#engine = undefined;
  }

  async #runFirst(question: PythonQuestion, abort: AbortController): Promise<PythonRun> {
    let isCancelledByUser = false;
    let endSlow: (() => void) | undefined;
    const slowTimer = setTimeout(() => {
      endSlow = this.#options.onSlow(question.title, () => {
        isCancelledByUser = true;
        abort.abort();
      });
    }, this.#options.slowMilliseconds);
    try {
      const run = await this.#ask(question, "main", abort.signal);
      if (isCancelledByUser) throw new JobStopped("cancelled", "The run was cancelled.");
      if (run === undefined) throw new JobStopped("superseded", "The content changed.");
      return run;
    } finally {
      clearTimeout(slowTimer);
      endSlow?.();
    }
  }

  #runMore(question: PythonQuestion, entry: Entry): void {
    if (question.isMainOnly === true) return;
    if (entry.abort.signal.aborted || !hasMoreModels(entry.latest?.value)) return;
    const runAll = async (): Promise<void> => {
      const run = await this.#ask(question, "all", entry.abort.signal);
      if (run?.stop !== undefined || run === undefined) return;
      entry.latest = run;
      this.#options.onMore(question.uri);
    };
    // Typing goes before: each of these models takes as long as the first.
    entry.moreTimer = setTimeout(() => void runAll(), moreMilliseconds);
    entry.moreTimer.unref();
  }

  /** Undefined when it was cancelled. */
  async #ask(
    { request, text, file }: PythonQuestion,
    models: PythonRequest["models"],
    signal: AbortSignal,
  ): Promise<PythonRun | undefined> {
    if (signal.aborted || this.#isDisposed) return undefined;
    this.#engine ??= this.#options.openEngine();
    const outcome = await this.#engine.run(pythonJob({ ...request, models }), signal);
    if (signal.aborted) return undefined;
    const { value, stop } = answerOf(outcome);
    const rootFolders = request.roots.map(({ folder }) => folder);
    return { id: ++this.#runCount, text, file, rootFolders, value, stop };
  }
}

const moreMilliseconds = 250;

/** Models that were found and not run. */
function hasMoreModels(value: unknown): boolean {
  const models = (value as { readonly models?: unknown } | undefined)?.models;
  if (!Array.isArray(models)) return false;
  return models.some(
    (model: unknown) => typeof model === "object" && model !== null && !("trace" in model),
  );
}
