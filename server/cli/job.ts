import { readFileSync } from "node:fs";
import path from "node:path";
import type { Analysis, Bindings } from "../core/analysis.js";
import { analyze } from "../core/analyze.js";
import { neverCancelled } from "../core/base/cancel.js";
import type { Outcome } from "../core/base/problem.js";
import { parseBoundInput } from "../core/formats/bound-input.js";
import { readOpCall } from "../core/formats/op-call.js";
import type { Model } from "../core/graph/graph.js";
import type { TensorType } from "../core/graph/value-type.js";
import { defaultTargets } from "../core/targets/default-targets.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import type { ReportDocument } from "../core/views/report-document.js";
import { emptyReport } from "../core/views/empty-report.js";
import { kernelDocument, withKernels } from "../core/views/kernels/kernel-report.js";
import { extentRead } from "../core/views/extent-read.js";
import { view as reportView } from "../core/views/report.js";
import type { PythonEngine } from "../engines/python/engine.js";
import { openPythonEngine } from "../io/python-engine.js";
import { disposeDesignAnalysts } from "../io/design/analyse-design.js";
import { readMlirText } from "../io/mlir-text.js";
import { readModelFile } from "../io/read-model.js";
import { useOfFile } from "../io/model-use.js";
import { workspaceTargets } from "../io/workspace-targets.js";
import { withCountedZeros } from "../io/quant/count-zeros.js";
import { tensorFileKind } from "../io/quant/tensor-files.js";
import { asFinn, asHls4ml, asTasks } from "./hls4ml-job.js";
import { isDesignJob, runDesignJob } from "./design-job.js";
import { quantifyModel, sensitivityWords, tensorReport } from "./quantification.js";
import { withOwnAccelerators } from "./own-accelerators.js";
import { isCudaJob, runCudaJob, tritonKernelsOf } from "./kernel-job.js";
import { isPythonJob, runPythonJob } from "./python-job.js";
import { UsageError } from "./usage-error.js";
import { type AnalyzeRequest } from "./words.js";

/** What one analysis answers; `isAnalysed` false means exit status 1. */
export interface JobResult {
  readonly document: ReportDocument;
  readonly isAnalysed: boolean;
  /** What the document was made from; undefined when the input could not be read. */
  readonly analysis?: Analysis;
}

/** Says what a long job is doing; shown on standard error. */
export type Progress = (stage: string) => void;

/** What jobs share: one engine runs the Python of all of them. */
export interface JobContext {
  readonly catalogue: Catalogue;
  /** Starts the engine when it is first asked for. */
  readonly python: () => PythonEngine;
}

/** Runs jobs in a context of its own, and ends what they have started. */
export async function withJobContext<T>(
  catalogue: Catalogue,
  work: (context: JobContext) => Promise<T>,
): Promise<T> {
  let engine: PythonEngine | undefined;
  const context: JobContext = {
    catalogue,
    python: () => (engine ??= openPythonEngine({ log: () => undefined })),
  };
  try {
    return await work(context);
  } finally {
    engine?.dispose();
    disposeDesignAnalysts();
  }
}

export async function runJob(
  context: JobContext,
  request: AnalyzeRequest,
  progress: Progress,
): Promise<JobResult> {
  if (request.design.hls4ml !== undefined) {
    const plain = { ...request, design: { ...request.design, hls4ml: undefined } };
    return asHls4ml(request, await runJob(context, plain, progress));
  }
  if (request.design.tasks !== undefined) {
    const plain = { ...request, design: { ...request.design, tasks: undefined } };
    return asTasks(request, await runJob(context, plain, progress));
  }
  if (request.design.finn !== undefined) {
    const plain = { ...request, design: { ...request.design, finn: undefined } };
    return asFinn(request, await runJob(context, plain, progress));
  }
  const subject = request.file ?? request.op ?? request.entry ?? "";
  const bindings = bindingsOf(request);
  if (isCudaJob(request)) return runCudaJob(context.catalogue, request);
  const kernels = isPythonJob(request) ? tritonKernelsOf(context.catalogue, request) : undefined;
  if (kernels?.isAlone === true)
    return {
      document: kernelDocument(request.file ?? null, kernels.text, kernels.kernels),
      isAnalysed: true,
    };
  const targets = await chooseTargets(context.catalogue, request);
  if (isDesignJob(request)) return runDesignJob(request, progress);
  if (isPythonJob(request)) {
    const result = await runPythonJob(context, request, targets, progress);
    if (kernels === undefined) return result;
    const file = request.file ?? null;
    const document = withKernels(result.document, file, kernels.text, kernels.kernels);
    return { ...result, document, isAnalysed: true };
  }
  progress(`reading ${subject}`);
  if (request.quantization && request.file !== undefined) {
    const kind = tensorFileKind(request.file);
    if (kind !== undefined) return tensorReport(request.file, kind, progress, request.statistics);
  }
  const read = readSubject(request);
  const file = request.file ?? null;
  if (read.value === undefined) {
    const isInText = read.problems.some(({ place }) => place?.kind === "text");
    const text = isInText ? sourceText(request, undefined) : undefined;
    return { document: emptyReport(file, read.problems, text), isAnalysed: false };
  }
  progress(`analysing ${read.value.graph.nodes.length} nodes on ${targets.length} targets`);
  const model =
    request.file === undefined
      ? read.value
      : withCountedZeros(read.value, { path: request.file }, targets, neverCancelled);
  const analysis = analyze(model, bindings, targets, neverCancelled);
  const text = sourceText(request, read.value);
  const quantified =
    request.quantization && request.file !== undefined
      ? await quantifyModel(
          analysis,
          request.file,
          progress,
          undefined,
          sensitivityWords(request, bindings),
        )
      : undefined;
  const found: Analysis = {
    ...analysis,
    ...(quantified !== undefined && {
      quantization: { result: quantified.result, choices: undefined, support: undefined },
    }),
    problems: [...read.problems, ...analysis.problems, ...(quantified?.problems ?? [])],
  };
  const document = reportView(found, {
    file,
    ...(quantified !== undefined && { quantization: quantified.result }),
    hasBuffers: request.memory,
    ...(text !== undefined && { text }),
  });
  return { document, isAnalysed: extentRead(found) !== "none", analysis: found };
}

function readSubject(request: AnalyzeRequest): Outcome<Model | undefined> {
  if (request.op !== undefined) return readOpCall(request.op);
  return readModelFile(request.file ?? "", neverCancelled, request.devices);
}

/** The text that places of the model count in, for formats that are text; by the file's name where it is no model. */
function sourceText(request: AnalyzeRequest, model: Model | undefined): string | undefined {
  const { file } = request;
  if (request.op !== undefined || file === undefined) return undefined;
  const format = model?.format ?? (/\.onnxte?xt$/i.test(file) ? "onnx-text" : "mlir");
  if (format === "mlir") return readMlirText(file);
  return format === "onnx-text" ? readFileSync(file, "utf8") : undefined;
}

async function chooseTargets(
  devices: Catalogue,
  request: AnalyzeRequest,
): Promise<readonly Target[]> {
  const given = request.targets.length > 0 ? request.targets : undefined;
  const chosen = given ?? workspaceTargets(request.file ?? path.join(process.cwd(), "."));
  const wanted =
    chosen.length > 0
      ? chosen
      : defaultTargets(devices, useOfFile(request.file ?? "")).map(({ id }) => id);
  const { catalogue, ids } = await withOwnAccelerators(devices, wanted);
  return [...new Set(ids)].flatMap((id) => {
    const target = catalogue.find(id);
    if (target !== undefined) return [target];
    if (given !== undefined) throw new UsageError(unknownTargetMessage(catalogue, id));
    process.stderr.write(
      `ridgepoint: workspace settings: ${unknownTargetMessage(catalogue, id)}\n`,
    );
    return [];
  });
}

export function bindingsOf(request: AnalyzeRequest): Bindings {
  const inputs = new Map<string, TensorType>();
  const contents = new Map<string, readonly number[]>();
  for (const word of request.inputs) {
    // `float32[8]` and `int64[1]={10}` name no input; `x=float32[8]` and `steps={10}` do.
    const unnamed = parseBoundInput(word);
    const equals = unnamed === undefined ? word.indexOf("=") : -1;
    const name = word.slice(0, Math.max(equals, 0));
    const bound = unnamed ?? parseBoundInput(word.slice(equals + 1));
    if (bound === undefined)
      throw new UsageError(
        `Input \`${word}\` should read NAME=TYPE[DIMS], for example \`x=float32[1,3,224,224]\`, or NAME={VALUES}.`,
      );
    if (inputs.has(name) || contents.has(name))
      throw new UsageError(`Input \`${name}\` is given twice.`);
    if (bound.type !== undefined) inputs.set(name, bound.type);
    if (bound.contents !== undefined) contents.set(name, bound.contents);
  }
  return {
    inputs,
    contents,
    dims: request.dims,
    ...(request.batch !== undefined && { batch: request.batch }),
    ...(request.goals !== undefined && { goals: request.goals }),
  };
}
