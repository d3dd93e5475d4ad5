import path from "node:path";
import type { Bindings } from "../../core/analysis.js";
import { inferModel } from "../../core/analyze.js";
import type { Cancel } from "../../core/base/cancel.js";
import type { Model } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { NotMeasured } from "../../core/quant/measured/not-measured.js";
import {
  generatedKind,
  generatedSamples,
  sampleInputs,
} from "../../core/quant/measured/sample-inputs.js";
import type { Feeds } from "../../core/quant/measured/session.js";
import type { Site } from "../../core/quant/measured/sites.js";
import { gridOfValue, gridOfWeight, keepsStored } from "../../core/quant/stored-grid.js";
import { producersOf } from "../../core/quant/stored-weight.js";
import { inputOf } from "../../core/quant/weights.js";
import { readModelFile } from "../read-model.js";
import { type Runnable, runnable } from "./runnable.js";
import { readSamples } from "./sample-files.js";
import { openLayerWeight, openTaskFiles, readerOf } from "./weight-task.js";

/** What a model is run on: files of the user's, or numbers made up. */
export type SampleChoice =
  | { readonly kind: "files"; readonly place: string }
  | { readonly kind: "generated"; readonly count: number };

/** A model and what it is run on, as plain data. */
export interface RunSubject {
  /** Of the model, or of the file with the weights of one that was traced. */
  readonly modelPath: string;
  /** A traced model, its parameters bound to that file. */
  readonly model?: Model;
  readonly bindings: Bindings;
  readonly samples: SampleChoice;
}

/** Everything that it takes to run the model with layers in other formats. */
export interface OpenRun extends Runnable {
  readonly samples: readonly Feeds[];
  /** By sample: which of the kinds of generated numbers it is. */
  readonly kinds: readonly number[];
  /** `8 generated samples`. */
  readonly sampleText: string;
  /** A part of a sentence on layers that cannot be changed; empty without any. */
  readonly leftText: string;
  /** The layer's weight in real numbers, in the order of the file; undefined when it cannot be read. */
  readonly weightOf: (site: Site) => Float32Array | undefined;
  /** True where a scheme holds the file's numbers as they are. */
  readonly keeps: (site: Site, operand: "weight" | "input", scheme: Scheme) => boolean;
  readonly close: () => void;
}

export function openRun(
  { modelPath, model: traced, bindings, samples: choice }: RunSubject,
  cancel: Cancel,
): OpenRun {
  const { model, inferred } = inferModel(traced ?? readModel(modelPath, cancel), bindings, cancel);
  const { graph } = model;
  const files = openTaskFiles(modelPath);
  try {
    const found = runnable(model, inferred, modelPath, files);
    // After the export: an operator that has no counterpart says more than an input that cannot be filled.
    const inputs = sampleInputs(inferred.graph, bindings);
    const samples =
      choice.kind === "files"
        ? readSamples(choice.place, inputs)
        : generatedSamples(inputs, choice.count);
    if (found.sites.length === 0)
      throw new NotMeasured("No layer's weight can be replaced while the model runs.");
    const producers = producersOf(graph);
    const read = readerOf(files);
    const { length: left } = found.unreachable;
    return {
      ...found,
      samples,
      kinds: samples.map((_, index) =>
        choice.kind === "generated" ? generatedKind(index, samples.length) : 0,
      ),
      sampleText: sampleText(choice, samples.length),
      leftText: left === 0 ? "" : `; ${left} layers could not be reached`,
      weightOf: ({ layer }) => {
        const count = layer.shape.rows * layer.shape.columns;
        const values = new Float32Array(count);
        openLayerWeight(files, layer)?.load(0, count, values);
        return values.every(Number.isFinite) ? values : undefined;
      },
      keeps: ({ layer }, operand, scheme) => {
        const grid =
          operand === "weight"
            ? gridOfWeight(layer, read)
            : gridOfValue(graph, producers, inputOf(graph, layer), read);
        return grid !== undefined && keepsStored(scheme, grid);
      },
      close: () => files.close(),
    };
  } catch (error) {
    files.close();
    throw error;
  }
}

function sampleText(choice: SampleChoice, count: number): string {
  const number = `${count} ${choice.kind === "generated" ? "generated " : ""}sample${count === 1 ? "" : "s"}`;
  return choice.kind === "files" ? `${number} from ${path.basename(choice.place)}` : number;
}

function readModel(modelPath: string, cancel: Cancel): Model {
  const { value, problems } = readModelFile(modelPath, cancel);
  if (value === undefined)
    throw new NotMeasured(problems[0]?.message ?? "The file holds no model.");
  return value;
}
