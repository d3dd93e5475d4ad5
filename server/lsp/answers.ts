import { anyNetwork } from "../core/targets/default-targets.js";
import type { Analysis } from "../core/analysis.js";
import type { Problem } from "../core/base/problem.js";
import { reportFigures } from "../core/reports/figures.js";
import { configHints } from "../core/views/config/config-hints.js";
import { configHover } from "../core/views/config/config-hover.js";
import { configLens } from "../core/views/config/config-lens.js";
import { publishedErrors } from "../core/reports/published-errors.js";
import { reportFormats } from "../core/reports/index.generated.js";
import { views } from "../core/views/index.generated.js";
import { readSavedPlan } from "../core/quant/plan/saved-plan.js";
import { compareAnalyses } from "../core/views/compare/compare-analyses.js";
import { comparePlans, type PlanSide } from "../core/views/compare/compare-plans.js";
import { view as reportView } from "../core/views/report.js";
import type { GraphParams } from "../core/views/graph.js";
import { measuresOfWeights } from "../core/views/graph/measures.js";
import type { QuantizationParams } from "../core/views/quantization.js";
import type { ServingParams } from "../core/views/serving.js";
import { sourceHints } from "../core/views/source/source-hints.js";
import { sourceHover } from "../core/views/source/source-hover.js";
import { sourceLens } from "../core/views/source/source-lens.js";
import {
  locateInSource,
  nodeIdInSource,
  nodesInSource,
} from "../core/views/source/source-locate.js";
import { fixesAt } from "../core/views/source/source-fixes.js";
import { sourceOutline } from "../core/views/source/source-outline.js";
import { pinAt } from "../core/views/source/source-pins.js";
import { sourceProblems } from "../core/views/source/source-problems.js";
import { foldsOf } from "../core/views/text/folding.js";
import { hintsOf } from "../core/views/text/hints.js";
import { hoverAt } from "../core/views/text/hover.js";
import { kernelDocument } from "../core/views/kernels/kernel-report.js";
import { kernelView } from "../core/views/kernels/kernel-view.js";
import { lensOf } from "../core/views/text/lens.js";
import { locateNode, nodeIdAt, nodesAt } from "../core/views/text/locate.js";
import { mentionsAt } from "../core/views/text/mentions.js";
import { outlineOf } from "../core/views/text/outline.js";
import { findRecipe } from "../core/quant/recipes/recipes.js";
import { formatFixes } from "../core/views/text/format-fixes.js";
import { planLens } from "../core/views/text/plan-lens.js";
import { problemsOf } from "../core/views/text/problems.js";
import { whatIf } from "../core/what-if/what-if.js";
import type { TargetInfo } from "../protocol/requests.js";
import type { Views } from "../protocol/views.js";
import type { Analyst } from "./analyst.js";
import { sourceOf } from "./quant-analyst.js";
import type { Subject, WorkerApi } from "./worker-api.js";

/** What the worker answers: the analyst's knowledge through one view or another. */
export function createAnswers(analyst: Analyst): WorkerApi {
  const versionOf = countVersions();
  return {
    putText: ({ uri, version, text }) => {
      analyst.putText(uri, version, text);
      return null;
    },
    dropText: ({ uri }) => {
      analyst.dropText(uri);
      return null;
    },
    putRun: ({ uri, run }) => {
      analyst.python.putRun(uri, run);
      return null;
    },
    targets: async ({ choice, subject }) => {
      const use = subject === undefined ? anyNetwork : analyst.useOf(subject);
      const { catalogue, targets } = await analyst.catalogues.choose(choice, use);
      const chosen = targets.map((target) => target.id);
      const rank = (id: string): number =>
        (chosen.indexOf(id) + chosen.length + 1) % (chosen.length + 1);
      return catalogue.targets
        .map((target): TargetInfo => {
          const { id, label, chip } = target;
          const isChosen = chosen.includes(id);
          return {
            id,
            label,
            chip: chip.name,
            segment: chip.segment,
            // Whether an unmeasured target borrows is known once its siblings' files are read: the chosen ones are.
            method: isChosen
              ? (target.calibration?.()?.method ?? "roofline")
              : target.isMeasured === true
                ? "calibrated"
                : "",
            isChosen,
          };
        })
        .sort((a, b) => rank(a.id) - rank(b.id));
    },
    view: async ({ subject, view, params }) => {
      if (!Object.hasOwn(views, view))
        return { kind: "failed", message: `There is no view \`${view}\`.` };
      const { analysis, problems } = await analyst.analyse(subject);
      if (analysis === undefined) return { kind: "failed", message: sentences(problems) };
      const make = views[view] as (
        analysis: Analysis,
        params: unknown,
      ) => ReturnType<Views[keyof Views]>;
      if (view === "serving") {
        const served = views.serving(analysis, params as ServingParams, analyst.cancel);
        return { kind: "view", version: versionOf(analysis), view: served };
      }
      if (view === "quantization") {
        const quantified = await analyst.quantified(subject, analysis);
        const filled = analyst.withHistogram(subject, quantified, params as QuantizationParams);
        return {
          kind: "view",
          version: versionOf(analysis),
          view: make(quantified, filled),
        };
      }
      if (
        (view === "graph" || view === "graph-figure") &&
        measuresOfWeights.has((params as GraphParams).measure)
      ) {
        const quantified = await analyst.quantified(subject, analysis);
        return {
          kind: "view",
          version: versionOf(analysis),
          view: make(quantified, params),
        };
      }
      return {
        kind: "view",
        version: versionOf(analysis),
        view: make(analysis, params),
      };
    },
    compare: async ({ left, right, params }) => {
      const after = await analyst.analyse(right);
      const before = left === right ? after : await analyst.analyse(left);
      if (before.analysis === undefined || after.analysis === undefined) {
        const { problems } = before.analysis === undefined ? before : after;
        return { kind: "failed", message: sentences(problems) };
      }
      return { kind: "view", view: compareAnalyses(before.analysis, after.analysis, params) };
    },
    comparePlans: async ({ subject, left, right, limit }) => {
      const sides: PlanSide[] = [];
      for (const file of [left, ...(right === null ? [] : [right])]) {
        const plan = readSavedPlan(file.text, file.name);
        if (typeof plan === "string") return { kind: "failed", message: plan };
        sides.push({ label: file.name, formats: plan.formats });
      }
      const [before, after] = sides;
      const { analysis, problems } = await analyst.analyse(subject);
      if (analysis === undefined || before === undefined)
        return { kind: "failed", message: sentences(problems) };
      const schemes = sides.flatMap(({ formats }) => [...formats.values()]);
      const quantified = await analyst.quantified(subject, analysis, schemes);
      const choices = quantified.quantization?.choices;
      if (choices === undefined)
        return {
          kind: "failed",
          message: "Plans are compared for models whose weights lie in a file, on a chosen target.",
        };
      const view = comparePlans(
        analysis,
        choices,
        after === undefined ? { label: "as it is", formats: new Map() } : before,
        after ?? before,
        limit,
      );
      return { kind: "view", view };
    },
    print: ({ subject }) => {
      const printed = analyst.print(subject);
      const text = "text" in printed ? printed.text : commented(printed.problems);
      return Promise.resolve({ text });
    },
    report: async ({ subject, format, file }) => {
      const render = reportFormats.find((candidate) => candidate.id === format)?.render;
      const { analysis, problems } = await analyst.analyse(subject);
      if (render === undefined || analysis === undefined) throw new Error(sentences(problems));
      const targetLabels = new Map(analysis.targets.map(({ target }) => [target.id, target.label]));
      return {
        text: render(reportView(analysis, { file }), {
          targetLabels,
          width: 120,
          hasMemory: false,
          errors: publishedErrors(analysis),
          ...(format === "html" && { figures: reportFigures(analysis) }),
        }),
      };
    },
    locate: async ({ subject, nodeId, nodeName, offset }) => {
      if (subject.source.kind === "file") return null;
      if (isPython(subject)) {
        const state = await analyst.python.state(subject);
        return offset === undefined
          ? locateInSource(state, { nodeId, nodeName })
          : nodeIdInSource(state, offset);
      }
      const state = await analyst.textState(subject);
      return offset === undefined
        ? locateNode(state, { nodeId, nodeName })
        : nodeIdAt(state, offset);
    },
    whatIf: async ({ subject, offset, changes }) => {
      if (subject.source.kind === "file") return null;
      const place = isPython(subject)
        ? nodesInSource(await analyst.python.state(subject), offset)
        : nodesAt(await analyst.textState(subject), offset);
      if (place === undefined) return null;
      const sizes = new Map(changes.map(({ from, to }) => [from, to]));
      return whatIf(place.analysis, place.nodeIds, sizes, analyst.cancel);
    },
    hints: async ({ subject, span, kinds }) =>
      isConfig(subject)
        ? configHints(await analyst.configState(subject), span, kinds)
        : isPython(subject)
          ? sourceHints(await analyst.sourceState(subject, kinds.quantization), span, kinds)
          : hintsOf(await analyst.textState(subject, kinds.quantization), span, kinds),
    hover: async ({ subject, offset, isQuantized }) =>
      isConfig(subject)
        ? configHover(await analyst.configState(subject), offset)
        : isPython(subject)
          ? sourceHover(await analyst.sourceState(subject, isQuantized), offset)
          : hoverAt(await analyst.textState(subject, isQuantized), offset),
    lens: async ({ subject }) =>
      isConfig(subject)
        ? configLens(await analyst.configState(subject))
        : lensOf(await analyst.textState(subject)),
    sourceLens: async ({ subject, name, pin }) =>
      sourceLens(await analyst.python.state(subject), { name, pin: pin ?? undefined }),
    boundModel: async ({ subject }) => {
      const { analysis, problems } = await analyst.analyse(subject);
      if (analysis === undefined) return { reason: sentences(problems) };
      return (
        sourceOf(subject, analysis) ?? {
          reason: "No file of weights is known for it: choose one, or put one beside it.",
        }
      );
    },
    kernels: async (question) =>
      kernelView(await analyst.kernels.file(question), question.request.text),
    kernelReport: async ({ format, fileName, ...question }) => {
      const render = reportFormats.find((candidate) => candidate.id === format)?.render;
      if (render === undefined) return { text: null };
      const found = await analyst.kernels.file(question);
      const report = kernelDocument(fileName, question.request.text, found);
      return { text: render(report, { targetLabels: new Map(), width: 120, hasMemory: false }) };
    },
    planLens: async ({ subject }) => planLens(await analyst.plan(subject)),
    recipe: async ({ subject, recipe: id }) => {
      const recipe = findRecipe(id);
      const plan = await analyst.plan(subject);
      if (plan.kind === "none") return { reason: plan.reason };
      return recipe === undefined
        ? { reason: `There is no recipe \`${id}\`.` }
        : { text: recipe.write({ ...plan, result: plan.facts.result }) };
    },
    formatFixes: async ({ subject, offset }) =>
      formatFixes(await analyst.textState(subject, true), offset),
    pin: async ({ subject, offset }) => pinAt(await analyst.python.state(subject), offset) ?? null,
    fixes: async ({ subject, offset, isQuantized }) =>
      fixesAt(await analyst.sourceState(subject, isQuantized), offset),
    outline: async ({ subject }) =>
      isPython(subject)
        ? sourceOutline(await analyst.python.state(subject))
        : outlineOf((await analyst.textState(subject)).map),
    folding: async ({ subject }) => foldsOf((await analyst.textState(subject)).map),
    mentions: async ({ subject, offset }) =>
      mentionsAt((await analyst.textState(subject)).map, offset),
    problems: async ({ subject, isQuantized }) =>
      isPython(subject)
        ? sourceProblems(await analyst.sourceState(subject, isQuantized))
        : problemsOf(await analyst.textState(subject, isQuantized)),
  };
}

function isConfig({ source }: Subject): boolean {
  return source.kind === "config";
}

function isPython({ source }: Subject): boolean {
  return source.kind === "python";
}

/** A number per analysis: equal numbers mean equal contents. */
function countVersions(): (analysis: Analysis) => number {
  const versions = new WeakMap<Analysis, number>();
  let next = 1;
  return (analysis) => {
    const version = versions.get(analysis) ?? next++;
    versions.set(analysis, version);
    return version;
  };
}

function sentences(problems: readonly Problem[]): string {
  const first = problems.slice(0, 3).map(({ message }) => message);
  return first.length === 0 ? "The file holds no model." : first.join(" ");
}

function commented(problems: readonly Problem[]): string {
  return sentences(problems)
    .split("\n")
    .map((line) => `# ${line}\n`)
    .join("");
}
