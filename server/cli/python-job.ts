import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Analysis } from "../core/analysis.js";
import { analyze } from "../core/analyze.js";
import { neverCancelled } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import type { Target } from "../core/targets/target.js";
import { weightsPin } from "../core/views/source/quantization-pins.js";
import { emptyReport } from "../core/views/empty-report.js";
import { withProgram } from "../core/views/report-python.js";
import { view as reportView } from "../core/views/report.js";
import { pythonRoots } from "../io/python-roots.js";
import type { Quantified } from "../io/quant/quantify.js";
import { withCountedZeros, type WeightFiles } from "../io/quant/count-zeros.js";
import { weightsOfSource } from "../io/quant/weights-of-source.js";
import { readPython } from "../io/read-python.js";
import { complaintOf } from "./complaint.js";
import { quantifyModel, sensitivityWords } from "./quantification.js";
import type { JobContext, JobResult, Progress } from "./job.js";
import type { AnalyzeRequest } from "./words.js";

/** True for Python source, and for an expression alone. */
export function isPythonJob(request: AnalyzeRequest): boolean {
  if (request.op !== undefined) return false;
  return request.file === undefined
    ? request.entry !== undefined
    : /\.pyw?$/i.test(request.file) || request.entry !== undefined;
}

/** Runs the file in the engine and reports on the model asked for, else on the one that the file is about. */
export async function runPythonJob(
  context: JobContext,
  request: AnalyzeRequest,
  targets: readonly Target[],
  progress: Progress,
): Promise<JobResult> {
  const { file } = request;
  const missing = file === undefined ? undefined : complaintOf(file);
  if (missing !== undefined)
    return { document: emptyReport(file ?? null, [missing]), isAnalysed: false };
  progress(`running ${file ?? request.entry ?? ""}`);
  const program = await readPython(context.python(), {
    file: file === undefined ? undefined : path.resolve(file),
    ...(file !== undefined && { shownFile: file }),
    ...(request.texts !== undefined && { overlays: request.texts }),
    roots: pythonRoots(file, request.pythonPath),
    ...(request.entry !== undefined && { entry: request.entry }),
    inputs: request.inputs,
    ...(request.batch !== undefined && { batch: request.batch }),
    models: "main",
    deploy: request.deploy,
    seconds: timeLimitSeconds,
  });
  const reported = program.main;
  const problems: readonly Problem[] = [...program.problems, ...(reported?.problems ?? [])];
  if (reported?.model === undefined) {
    const document = withProgram(emptyReport(file ?? null, problems), program, reported);
    return { document: { ...document, kind: "python" }, isAnalysed: false };
  }
  progress(`analysing ${reported.model.graph.nodes.length} calls on ${targets.length} targets`);
  const bindings = {
    inputs: new Map(),
    dims: request.dims,
    ...(request.goals !== undefined && { goals: request.goals }),
  };
  const source = path.resolve(file ?? "model.py");
  const weights = request.weights ?? pinnedWeights(source);
  const files = { path: source, ...(weights !== undefined && { weights }) };
  const model = withCountedZeros(reported.model, files, targets, neverCancelled);
  const analysis = analyze(model, bindings, targets, neverCancelled);
  const quantified = request.quantization
    ? await quantifySource(analysis, files, request, progress)
    : undefined;
  const found = {
    ...analysis,
    problems: [...problems, ...analysis.problems, ...(quantified?.problems ?? [])],
  };
  const document = reportView(found, {
    hasBuffers: request.memory,
    file: file ?? null,
    ...(quantified !== undefined && { quantization: quantified.result }),
  });
  return {
    document: withProgram(document, program, reported),
    isAnalysed: true,
    analysis: found,
  };
}

/** From a file of weights that is given or lies beside the source; empty with a problem when there is none. */
async function quantifySource(
  analysis: Analysis,
  { path: source, weights: chosen }: WeightFiles,
  request: AnalyzeRequest,
  progress: Progress,
): Promise<Quantified> {
  const bound = weightsOfSource(analysis.model, source, chosen);
  if (bound !== undefined)
    return quantifyModel(
      { ...analysis, model: bound.model },
      bound.weightsFile,
      progress,
      undefined,
      sensitivityWords(request, { inputs: new Map(), dims: request.dims }),
    );
  const message =
    chosen === undefined
      ? "There are no weights: no file beside the source has a tensor by a name of its state dict. Give one with --weights."
      : `\`${chosen}\` has no tensor by a name and shape of the model's state dict.`;
  return {
    result: { schemes: [], layers: [], sensitivitySource: "no weights" },
    problems: [{ code: "RP2313", severity: "warning", message }],
  };
}

/** By a pin `weights=FILE` in the source, relative to it. */
function pinnedWeights(source: string): string | undefined {
  const pin = existsSync(source) ? weightsPin(readFileSync(source, "utf8")) : undefined;
  return pin && path.resolve(path.dirname(source), pin);
}

/** Large models of installed libraries take seconds to import and to make; nobody types meanwhile. */
const timeLimitSeconds = 120;
