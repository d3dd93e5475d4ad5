import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { activationSchemeIds } from "../../../server/core/quant/formats/activation-scheme.js";
import { parseScheme, type Scheme } from "../../../server/core/quant/formats/scheme.js";
import {
  calibrationsOf,
  measuredPlans,
} from "../../../server/core/quant/measured/measured-plans.js";
import { editOnnx } from "../../../server/core/quant/measured/onnx-edit.js";
import type { Feeds, Made, Session } from "../../../server/core/quant/measured/session.js";
import { runPlan } from "../../../server/core/quant/plan/candidates.js";
import { errorOverKinds } from "../../../server/core/quant/plan/run-candidates.js";
import { modelChoices } from "../../../server/core/quant/plan/choices.js";
import { groupLayers } from "../../../server/core/quant/plan/groups.js";
import { makePlan, type Plan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { supportOf } from "../../../server/core/quant/plan/support.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { loadCatalogue } from "../../../server/io/catalogue-files.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { checkPlan } from "../../../server/io/quant/check-plan.js";
import { openRun } from "../../../server/io/quant/open-run.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { loadSupport } from "../../../server/io/support-files.js";
import { samples } from "./ort-truth.js";

const schemeIds = ["int8", "int8@tensor", "uint8", "int4-g32", "int4-g128", "fp16"];
export interface JudgedPlan {
  readonly name: string;
  /** Of the outputs in ONNX Runtime. */
  readonly error: number;
  /** Foretold. */
  readonly risk: number;
}

/** Plans that take the same time. */
export interface ComparedPlans {
  readonly seconds: number;
  /** Every layer has its fastest format, and none has another that would keep the latency: there is nothing to mix. */
  readonly isOnlyPlan: boolean;
  /** Foretold to err least. */
  readonly mixed: JudgedPlan;
  /** What is kept of it and its rivals when they are run. */
  readonly checked: JudgedPlan;
  /** Of the plans of one format that take no longer the one with the least measured error. */
  readonly uniform: JudgedPlan;
}

/**
 * At the latency of each plan of one format: the mixed plan beside the best of one format, judged on random samples.
 * `quantize --check` runs plans on others.
 */
export async function comparePlans(
  file: string,
  targetId: string,
  sampleCounts: { readonly checked: number; readonly judged: number },
): Promise<readonly ComparedPlans[]> {
  const dataFolder = path.resolve("server/data");
  const { value: catalogue } = await loadCatalogue({ dataFolder, chipFolders: [] });
  const target = catalogue.find(targetId);
  const read = readModelFile(file).value;
  if (read === undefined || target === undefined) return [];
  const formats = loadFormats(dataFolder).value;
  const schemesOf = (ids: readonly string[]): readonly Scheme[] =>
    ids.map((id) => parseScheme(id, formats)).filter((one) => typeof one !== "string");
  const schemes = schemesOf(schemeIds);
  const activationSchemes = schemesOf(activationSchemeIds);
  const bindings = { inputs: new Map(), dims: new Map() };
  const inferred = inferModel(read, bindings, neverCancelled);
  const { graph } = inferred.model;
  const { result } = await quantify({
    ...{ model: inferred.model, modelPath: file, schemes, activationSchemes },
    cancel: neverCancelled,
  });
  const support = supportOf(loadSupport(dataFolder).value, target.runtime.id);
  const choices = modelChoices(inferred, target, result, support, catalogue, neverCancelled);
  const groups = groupLayers(graph, choices.layers, { sharesInput: true });
  const solver = await loadSolver();
  const problemOf = (limits: PlanProblem["limits"]): PlanProblem => ({
    ...{ choices, groups, limits },
    objective: "risk",
  });

  const run = openRun(
    { modelPath: file, bindings, samples: { kind: "generated", count: 1 } },
    neverCancelled,
  );
  const judged = judgesSamples(run.samples, sampleCounts.judged);
  const kinds = judged.map((_, index) => (index < judged.length / 2 ? 0 : 1));
  const errorsOf = async (plans: readonly Pick<Plan, "schemes">[]): Promise<readonly number[]> => {
    const { energies, squares } = await measuredPlans({
      ...run,
      samples: judged,
      calibrations: calibrationsOf(judged.length),
      open: (edit) => openNative(editOnnx(run.bytes, edit)),
      plans: plans.map((plan) => runPlan(choices, plan, schemes, activationSchemes)),
      cancel: neverCancelled,
    });
    return squares.map((own) => errorOverKinds(own, energies, kinds));
  };

  const { uniform: named } = makePlan(problemOf({}), (text) => solver.solve(text));
  const uniformErrors = await errorsOf(
    named.map(({ name }) => ({
      schemes: new Map(
        choices.layers.map(({ nodeId, choices: own }) => {
          const taken = own.find(({ schemeId }) => schemeId === name) ?? own[0];
          return [nodeId, taken?.schemeId ?? ""];
        }),
      ),
    })),
  );
  const uniform = named.map(({ name, totals }, index) => ({
    ...{ name, latency: totals.latency, risk: totals.risk },
    error: uniformErrors[index] ?? NaN,
  }));
  const compared: ComparedPlans[] = [];
  const speeds = new Map(uniform.map((own) => [own.latency.toPrecision(6), own]));
  for (const own of speeds.values()) {
    const limit = own.latency * (1 + 1e-6);
    const rivals = uniform.filter(({ latency }) => latency <= limit);
    const best = rivals.reduce((least, one) => (one.error < least.error ? one : least));
    // Where the target's own precision is as fast, no format has anything to win.
    if (best.name === "") continue;
    const problem = problemOf({ latency: limit });
    const { plan } = makePlan(problem, (text) => solver.solve(text));
    if (plan === undefined) continue;
    const room = limit - plan.totals.latency;
    const isOnlyPlan = choices.layers.every(({ nodeId, choices: all }) => {
      const taken = all.find(({ schemeId }) => schemeId === plan.schemes.get(nodeId));
      return all.every((one) => one === taken || one.seconds - (taken?.seconds ?? 0) > room);
    });
    const check = await checkPlan({
      ...{ graph, problem, plan, schemes, activationSchemes },
      subject: {
        modelPath: file,
        bindings,
        samples: { kind: "generated", count: sampleCounts.checked },
      },
      cancel: neverCancelled,
      onProgress: () => undefined,
    });
    if (typeof check === "string") throw new Error(check);
    const [mixedError = NaN, checkedError = NaN] = await errorsOf([plan, check.kept.plan]);
    const { name, plan: kept } = check.kept;
    compared.push({
      ...{ seconds: own.latency, isOnlyPlan, uniform: best },
      mixed: { name: "mixed", error: mixedError, risk: plan.totals.risk },
      checked: { name, error: checkedError, risk: kept.totals.risk },
    });
  }
  run.close();
  return compared;
}

/** Random samples of the shape of the model's one input. */
function judgesSamples([first]: readonly Feeds[], count: number): readonly Feeds[] {
  const [[name, feed] = []] = first ?? new Map();
  if (name === undefined || feed === undefined) return [];
  const model = { bytes: new Uint8Array(0), inputName: name, shape: feed.shape };
  const made = samples(model, count).map(
    (data): Feeds => new Map([[name, { elementType: "float32", shape: feed.shape, data }]]),
  );
  // Every other one is of another kind; kinds one after the other.
  const ofKind = (kind: number) => made.filter((_, index) => index % 2 === kind);
  return [...ofKind(0), ...ofKind(1)];
}

/** Another build of ONNX Runtime than the one that plans are checked in. */
async function openNative(model: Uint8Array): Promise<Session> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    // Fused integer kernels round once more between layers than the plan says.
    graphOptimizationLevel: "disabled",
  });
  return {
    close: () => session.release(),
    run: async (feeds, outputs) => {
      const given = [...feeds].map(([name, { data, shape }]): [string, Tensor] => [
        name,
        new Tensor("float32", data as Float32Array, [...shape]),
      ]);
      const made = await session.run(Object.fromEntries(given), [...outputs]);
      return new Map(
        Object.entries(made).map(([name, { data, dims }]): [string, Made] => [
          name,
          { shape: dims, data: data as Float32Array },
        ]),
      );
    },
  };
}
