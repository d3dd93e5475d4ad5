import type { Analysis } from "../../analysis.js";
import type { Problem } from "../../base/problem.js";
import type { TracedModel, TracedProgram } from "../../formats/torch-trace.js";
import type { QuantizationFacts } from "../../quant/facts.js";
import type { MovedLines } from "./moved-lines.js";
import type { SourceIndex } from "./source-index.js";

/** A Python file as it is now, and the last numbers that are known of it. */
export interface SourceState {
  readonly text: string;
  /** Address that the program's places name it by. */
  readonly file: string;
  /** Of the last run; undefined when the run was ended before it could answer. */
  readonly program: TracedProgram | undefined;
  /** Why the run was ended. */
  readonly stop: Problem | undefined;
  readonly choiceProblems: readonly Problem[];
  readonly numbers: SourceNumbers | undefined;
  /** Of the main model, where it was asked for. */
  readonly quantization?: QuantizationFacts;
  readonly quantizationProblems?: readonly Problem[];
}

export interface SourceNumbers {
  /** The text that was run. */
  readonly text: string;
  /** Present when that is no longer the text: the numbers are shown as what was. */
  readonly moved: MovedLines | undefined;
  /** The file's main model first. */
  readonly models: readonly AnalysedModel[];
  readonly index: SourceIndex;
}

/** A model that ran to its end. */
export interface AnalysedModel {
  readonly traced: TracedModel;
  readonly analysis: Analysis;
}
