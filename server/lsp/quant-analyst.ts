import { useOf } from "../core/targets/default-targets.js";
import path from "node:path";
import type { Analysis, Bindings } from "../core/analysis.js";
import { budgetSeconds } from "../core/goals.js";
import { inferModel } from "../core/analyze.js";
import type { Cancel } from "../core/base/cancel.js";
import type { CacheFormat } from "../core/quant/cache/cache-format.js";
import { activationSchemeIds } from "../core/quant/formats/activation-scheme.js";
import { parseScheme, type FormatTable, type Scheme } from "../core/quant/formats/scheme.js";
import { usualSchemeIds } from "../core/quant/default-schemes.js";
import { type QuantizationFacts, layerOfNode } from "../core/quant/facts.js";
import { effectiveRank } from "../core/quant/measure/effective-rank.js";
import { weightHistogram, type WeightHistogram } from "../core/quant/measure/histogram.js";
import { modelChoices } from "../core/quant/plan/choices.js";
import { supportOf, type RuntimeSupport } from "../core/quant/plan/support.js";
import { quantizationProblems } from "../core/quant/problems.js";
import { usualPlan } from "../core/quant/plan/usual-plan.js";
import { asIfHarmless, isMeasured, unmeasuredResult } from "../core/quant/unmeasured.js";
import type { ProposedPlan } from "../core/views/text/plan-lens.js";
import { loadSolver } from "../engines/highs/solver.js";
import { layerWeights } from "../core/quant/weights.js";
import type { Model, NodeId } from "../core/graph/graph.js";
import { weightsOfSource } from "../io/quant/weights-of-source.js";
import { loadCacheFormats } from "../io/cache-format-files.js";
import { loadFormats } from "../io/format-files.js";
import { quantify, type Quantified } from "../io/quant/quantify.js";
import { openLayerWeight, openTaskFiles } from "../io/quant/weight-task.js";
import { loadSupport } from "../io/support-files.js";
import type { Catalogues } from "./catalogues.js";
import { pathOf, sourceFileOf } from "./subject.js";
import type { Subject } from "./worker-api.js";

/** Adds to an analysis what quantization does to the model. Computed when it is asked for, once for each analysis. */
export class QuantAnalyst {
  readonly #catalogues: Catalogues;
  readonly #dataFolder: string;
  readonly #cancel: Cancel;
  readonly #known = new WeakMap<Analysis, Known>();
  readonly #plans = new WeakMap<
    QuantizationFacts,
    { readonly pinText: string; readonly proposed: ProposedPlan }
  >();
  #formats: FormatTable | undefined;
  #supports: readonly RuntimeSupport[] | undefined;
  #caches: readonly CacheFormat[] | undefined;

  constructor(dataFolder: string, catalogues: Catalogues, cancel: Cancel) {
    this.#dataFolder = dataFolder;
    this.#catalogues = catalogues;
    this.#cancel = cancel;
  }

  /** The analysis with its facts and problems; as it is where there is no file to read weights from. */
  async quantified(
    subject: Subject,
    analysis: Analysis,
    bindings: Bindings,
    more: readonly string[],
  ): Promise<Analysis> {
    const target = analysis.targets[0]?.target;
    const support =
      target === undefined ? undefined : supportOf(this.#support(), target.runtime.id);
    const usual = usualSchemeIds(support, analysis.model.graph);
    const rest = [...new Set(more)].filter((id) => id !== "" && !usual.includes(id));
    const known = rest.length > 0 ? undefined : this.#known.get(analysis);
    if (known !== undefined && known.source === subject.measured?.source) return known.analysis;
    const source = sourceOf(subject, analysis);
    if (source === undefined && subject.source.kind !== "python") return analysis;
    const schemes = this.#schemes([...usual, ...rest.slice(0, extraSchemeLimit)]);
    const { result, problems } =
      source === undefined
        ? withoutWeights(subject, analysis, schemes)
        : await quantify({
            ...source,
            schemes,
            activationSchemes: this.#schemes(activationSchemeIds),
            cacheFormats: this.#cacheFormats(),
            cancel: this.#cancel,
            ...(subject.measured !== undefined && { known: subject.measured }),
          });
    const { catalogue } = await this.#catalogues.choose(subject.choice, useOf(analysis.model));
    const facts: QuantizationFacts = {
      result,
      support,
      choices:
        target === undefined
          ? undefined
          : modelChoices(
              inferModel(analysis.model, bindings, this.#cancel),
              target,
              isMeasured(result) ? result : asIfHarmless(result),
              support,
              catalogue,
              this.#cancel,
            ),
    };
    const made: Analysis = {
      ...analysis,
      quantization: facts,
      problems: [
        ...analysis.problems,
        ...problems,
        ...quantizationProblems(analysis.model.graph, facts),
      ],
    };
    if (rest.length === 0)
      this.#known.set(analysis, { source: subject.measured?.source, analysis: made });
    return made;
  }

  /** What is proposed for a model whose facts are known, with the formats that are fixed for some layers. */
  async plan(
    { model, quantization: facts }: Analysis,
    name: string,
    pins: ReadonlyMap<NodeId, string>,
    { goals, batch }: Pick<Subject, "goals" | "batch">,
  ): Promise<ProposedPlan> {
    const choices = facts?.choices;
    if (facts === undefined || choices === undefined || facts.result.layers.length === 0)
      return {
        kind: "none",
        reason: "The model has no layers with weights, or no target is chosen.",
      };
    if (!isMeasured(facts.result)) return { kind: "none", reason: facts.result.sensitivitySource };
    const budget = goals?.budget;
    const seconds = budget && budgetSeconds(budget, batch ?? undefined);
    const pinText = JSON.stringify([seconds, ...pins]);
    const before = this.#plans.get(facts);
    if (before?.pinText === pinText) return before.proposed;
    const solver = await loadSolver();
    const { planning, problem } = usualPlan(model.graph, choices, pins, seconds, (text) =>
      solver.solve(text),
    );
    const { plan, reason = "" } = planning;
    const proposed: ProposedPlan =
      plan === undefined
        ? { kind: "none", reason }
        : {
            kind: "plan",
            name,
            graph: model.graph,
            facts,
            choices: problem.choices,
            planning,
            schemes: plan.schemes,
            totals: plan.totals,
            pinCount: pins.size,
            ...(budget !== undefined && { budget }),
          };
    this.#plans.set(facts, { pinText, proposed });
    return proposed;
  }

  /** Of the layer's first weight, with the grid of a format. */
  histogram(
    subject: Subject,
    analysis: Analysis,
    nodeId: number,
    format: string | undefined,
  ): WeightHistogram | undefined {
    const { quantization } = analysis;
    const source = sourceOf(subject, analysis);
    const layer = quantization && layerOfNode(quantization, nodeId);
    const own =
      source && layerWeights(source.model.graph).find((weight) => weight.nodeId === nodeId);
    if (source === undefined || layer === undefined || own === undefined) return undefined;
    const scheme =
      quantization?.result.schemes.find(({ id }) => id === format) ?? this.#schemes(["int4"])[0];
    const files = openTaskFiles(source.modelPath);
    try {
      const elements = openLayerWeight(files, own);
      return elements === undefined || scheme === undefined
        ? undefined
        : {
            ...weightHistogram(elements, own.shape.rows * own.shape.columns, layer, scheme),
            rank: effectiveRank(elements, own.shape),
          };
    } finally {
      files.close();
    }
  }

  #schemes(ids: readonly string[]): readonly Scheme[] {
    this.#formats ??= loadFormats(this.#dataFolder).value;
    const formats = this.#formats;
    return ids.flatMap((id) => {
      const scheme = parseScheme(id, formats);
      return typeof scheme === "string" ? [] : [scheme];
    });
  }

  #cacheFormats(): readonly CacheFormat[] {
    this.#formats ??= loadFormats(this.#dataFolder).value;
    this.#caches ??= loadCacheFormats(this.#dataFolder, this.#formats).value;
    return this.#caches;
  }

  #support(): readonly RuntimeSupport[] {
    this.#supports ??= loadSupport(this.#dataFolder).value;
    return this.#supports;
  }
}

/** A plan with more formats than this is no plan. */
const extraSchemeLimit = 24;

/** The model with where its weights lie: in its own file, or in one that is chosen for Python source or stands beside it. */
export function sourceOf(
  subject: Subject,
  { model }: Pick<Analysis, "model">,
): { readonly modelPath: string; readonly model: Model } | undefined {
  const modelPath = pathOf(subject);
  if (modelPath !== undefined) return { modelPath, model };
  const file = sourceFileOf(subject);
  if (file === undefined) return undefined;
  const bound = weightsOfSource(model, file, subject.weights);
  return bound && { modelPath: bound.weightsFile, model: bound.model };
}

function withoutWeights(
  { weights }: Subject,
  { model }: Analysis,
  schemes: readonly Scheme[],
): Quantified {
  const why =
    weights === undefined
      ? "not known, because no file beside the source has its weights"
      : `not known, because \`${path.basename(weights)}\` has no tensor by a name and shape of the state dict`;
  const message =
    weights === undefined
      ? "What formats lose is not known: no file beside the source has the model's weights. Choose one by `# ridgepoint: weights=FILE` above the class, or by Choose Weight File…."
      : `\`${weights}\` has no tensor by a name and shape of the model's state dict.`;
  const result = unmeasuredResult(model.graph, schemes, why);
  return {
    result,
    problems:
      result.layers.length === 0 ? [] : [{ code: "RP2313", severity: "information", message }],
  };
}

interface Known {
  /** Of measured sensitivities. */
  readonly source: string | undefined;
  readonly analysis: Analysis;
}
