import { type ModelUse, useOf } from "../core/targets/default-targets.js";
import type { SourceState } from "../core/views/source/source-state.js";
import path from "node:path";
import type { Analysis } from "../core/analysis.js";
import { emptyNeighbourhood } from "../core/base/byte-source.js";
import type { Cancel } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import { readEditedMlir } from "../core/formats/mlir/read-mlir.js";
import { isMlirText } from "../core/formats/mlir/sniff.js";
import { type TextReading, readText } from "../core/formats/onnx-text/read-text.js";
import type { TextMap } from "../core/formats/onnx-text/text-map.js";
import { printModel } from "../core/formats/onnx-text/print-model.js";
import type { Model, NodeId } from "../core/graph/graph.js";
import { AnalysisHost } from "../core/host.js";
import { type TextIndex, indexText } from "../core/views/text/text-index.js";
import { type TextEdit, type TextState, editBetween } from "../core/views/text/text-state.js";
import { formatPins } from "../core/views/source/quantization-pins.js";
import type { ProposedPlan } from "../core/views/text/plan-lens.js";
import { unsettled } from "../core/quant/format-answer.js";
import { withCountedZeros } from "../io/quant/count-zeros.js";
import { readPlanFile } from "../io/quant/plan-file.js";
import { type ConfigState } from "../core/views/config/config-state.js";
import { configLines } from "../io/config-lines.js";
import { ConfigTexts } from "./config-texts.js";
import { neighbourhoodOf } from "../io/neighbourhood.js";
import { Catalogues } from "./catalogues.js";
import type { QuantizationParams } from "../core/views/quantization.js";
import { QuantAnalyst } from "./quant-analyst.js";
import { bindingsOf, pathOf } from "./subject.js";
import { KernelAnalyst } from "./kernel-analyst.js";
import { PythonAnalyst } from "./python-analyst.js";
import { ModelFiles, type ModelReading } from "./model-files.js";
import type { Subject } from "./worker-api.js";

/** A text with what was read from it, and the last version of it that could be read whole. */
interface TextEntry {
  readonly version: number;
  readonly text: string;
  reading: TextReading | undefined;
  lastGood: LastGood | undefined;
}

/** A model file as text, and what reading that text again gives: the places of its parts. */
interface Printed {
  readonly text: string;
  readonly map: TextMap;
  /** The model of the map; its nodes are those of the file, in the same order. */
  readonly written: Model;
}

/** An analysis with the problems of reading the model and of choosing targets. */
interface Whole {
  readonly ofReading: readonly Problem[];
  readonly ofChoice: readonly Problem[];
  readonly analysis: Analysis;
}

interface LastGood {
  readonly text: string;
  readonly map: TextMap;
  /** What is analysed. */
  readonly model: Model;
  /** What the map speaks of: the same, but for a printed model. */
  readonly written: Model;
}

/** What the worker knows. Every result is kept by the identity of what it was made from. */
export class Analyst {
  readonly catalogues: Catalogues;
  readonly python: PythonAnalyst;
  readonly kernels: KernelAnalyst;
  readonly cancel: Cancel;
  readonly #quant: QuantAnalyst;
  readonly #files = new ModelFiles();
  readonly #configs = new ConfigTexts();
  readonly #host = new AnalysisHost(8);
  readonly #texts = new Map<string, TextEntry>();
  readonly #printed = new WeakMap<Model, Printed>();
  readonly #whole = new WeakMap<Analysis, Whole>();
  readonly #indices = new WeakMap<Analysis, { readonly map: TextMap; readonly index: TextIndex }>();

  constructor(dataFolder: string, cancel: Cancel) {
    this.catalogues = new Catalogues(dataFolder);
    this.kernels = new KernelAnalyst(this.catalogues, cancel);
    this.python = new PythonAnalyst(this.catalogues, cancel);
    this.cancel = cancel;
    this.#quant = new QuantAnalyst(dataFolder, this.catalogues, cancel);
  }

  putText(uri: string, version: number, text: string): void {
    const { lastGood } = this.#texts.get(uri) ?? {};
    this.#texts.set(uri, { version, text, reading: undefined, lastGood });
  }

  dropText(uri: string): void {
    this.#texts.delete(uri);
    this.#configs.drop(uri);
    this.python.dropRun(uri);
  }

  /** The analysis of what the subject says now; `problems` alone when it cannot be read. */
  async analyse(
    subject: Subject,
  ): Promise<{ readonly analysis: Analysis | undefined; readonly problems: readonly Problem[] }> {
    if (subject.source.kind === "python") return this.python.analyse(subject);
    const { value: model, problems } = this.#read(subject);
    if (model === undefined) return { analysis: undefined, problems };
    const analysis = await this.#analyse(subject, model, problems);
    return { analysis, problems: analysis.problems };
  }

  useOf(subject: Subject): ModelUse {
    return useOf(this.#read(subject).value ?? {});
  }

  /** The model file in ONNX's textual syntax. */
  print(subject: Subject): { readonly text: string } | { readonly problems: readonly Problem[] } {
    const { value: model, problems } = this.#read(subject);
    return model === undefined ? { problems } : this.#print(subject, model);
  }

  /** `isQuantized`: the weights are read too, for what number formats do to them. */
  async textState(subject: Subject, isQuantized = false): Promise<TextState> {
    const entry = this.#entry(subject.uri);
    // What a configuration's fields cost is another view: it has no statements.
    if (subject.source.kind === "config")
      return {
        text: entry.text,
        map: emptyMap,
        model: undefined,
        problems: [],
        numbers: undefined,
      };
    const state =
      subject.source.kind === "text"
        ? await this.#stateOfEdited(subject, entry)
        : await this.#stateOfPrinted(subject, entry);
    const { numbers } = state;
    if (!isQuantized || numbers === undefined || numbers.edit !== undefined) return state;
    const quantified = await this.quantified(subject, numbers.analysis);
    const problems = unsettled(quantified.problems, plannedFormats(subject, quantified));
    return { ...state, numbers: { ...numbers, analysis: { ...quantified, problems } } };
  }

  /** A language model's configuration. Numbers of the last text without errors stay while the text has some. */
  async configState(subject: Subject): Promise<ConfigState> {
    const { text } = this.#entry(subject.uri);
    const { reading, lastGood } = this.#configs.read(subject, text, this.cancel);
    const { problems } = reading;
    if (lastGood === undefined) return { text, problems, numbers: undefined };
    const edit = lastGood.text === text ? undefined : editBetween(lastGood.text, text);
    const analysis = await this.#analyse(subject, lastGood.model, noProblems);
    const { targets } = await this.catalogues.choose(subject.choice, useOf(lastGood.model));
    const bindings = bindingsOf(subject);
    return {
      text,
      problems,
      numbers: {
        analysis,
        lines: configLines(lastGood.text),
        edit,
        suppose: ({ batch, past }) =>
          this.#host.analyze(
            lastGood.model,
            {
              ...bindings,
              ...(batch !== undefined && { batch }),
              dims: new Map([
                ...bindings.dims,
                ...(past === undefined ? [] : [["past", past] as const]),
              ]),
            },
            targets,
            this.cancel,
          ),
      },
    };
  }

  /** The same of Python source, whose main model's weights lie in a file beside it. */
  async sourceState(subject: Subject, isQuantized = false): Promise<SourceState> {
    const state = await this.python.state(subject);
    const main = state.numbers?.models[0];
    if (!isQuantized || main === undefined || state.numbers?.moved !== undefined) return state;
    const { quantization, problems } = await this.quantified(subject, main.analysis);
    if (quantization === undefined) return state;
    const before = new Set(main.analysis.problems);
    const own = problems.filter((problem) => !before.has(problem));
    const open = unsettled(own, formatPins(state, quantization));
    return { ...state, quantization, quantizationProblems: open };
  }

  /** The plan of the subject's main model, with what pins and the plan file have fixed. */
  async plan(subject: Subject): Promise<ProposedPlan> {
    if (subject.source.kind === "python") {
      const state = await this.sourceState(subject, true);
      const [main] = state.numbers?.models ?? [];
      const { quantization } = state;
      return main === undefined || quantization === undefined
        ? { kind: "none", reason: "The model has to run first." }
        : this.#quant.plan(
            { ...main.analysis, quantization },
            main.traced.name,
            formatPins(state, quantization),
            subject,
          );
    }
    const { analysis, problems } = await this.analyse(subject);
    if (analysis === undefined)
      return { kind: "none", reason: problems[0]?.message ?? "The file holds no model." };
    const quantified = await this.quantified(subject, analysis);
    return this.#quant.plan(quantified, "", plannedFormats(subject, quantified), subject);
  }

  /** `more`: formats that somebody asks for beside the usual ones. */
  quantified(
    subject: Subject,
    analysis: Analysis,
    more: readonly string[] = [],
  ): Promise<Analysis> {
    return this.#quant.quantified(subject, analysis, bindingsOf(subject), more);
  }

  withHistogram(
    subject: Subject,
    analysis: Analysis,
    params: QuantizationParams,
  ): QuantizationParams {
    const histogram = this.#quant.histogram(subject, analysis, params.nodeId, params.format);
    return histogram === undefined ? params : { ...params, histogram };
  }

  async #stateOfEdited(subject: Subject, entry: TextEntry): Promise<TextState> {
    const { model, map, problems } = this.#readEntry(subject, entry);
    const { lastGood, text } = entry;
    if (lastGood === undefined) return { text, map, model, problems, numbers: undefined };
    const edit = lastGood.text === text ? undefined : editBetween(lastGood.text, text);
    const analysis = await this.#analyse(
      subject,
      lastGood.model,
      edit === undefined ? problems : noProblems,
    );
    const index = this.#index(analysis, lastGood.map, lastGood.written);
    return { text, map, model, problems, numbers: { analysis, index, edit } };
  }

  /** The file may have changed since its text was made; until the new text arrives, the old numbers are old. */
  async #stateOfPrinted(subject: Subject, entry: TextEntry): Promise<TextState> {
    const { text } = entry;
    const { value: model, problems } = this.#read(subject);
    const printed = model === undefined ? undefined : this.#print(subject, model);
    if (printed !== undefined && model !== undefined && printed.text === text)
      entry.lastGood = { text, map: printed.map, model, written: printed.written };
    const { lastGood } = entry;
    if (lastGood === undefined)
      return { text, map: emptyMap, model: undefined, problems, numbers: undefined };
    const edit: TextEdit | undefined =
      lastGood.model === model
        ? undefined
        : { start: text.length + 1, oldEnd: text.length + 1, newEnd: text.length + 1 };
    const analysis = await this.#analyse(
      subject,
      lastGood.model,
      edit === undefined ? problems : noProblems,
    );
    const index = this.#index(analysis, lastGood.map, lastGood.written);
    return {
      text,
      map: lastGood.map,
      model: lastGood.model,
      problems: edit === undefined ? [] : problems,
      numbers: { analysis, index, edit },
    };
  }

  async #analyse(subject: Subject, model: Model, problems: readonly Problem[]): Promise<Analysis> {
    const chosen = await this.catalogues.choose(subject.choice, useOf(model));
    const { targets } = chosen;
    const modelPath = pathOf(subject);
    const told =
      modelPath === undefined
        ? model
        : withCountedZeros(model, { path: modelPath }, targets, this.cancel);
    const bare = this.#host.analyze(told, bindingsOf(subject), targets, this.cancel);
    const known = this.#whole.get(bare);
    if (known?.ofReading === problems && known.ofChoice === chosen.problems) return known.analysis;
    const analysis = {
      ...bare,
      problems: [...problems, ...chosen.problems, ...bare.problems],
    };
    this.#whole.set(bare, { ofReading: problems, ofChoice: chosen.problems, analysis });
    return analysis;
  }

  #index(analysis: Analysis, map: TextMap, written: Model): TextIndex {
    const known = this.#indices.get(analysis);
    if (known?.map === map) return known.index;
    const index = indexText(map, written, analysis.model);
    this.#indices.set(analysis, { map, index });
    return index;
  }

  #print({ fileName }: Subject, model: Model): Printed {
    const known = this.#printed.get(model);
    if (known !== undefined) return known;
    const text = printModel(model, { fileName });
    const reading = readText(text, {
      fileName,
      neighbourhood: emptyNeighbourhood,
      cancel: this.cancel,
    });
    const { map, model: written } = reading;
    // Should the text not say what the model does, no cost may stand on a wrong line.
    const isFaithful = written !== undefined && hasSameNodes(written, model);
    const printed = isFaithful ? { text, map, written } : { text, map: emptyMap, written: model };
    this.#printed.set(model, printed);
    return printed;
  }

  #read(subject: Subject): ModelReading {
    const { source, uri } = subject;
    if (source.kind === "python") return { value: undefined, problems: [notPrinted] };
    if (source.kind === "config")
      return this.#configs.read(subject, this.#entry(uri).text, this.cancel).reading;
    if (source.kind !== "text") return this.#files.read(source.path, this.cancel, subject.devices);
    const { model, problems } = this.#readEntry(subject, this.#entry(uri));
    return { value: model, problems };
  }

  #readEntry({ source, fileName }: Subject, entry: TextEntry): TextReading {
    if (entry.reading !== undefined) return entry.reading;
    const folder = source.kind === "text" ? source.folder : null;
    const neighbourhood = folder === null ? undefined : neighbourhoodOf(path.normalize(folder));
    try {
      const isMlir = /\.mlir$/i.test(fileName) || isMlirText(entry.text);
      const reading = (isMlir ? readEditedMlir : readText)(entry.text, {
        fileName,
        neighbourhood: neighbourhood ?? emptyNeighbourhood,
        cancel: this.cancel,
      });
      entry.reading = reading;
      const hasErrors = reading.problems.some(({ severity }) => severity === "error");
      if (!hasErrors && reading.model !== undefined)
        entry.lastGood = {
          text: entry.text,
          map: reading.map,
          model: reading.model,
          written: reading.model,
        };
      return reading;
    } finally {
      neighbourhood?.close();
    }
  }

  #entry(uri: string): TextEntry {
    const entry = this.#texts.get(uri);
    if (entry === undefined) throw new Error(`the worker has no text of ${uri}`);
    return entry;
  }
}

/** What the plan file beside the model has fixed. */
function plannedFormats(subject: Subject, { model }: Analysis): ReadonlyMap<NodeId, string> {
  const modelPath = pathOf(subject);
  const formats = modelPath === undefined ? new Map<string, string>() : readPlanFile(modelPath);
  return new Map(
    model.graph.nodes.flatMap(({ name }, nodeId): [NodeId, string][] => {
      const format = formats.get(name);
      return format === undefined ? [] : [[nodeId, format]];
    }),
  );
}

function hasSameNodes({ graph: left }: Model, { graph: right }: Model): boolean {
  return (
    left.nodes.length === right.nodes.length &&
    left.nodes.every((node, nodeId) => node.op === right.nodes[nodeId]?.op)
  );
}

const notPrinted: Problem = {
  code: "RP1010",
  severity: "information",
  message: "Python source is shown as it is: open the file itself.",
};
const noProblems: readonly Problem[] = [];
const emptyMap: TextMap = { header: undefined, graphs: [] };
