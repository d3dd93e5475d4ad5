import { anyNetwork } from "../core/targets/default-targets.js";
import type { Analysis, Bindings } from "../core/analysis.js";
import type { Cancel } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import { type TracedProgram, readTracedProgram } from "../core/formats/torch-trace.js";
import { AnalysisHost } from "../core/host.js";
import { movedLines } from "../core/views/source/moved-lines.js";
import { type SourceIndex, indexSource } from "../core/views/source/source-index.js";
import type { AnalysedModel, SourceState } from "../core/views/source/source-state.js";
import { toHostText } from "../engines/python/places.js";
import { withCountedZeros } from "../io/quant/count-zeros.js";
import type { Catalogues, Chosen } from "./catalogues.js";
import type { PythonRun } from "./python-runs.js";
import { sourceFileOf } from "./subject.js";
import type { Subject } from "./worker-api.js";

/** What the worker knows of Python documents: their last run, and the last one that came to an end. */
export class PythonAnalyst {
  readonly #catalogues: Catalogues;
  readonly #cancel: Cancel;
  readonly #documents = new Map<string, PythonDocument>();

  constructor(catalogues: Catalogues, cancel: Cancel) {
    this.#catalogues = catalogues;
    this.#cancel = cancel;
  }

  putRun(uri: string, run: PythonRun): void {
    const known = this.#documents.get(uri);
    const reading = readRun(run);
    const hasNumbers = reading.models.length > 0;
    this.#documents.set(uri, {
      run,
      program: reading.program,
      lastGood: hasNumbers ? { run, ...reading } : known?.lastGood,
    });
  }

  dropRun(uri: string): void {
    this.#documents.delete(uri);
  }

  /** The file's main model as it runs now; `problems` alone when it does not. */
  async analyse(
    subject: Subject,
  ): Promise<{ readonly analysis: Analysis | undefined; readonly problems: readonly Problem[] }> {
    const { run, program, lastGood } = this.#document(subject.uri);
    const ofProgram = program?.problems ?? [];
    const model = lastGood?.run === run ? lastGood.models[0] : undefined;
    const problems = [
      ...(run.stop === undefined ? [] : [run.stop]),
      ...ofProgram,
      ...(program?.main?.problems ?? []),
    ];
    if (lastGood === undefined || model === undefined) return { analysis: undefined, problems };
    const chosen = await this.#catalogues.choose(subject.choice, anyNetwork);
    const [main] = this.#analysed(lastGood, chosen, subject);
    if (main === undefined) return { analysis: undefined, problems };
    lastGood.whole ??= new WeakMap();
    let analysis = lastGood.whole.get(main.analysis);
    if (analysis === undefined) {
      const all = [...problems, ...chosen.problems, ...main.analysis.problems];
      analysis = { ...main.analysis, problems: all };
      lastGood.whole.set(main.analysis, analysis);
    }
    return { analysis, problems: analysis.problems };
  }

  async state(subject: Subject): Promise<SourceState> {
    const { run, program, lastGood } = this.#document(subject.uri);
    const chosen = await this.#catalogues.choose(subject.choice, anyNetwork);
    const base = {
      text: run.text,
      file: run.file,
      program,
      stop: run.stop,
      choiceProblems: chosen.problems,
    };
    if (lastGood === undefined) return { ...base, numbers: undefined };
    const models = this.#analysed(lastGood, chosen, subject);
    const [main] = models;
    if (lastGood.index === undefined || lastGood.indexed !== main?.analysis) {
      lastGood.index = indexSource(lastGood.run.text, models);
      lastGood.indexed = main?.analysis;
    }
    const moved = lastGood.run === run ? undefined : movedLines(lastGood.run.text, run.text);
    return {
      ...base,
      numbers: { text: lastGood.run.text, moved, models, index: lastGood.index },
    };
  }

  #analysed(good: GoodRun, chosen: Chosen, subject: Subject): readonly AnalysedModel[] {
    const { goals, weights } = subject;
    const path = sourceFileOf(subject);
    const files =
      path === undefined ? undefined : { path, ...(weights !== undefined && { weights }) };
    good.host ??= new AnalysisHost(good.models.length + 1);
    const { host } = good;
    const text = JSON.stringify([goals, weights]);
    const bindings = goals === undefined ? noBindings : { ...noBindings, goals };
    if (good.analysed !== undefined && good.targets === chosen.targets && good.asked === text)
      return good.analysed;
    good.analysed = good.models.flatMap((traced): AnalysedModel[] => {
      if (traced.model === undefined) return [];
      const { targets } = chosen;
      const model =
        files === undefined
          ? traced.model
          : withCountedZeros(traced.model, files, targets, this.#cancel);
      const analysis = host.analyze(model, bindings, targets, this.#cancel);
      return [{ traced, analysis }];
    });
    good.targets = chosen.targets;
    good.asked = text;
    return good.analysed;
  }

  #document(uri: string): PythonDocument {
    const document = this.#documents.get(uri);
    if (document === undefined) throw new Error(`the worker has no run of ${uri}`);
    return document;
  }
}

interface PythonDocument {
  readonly run: PythonRun;
  readonly program: TracedProgram | undefined;
  readonly lastGood: GoodRun | undefined;
}

interface GoodRun {
  readonly run: PythonRun;
  /** That ran to their end, the main one first. */
  readonly models: TracedProgram["models"];
  host?: AnalysisHost;
  analysed?: readonly AnalysedModel[];
  targets?: Chosen["targets"];
  /** Goals and the file of weights, as text. */
  asked?: string;
  index?: SourceIndex;
  indexed?: Analysis | undefined;
  /** With the problems of the run. */
  whole?: WeakMap<Analysis, Analysis>;
}

function readRun({ value, stop, rootFolders }: PythonRun): {
  readonly program: TracedProgram | undefined;
  readonly models: TracedProgram["models"];
} {
  if (stop !== undefined) return { program: undefined, models: [] };
  const roots = rootFolders.map((folder) => ({ folder, isLibrary: false }));
  const program = readTracedProgram(value, (text) => toHostText(roots, text));
  const { main } = program;
  const others = program.models.filter((model) => model !== main && model.model !== undefined);
  // Other models of a file whose main model fails would take its place in the hints, unasked.
  const models = main === undefined ? others : main.model === undefined ? [] : [main, ...others];
  return { program, models };
}

/** A trace has the extents that the run has had: they are chosen before. */
const noBindings: Bindings = { inputs: new Map(), dims: new Map() };
