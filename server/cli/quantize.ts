import { neverCancelled } from "../core/base/cancel.js";
import type { Problem } from "../core/base/problem.js";
import { familyTexts } from "../core/quant/formats/families.js";
import { groupLayers } from "../core/quant/plan/groups.js";
import { makePlan, type Planning } from "../core/quant/plan/plan.js";
import type { Limits, PlanProblem } from "../core/quant/plan/problem.js";
import { usualLimits } from "../core/quant/plan/usual-plan.js";
import { findRecipe, recipes } from "../core/quant/recipes/recipes.js";
import {
  type DocumentProblem,
  quantizeDocument,
  type QuantizeDocument,
} from "../core/quant/plan/quantize-document.js";
import { loadSolver } from "../engines/highs/solver.js";
import { checkPlan, type CheckedPlan } from "../io/quant/check-plan.js";
import type { Command } from "./command.js";
import type { Progress } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { formatTable, parseSampleChoice } from "./quantification.js";
import { type ChoicesFound, choicesOf, type NotPlanned, planFor } from "./quantize-choices.js";
import { quantizeText } from "./quantize-text.js";
import { parseQuantizeWords, quantizeUsage, type QuantizeRequest } from "./quantize-words.js";
import { UsageError } from "./usage-error.js";

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
      const { reason } = planned;
      const problems = planned.problems.map(documentProblem);
      const answer = { schemaVersion: 1, plan: null, reason, problems };
      if (request.isJson) await print(`${JSON.stringify(answer, null, 1)}\n`);
      process.stderr.write(`ridgepoint: ${reason}\n`);
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

function documentProblem({ code, severity, message }: Problem): DocumentProblem {
  return { code, severity, message };
}

async function planModel(
  request: QuantizeRequest,
): Promise<{ readonly document: QuantizeDocument; readonly input: RecipeInput } | NotPlanned> {
  const progress = progressOnStderr();
  const found = await choicesOf(request, progress);
  if ("reason" in found) return found;
  const { inferred, own, result, problems, support, choices } = found;
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
  const foretold = makePlan(problem, (text) => solver.solve(text));
  const check = request.isChecked
    ? await checkOf(request, found, problem, foretold, progress)
    : undefined;
  const planning = check === undefined ? foretold : { ...foretold, plan: check.kept.plan };
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
      activationBytes: own.peakActivationBytes,
      problems: problems.map(documentProblem),
      check,
      compared: request.compare === undefined ? undefined : planFor(request.compare, found),
    }),
  };
}

async function checkOf(
  request: QuantizeRequest,
  { inferred, bindings, result, modelPath, activationSchemes }: ChoicesFound,
  problem: PlanProblem,
  { plan }: Planning,
  onProgress: Progress,
): Promise<CheckedPlan | undefined> {
  if (plan === undefined) return undefined;
  const check = await checkPlan({
    subject: {
      modelPath,
      ...(inferred.model.trace !== undefined && { model: inferred.model }),
      bindings,
      samples: parseSampleChoice(request.samples ?? "generated:16"),
    },
    graph: inferred.model.graph,
    problem,
    plan,
    schemes: result.schemes,
    activationSchemes,
    cancel: neverCancelled,
    onProgress,
  });
  if (typeof check === "string") throw new UsageError(`The plan is not checked. ${check}`);
  return check;
}

function limitsOf(problem: PlanProblem, { limits, objective }: QuantizeRequest): Limits {
  if (Object.keys(limits).length > 0) return limits;
  if (objective !== "risk")
    throw new UsageError(
      `Objective ${objective} needs a limit: \`--limit risk=0.001\`, for example.`,
    );
  return usualLimits(problem);
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
