import type { Goals } from "../core/goals.js";
import type { TextSpan } from "../core/base/text-span.js";
import type { Model } from "../core/graph/graph.js";
import type { Hint, HintKinds } from "../core/views/text/hints.js";
import type { KernelView } from "../core/views/kernels/kernel-view.js";
import type { CudaRequest } from "../io/gpu/analyse-cuda.js";
import type { HoverText } from "../core/views/text/hover.js";
import type { LensText } from "../core/views/text/lens.js";
import type { Fold } from "../core/views/text/folding.js";
import type { Mention } from "../core/views/text/mentions.js";
import type { TextProblem } from "../core/views/text/problems.js";
import type { OutlineItem } from "../core/views/text/outline.js";
import type { FormatFix } from "../core/views/text/format-fixes.js";
import type { SourceFix } from "../core/views/source/source-fixes.js";
import type { SourcePin } from "../core/views/source/source-pins.js";
import type { CompareParams } from "../core/views/compare/compare-analyses.js";
import type { MeasuredBefore } from "../io/quant/measured-task.js";
import type { FoundAccelerator } from "../io/find-accelerators.js";
import type { CompareReply, PlanFile, TargetInfo, ViewReply } from "../protocol/requests.js";
import type { WhatIf } from "../core/what-if/what-if.js";
import type { SizeChange } from "../protocol/size-changes.js";
import type { ViewId, ViewParams } from "../protocol/views.js";
import type { PythonRun } from "./python-runs.js";

/** What the worker is started with. */
export interface WorkerStart {
  /** One 32-bit cell; 1 means that the running job shall stop. Shared, because a busy worker reads no messages. */
  readonly cancelBuffer: SharedArrayBuffer;
  readonly dataFolder: string;
}

/** What is analysed, and for what. Everything that an answer depends on is in here: the worker keeps no settings. */
export interface Subject {
  /** The document's or file's address; the worker's texts go by it. */
  readonly uri: string;
  /** For messages. */
  readonly fileName: string;
  readonly source: SubjectSource;
  readonly choice: TargetChoice;
  readonly batch: number | null;
  readonly dims: Readonly<Record<string, number>>;
  /** That share a language model; 1 where left out. */
  readonly devices?: number;
  readonly goals?: Goals;
  /** File of weights that is chosen for Python source. */
  readonly weights?: string;
  /** Sensitivities that were measured on samples, where somebody asked for it. */
  readonly measured?: MeasuredBefore;
}

export type SubjectSource =
  /** A model file on disk. */
  | { readonly kind: "file"; readonly path: string }
  /** A text document that the user edits: it is the model. */
  | {
      readonly kind: "text";
      readonly version: number;
      /** Folder that weight files are looked up in; null for a text that is not a file. */
      readonly folder: string | null;
    }
  /** A language model's `config.json` that the user edits. */
  | { readonly kind: "config"; readonly version: number; readonly path: string }
  /** A Python file that has been run; the worker has what the run said. */
  | { readonly kind: "python"; readonly runId: number }
  /** A read-only text document that shows a model file. */
  | { readonly kind: "printed"; readonly path: string; readonly version: number };

/** A source of kernels, and the devices that they are for. */
export type KernelQuestion = { readonly choice: TargetChoice } & (
  | { readonly language: "cuda"; readonly request: CudaRequest }
  | { readonly language: "triton"; readonly request: { readonly text: string } }
);

export interface TargetChoice {
  readonly targetIds: readonly string[];
  /** Absolute paths. */
  readonly chipFolders: readonly string[];
  /** Architecture files of the workspace, with what tells whether they have changed. */
  readonly accelerators: readonly FoundAccelerator[];
}

/** What the server asks of its worker. Offsets are UTF-16 units of the document's text. */
export interface WorkerApi {
  putText(params: { readonly uri: string; readonly version: number; readonly text: string }): null;
  dropText(params: { readonly uri: string }): null;
  putRun(params: { readonly uri: string; readonly run: PythonRun }): null;
  targets(params: {
    readonly choice: TargetChoice;
    /** The model that they are for, where its kind matters. */
    readonly subject?: Subject;
  }): Promise<readonly TargetInfo[]>;
  view(params: {
    readonly subject: Subject;
    readonly view: ViewId;
    readonly params: ViewParams<ViewId>;
  }): Promise<ViewReply<ViewId>>;
  /** Both are analysed; `right` may be an open text, `left` is a file or the same. */
  compare(params: {
    readonly left: Subject;
    readonly right: Subject;
    readonly params: CompareParams;
  }): Promise<CompareReply>;
  /** Plans of `ridgepoint quantize` on the subject's first target. */
  comparePlans(params: {
    readonly subject: Subject;
    readonly left: PlanFile;
    readonly right: PlanFile | null;
    readonly limit: number;
  }): Promise<CompareReply>;
  print(params: { readonly subject: Subject }): Promise<{ readonly text: string }>;
  report(params: {
    readonly subject: Subject;
    readonly format: string;
    readonly file: string;
  }): Promise<{ readonly text: string }>;
  locate(params: {
    readonly subject: Subject;
    readonly nodeId?: number;
    readonly nodeName?: string;
    readonly offset?: number;
  }): Promise<{ readonly nodeId: number; readonly offset: number } | null>;
  whatIf(params: {
    readonly subject: Subject;
    readonly offset: number;
    readonly changes: readonly SizeChange[];
  }): Promise<WhatIf | null>;
  hints(params: {
    readonly subject: Subject;
    readonly span: TextSpan;
    readonly kinds: HintKinds;
  }): Promise<readonly Hint[]>;
  /** `isQuantized`: with what number formats do to the weights. */
  hover(params: {
    readonly subject: Subject;
    readonly offset: number;
    readonly isQuantized: boolean;
  }): Promise<HoverText | null>;
  lens(params: { readonly subject: Subject }): Promise<LensText>;
  /** Of one definition or pin of a Python file. */
  sourceLens(params: {
    readonly subject: Subject;
    readonly name: string;
    readonly pin: string | null;
  }): Promise<LensText>;
  /** A Python model that can be run: traced, its weights bound to a file. */
  boundModel(params: {
    readonly subject: Subject;
  }): Promise<{ readonly model: Model; readonly modelPath: string } | { readonly reason: string }>;
  /** What an editor shows of kernels in CUDA C++ or Triton; places count in the request's text. */
  kernels(params: KernelQuestion): Promise<KernelView>;
  kernelReport(
    params: KernelQuestion & { readonly format: string; readonly fileName: string },
  ): Promise<{ readonly text: string | null }>;
  planLens(params: { readonly subject: Subject }): Promise<LensText>;
  /** The proposed plan as a recipe writes it; `reason` where there is no plan, or no such recipe. */
  recipe(params: {
    readonly subject: Subject;
    readonly recipe: string;
  }): Promise<{ readonly text: string } | { readonly reason: string }>;
  /** Formats that would answer the quantization problems of the offset's layer. */
  formatFixes(params: {
    readonly subject: Subject;
    readonly offset: number;
  }): Promise<readonly FormatFix[]>;
  pin(params: { readonly subject: Subject; readonly offset: number }): Promise<SourcePin | null>;
  fixes(params: {
    readonly subject: Subject;
    readonly offset: number;
    readonly isQuantized: boolean;
  }): Promise<readonly SourceFix[]>;
  outline(params: { readonly subject: Subject }): Promise<readonly OutlineItem[]>;
  folding(params: { readonly subject: Subject }): Promise<readonly Fold[]>;
  mentions(params: {
    readonly subject: Subject;
    readonly offset: number;
  }): Promise<readonly Mention[]>;
  problems(params: {
    readonly subject: Subject;
    readonly isQuantized: boolean;
  }): Promise<readonly TextProblem[]>;
}
