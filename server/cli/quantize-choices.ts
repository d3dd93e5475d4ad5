import { readFileSync } from "node:fs";
import type { Analysis, Bindings, TargetAnalysis } from "../core/analysis.js";
import { analyzeTarget, assemble, inferModel, type InferredModel } from "../core/analyze.js";
import { neverCancelled } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import { usualSchemeIds } from "../core/quant/default-schemes.js";
import { activationSchemeIds } from "../core/quant/formats/activation-scheme.js";
import type { Scheme } from "../core/quant/formats/scheme.js";
import { modelChoices, type ModelChoices } from "../core/quant/plan/choices.js";
import type { Limits } from "../core/quant/plan/problem.js";
import { importedPlan } from "../core/quant/imports/with-imported.js";
import { readSavedPlan, type SavedPlan } from "../core/quant/plan/saved-plan.js";
import { supportOf, type RuntimeSupport } from "../core/quant/plan/support.js";
import type { QuantizationResult } from "../core/quant/result.js";
import { defaultTargets } from "../core/targets/default-targets.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readStatistics } from "../io/quant/import-files.js";
import { readModelFile } from "../io/read-model.js";
import { loadSupport } from "../io/support-files.js";
import { useOfFile } from "../io/model-use.js";
import { workspaceTargets } from "../io/workspace-targets.js";
import { bindingsOf, type Progress } from "./job.js";
import { formatTable, parseSchemes, quantifyModel, sensitivityWords } from "./quantification.js";
import type { QuantizeRequest } from "./quantize-words.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords } from "./words.js";

export interface ChoicesRequest {
  readonly file: string | undefined;
  readonly target: string | undefined;
  /** Formats; the usual ones when there are none. */
  readonly formats: readonly string[];
  readonly limits: Limits;
  /** Files of inputs that sensitivity is measured on. */
  readonly samples?: QuantizeRequest["samples"];
  /** A file of another tool's statistics. */
  readonly statistics?: QuantizeRequest["statistics"];
  /** Words of `analyze`. */
  readonly rest: readonly string[];
}

export interface ChoicesFound {
  readonly inferred: InferredModel;
  readonly own: TargetAnalysis;
  readonly analysis: Analysis;
  readonly result: QuantizationResult;
  readonly problems: readonly Problem[];
  readonly support: RuntimeSupport | undefined;
  readonly choices: ModelChoices;
  readonly bindings: Bindings;
  readonly modelPath: string;
  readonly activationSchemes: readonly Scheme[];
}

/** There is nothing to plan. */
export interface NotPlanned {
  readonly reason: string;
  readonly problems: readonly Problem[];
}

function notPlanned(found: readonly Problem[], otherwise: Problem): NotPlanned {
  const problems = found.length > 0 ? found : [otherwise];
  return { reason: problems[0]?.message ?? otherwise.message, problems };
}

/** What every layer of a model takes on one target in every format. */
export async function choicesOf(
  request: ChoicesRequest,
  progress: Progress,
): Promise<ChoicesFound | NotPlanned> {
  const file = request.file ?? "";
  const dataFolder = await findDataFolder();
  const { value: catalogue } = await loadCatalogue({ dataFolder, chipFolders: [] });
  const target = chooseTarget(catalogue, request);
  progress(`reading ${file}`);
  const read = readModelFile(file, neverCancelled);
  if (read.value === undefined)
    return notPlanned(read.problems, {
      code: "RP1001",
      severity: "error",
      message: "The file holds no model.",
    });
  const bindings = bindingsOf(parseAnalyzeWords([file, ...request.rest]).request);
  const inferred = inferModel(read.value, bindings, neverCancelled);
  const own = analyzeTarget(inferred, target, neverCancelled);
  if (own.latency === undefined && request.limits.size === undefined)
    return notPlanned([], {
      code: "RP2331",
      severity: "error",
      message: `The latency on ${target.label} is not known: ${own.lowered.uncosted.length} nodes have no cost. Bind open extents with --dim or --input, or plan by \`--limit size=…\`.`,
    });
  const analysis = assemble(inferred, [own]);
  const support = supportOf(loadSupport(dataFolder).value, target.runtime.id);
  const usual = usualSchemeIds(support, analysis.model.graph);
  const schemes = parseSchemes(
    await formatTable(),
    request.formats.length > 0 ? request.formats : usual,
  );
  const { result, problems } = await quantifyModel(
    analysis,
    file,
    progress,
    schemes,
    sensitivityWords(request, bindings),
  );
  if (result.layers.length === 0)
    return notPlanned(problems, {
      code: "RP2310",
      severity: "information",
      message: "The model has no layers with weights.",
    });
  const choices = modelChoices(inferred, target, result, support, catalogue, neverCancelled);
  return {
    inferred,
    own,
    analysis,
    result,
    problems,
    support,
    choices,
    bindings,
    modelPath: file,
    activationSchemes: parseSchemes(await formatTable(), activationSchemeIds),
  };
}

function chooseTarget(catalogue: Catalogue, request: ChoicesRequest): Target {
  const id =
    request.target ??
    workspaceTargets(request.file ?? ".")[0] ??
    defaultTargets(catalogue, useOfFile(request.file ?? ""))[0]?.id ??
    "";
  const target = catalogue.find(id);
  if (target === undefined) throw new UsageError(unknownTargetMessage(catalogue, id));
  return target;
}

/** A plan that was saved, or that another tool has written for the layers of this model. */
export function planFor(
  file: string,
  { inferred, result }: Pick<ChoicesFound, "inferred" | "result">,
): ReadonlyMap<string, string> {
  const isArchive = /\.pth?$/i.test(file);
  const imported = isArchive || /\.(json|encodings)$/i.test(file) ? readStatistics(file) : "";
  if (isArchive && typeof imported === "string") throw new UsageError(imported);
  if (typeof imported === "string" || imported.formats.size === 0) return savedPlan(file).formats;
  return importedPlan(inferred.model.graph, result.layers, imported);
}

/** A plan that was saved. */
export function savedPlan(file: string): SavedPlan {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `\`${file}\` cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const plan = readSavedPlan(text, file);
  if (typeof plan === "string") throw new UsageError(plan);
  return plan;
}
