import { readFileSync } from "node:fs";
import { analyzeTarget, assemble, inferModel } from "../core/analyze.js";
import { neverCancelled } from "../core/base/cancel.js";
import { familyTexts } from "../core/quant/formats/families.js";
import { defaultSchemeIds } from "../core/quant/default-schemes.js";
import { modelChoices } from "../core/quant/plan/choices.js";
import { groupLayers } from "../core/quant/plan/groups.js";
import { makePlan } from "../core/quant/plan/plan.js";
import type { Limits, PlanProblem } from "../core/quant/plan/problem.js";
import { supportOf } from "../core/quant/plan/support.js";
import { findRecipe, recipes } from "../core/quant/recipes/recipes.js";
import { quantizeDocument, type QuantizeDocument } from "../core/quant/plan/quantize-document.js";
import { defaultTargetIds } from "../core/targets/default-targets.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { loadSolver } from "../engines/highs/solver.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readModelFile } from "../io/read-model.js";
import { loadSupport } from "../io/support-files.js";
import { workspaceTargets } from "../io/workspace-targets.js";
import type { Command } from "./command.js";
import { bindingsOf } from "./job.js";
import { progressOnStderr } from "./progress.js";
import { formatTable, parseSampleChoice, parseSchemes, quantifyModel } from "./quantification.js";
import { quantizeText } from "./quantize-text.js";
import { parseQuantizeWords, quantizeUsage, type QuantizeRequest } from "./quantize-words.js";
import { parseAnalyzeWords, UsageError } from "./words.js";

export const command: Command = {
  name: "quantize",
  summary: "a number format for every layer, within limits",
  usage: quantizeUsage,
  run: async (words) => {
    const request = parseQuantizeWords(words);
    if (request.isList) return listFormats();
    const recipe = request.exportId === undefined ? undefined : findRecipe(request.exportId);
    if (request.exportId !== undefined && recipe === undefined)
      throw new UsageError(
        `There is no recipe \`${request.exportId}\`; there are ${recipes.map(({ id }) => id).join(", ")}.`,
      );
    const planned = await planModel(request);
    if ("reason" in planned) {
      if (request.isJson)
        await print(`${JSON.stringify({ problems: [planned.reason] }, null, 1)}\n`);
      process.stderr.write(`ridgepoint: ${planned.reason}\n`);
      return 1;
    }
    if (recipe !== undefined && planned.document.plan !== null)
      await print(recipe.write(planned.input));
    else if (request.isJson) await print(`${JSON.stringify(planned.document, null, 1)}\n`);
    else await print(quantizeText(planned.document));
    return planned.document.plan === null ? 1 : 0;
  },
};

type RecipeInput = Parameters<(typeof recipes)[number]["write"]>[0];

async function planModel(
  request: QuantizeRequest,
): Promise<
  { readonly document: QuantizeDocument; readonly input: RecipeInput } | { readonly reason: string }
> {
  const file = request.file ?? "";
  const progress = progressOnStderr();
  const dataFolder = await findDataFolder();
  const { value: catalogue } = await loadCatalogue({ dataFolder, chipFolders: [] });
  const target = chooseTarget(catalogue, request);
  const formats = await formatTable();
  const schemes = parseSchemes(
    formats,
    request.formats.length > 0 ? request.formats : defaultSchemeIds,
  );
  progress(`reading ${file}`);
  const read = readModelFile(file, neverCancelled);
  if (read.value === undefined)
    return { reason: read.problems[0]?.message ?? "The file holds no model." };
  const bindings = bindingsOf(parseAnalyzeWords([file, ...request.rest]).request);
  const inferred = inferModel(read.value, bindings, neverCancelled);
  const own = analyzeTarget(inferred, target, neverCancelled);
  if (own.latency === undefined && request.limits.size === undefined)
    return {
      reason: `The latency on ${target.label} is not known: ${own.lowered.uncosted.length} nodes have no cost. Bind open extents with --dim or --input, or plan by \`--limit size=…\`.`,
    };
  const analysis = assemble(inferred, [own]);
  const { result, problems } = await quantifyModel(
    analysis,
    file,
    progress,
    schemes,
    request.samples === undefined
      ? undefined
      : { samples: parseSampleChoice(request.samples), bindings },
  );
  if (result.layers.length === 0)
    return { reason: problems[0]?.message ?? "The model has no layers with weights." };
  const support = supportOf(loadSupport(dataFolder).value, target.runtime.id);
  const choices = modelChoices(inferred, target, result, support, catalogue, neverCancelled);
  progress("choosing formats");
  const draft: PlanProblem = {
    choices,
    groups: groupLayers(inferred.model.graph, choices.layers, {
      sharesInput: !request.isUngrouped,
    }),
    objective: request.objective,
    limits: request.limits,
  };
  const problem = { ...draft, limits: limitsOf(draft, request) };
  const solver = await loadSolver();
  const planning = makePlan(problem, (text) => solver.solve(text));
  const input: RecipeInput = {
    graph: inferred.model.graph,
    result,
    choices,
    planning,
    schemes: planning.plan?.schemes ?? new Map(),
  };
  return {
    input,
    document: quantizeDocument({
      ...input,
      problem,
      support,
      latency: own.latency,
      problems: problems.map(({ code, message }) => ({ code, message })),
      compared: request.compare === undefined ? undefined : savedPlan(request.compare),
    }),
  };
}

/** Without a word of limits: as fast as the fastest plan that has one format for all layers, give or take half a percent. */
function limitsOf(problem: PlanProblem, { limits, objective }: QuantizeRequest): Limits {
  if (Object.keys(limits).length > 0) return limits;
  if (objective !== "risk")
    throw new UsageError(
      `Objective ${objective} needs a limit: \`--limit risk=0.001\`, for example.`,
    );
  const { uniform } = makePlan(problem, () => ({ kind: "infeasible" }));
  const fastest = Math.min(...uniform.map(({ totals }) => totals.latency));
  return { latency: fastest * 1.005 };
}

function chooseTarget(catalogue: Catalogue, request: QuantizeRequest): Target {
  const id =
    request.target ?? workspaceTargets(request.file ?? ".")[0] ?? defaultTargetIds[0] ?? "";
  const target = catalogue.find(id);
  if (target === undefined) throw new UsageError(unknownTargetMessage(catalogue, id));
  return target;
}

/** Scheme id by the layer's name, of a plan that was saved. */
function savedPlan(file: string): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(
      `\`${file}\` cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const layers =
    typeof value === "object" && value !== null && "layers" in value && Array.isArray(value.layers)
      ? (value.layers as readonly unknown[])
      : undefined;
  if (layers === undefined)
    throw new UsageError(`\`${file}\` is no plan; \`--export json\` writes one.`);
  return new Map(
    layers.flatMap((layer): [string, string][] => {
      if (typeof layer !== "object" || layer === null) return [];
      const { name, format } = layer as Readonly<Record<string, unknown>>;
      return typeof name === "string" ? [[name, typeof format === "string" ? format : ""]] : [];
    }),
  );
}

async function listFormats(): Promise<number> {
  const formats = await formatTable();
  const lines = [...formats.values()].map(
    ({ id, name, source }) => `  ${id.padEnd(14)} ${name.padEnd(34)} ${source}`,
  );
  await print(
    `Formats:\n${lines.join("\n")}\n\nPatterns:\n${familyTexts.map((text) => `  ${text}`).join("\n")}\n`,
  );
  return 0;
}

async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
