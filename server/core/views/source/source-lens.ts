import type { Analysis } from "../../analysis.js";
import { formatBytes, formatMacs, formatParameters, formatShare } from "../../base/units.js";
import type { NodeId } from "../../graph/graph.js";
import { secondsText } from "../text/estimate-text.js";
import { lensTarget, lensTargetLine, moreTargets } from "../text/lens-target.js";
import type { LensText } from "../text/lens.js";
import { summedCost, summedWork } from "../text/summed-cost.js";
import { beforeEditText } from "./source-hints.js";
import type { SourceAnchor } from "./source-syntax.js";
import type { AnalysedModel, SourceNumbers, SourceState } from "./source-state.js";

/**
 * `25.6 M params · 4.09 GMAC · RTX 4090 1.8 ms ~ · peak 61 MiB · fits`: a model's totals; for a class that is a part of
 * the file's main model, its share of that; else why there is no number.
 */
export function sourceLens(
  state: SourceState,
  anchor: Pick<SourceAnchor, "name" | "pin">,
): LensText {
  const { numbers } = state;
  const found = numbers && (wholeOf(numbers, anchor) ?? partOf(numbers, anchor));
  if (numbers === undefined || found === undefined) return withoutNumbers(state, anchor);
  if (numbers.moved === undefined) return found;
  return { title: `was ${found.title}`, tooltip: `${beforeEditText}\n${found.tooltip ?? ""}` };
}

function wholeOf(
  { models }: SourceNumbers,
  anchor: Pick<SourceAnchor, "name" | "pin">,
): LensText | undefined {
  const isMeant = ({ traced }: AnalysedModel): boolean =>
    traced.name === anchor.name &&
    (anchor.pin === undefined || traced.configuration === anchor.pin);
  const model =
    models.find(isMeant) ??
    (anchor.pin === undefined ? models.find((other) => isRootOf(other, anchor.name)) : undefined);
  return model && { title: titleOf(model.analysis), tooltip: tooltipOf(model) };
}

function isRootOf({ analysis }: AnalysedModel, className: string): boolean {
  const modules = analysis.model.trace?.sources.modules ?? [];
  return modules.some((module) => module.path === "" && module.className === className);
}

function titleOf(analysis: Analysis): string {
  const { totals, targets } = analysis;
  const [first] = targets;
  return [
    `${formatParameters(totals.parameterCount)} params`,
    totals.macs === undefined ? "? MAC" : formatMacs(totals.macs),
    ...targets.slice(0, shownTargets).map((target) => lensTarget(target, analysis.goals)),
    ...moreTargets(targets.length, shownTargets),
    ...(first?.peakActivationBytes === undefined
      ? []
      : [`peak ${formatBytes(first.peakActivationBytes)}`]),
    ...(first?.fits === true ? ["fits"] : []),
    ...(totals.uncostedCount > 0 ? [`${totals.uncostedCount} not costed`] : []),
  ].join(" · ");
}

const shownTargets = 2;

function tooltipOf({ analysis, traced }: AnalysedModel): string {
  const inputs = traced.inputs.map(
    ({ name, type, shape }) => `${name}: ${type}[${shape.join(",")}]`,
  );
  const lines = analysis.targets.map((target) => lensTargetLine(target, analysis.goals));
  return [
    traced.entry,
    `${traced.inputsFrom}${inputs.length > 0 ? ` (${inputs.join(", ")})` : ""}`,
    ...lines,
  ].join("\n");
}

/** A class whose layers run as a part of another model: all that runs inside its methods. */
function partOf(
  { models }: SourceNumbers,
  { name, pin }: Pick<SourceAnchor, "name" | "pin">,
): LensText | undefined {
  if (pin !== undefined) return undefined;
  for (const model of models) {
    const { nodeIds, instanceCount } = callsInside(model, name);
    if (nodeIds.length === 0) continue;
    const { analysis, traced } = model;
    const work = summedWork(analysis, nodeIds);
    const cost = summedCost(analysis, analysis.targets[0], nodeIds);
    const chip = analysis.targets[0]?.target.chip.name ?? "";
    const title = [
      `${instanceCount > 0 ? `${instanceCount}× ` : ""}in ${traced.name}`,
      ...(work.parameterCount > 0 ? [`${formatParameters(work.parameterCount)} params`] : []),
      ...(work.macs === undefined ? ["? MAC"] : work.macs > 0 ? [formatMacs(work.macs)] : []),
      ...(cost.kind === "time" ? [`${chip} ${secondsText(cost.seconds)}`] : []),
      ...(cost.kind === "time" && cost.share !== undefined ? [formatShare(cost.share)] : []),
    ].join(" · ");
    return { title, tooltip: tooltipOf(model) };
  }
  return undefined;
}

function callsInside(
  { analysis }: AnalysedModel,
  className: string,
): { readonly nodeIds: readonly NodeId[]; readonly instanceCount: number } {
  const sources = analysis.model.trace?.sources;
  if (sources === undefined) return { nodeIds: [], instanceCount: 0 };
  const isInside = sources.frames.map(
    ({ file, functionName }) =>
      file === sources.mainFile && functionName.startsWith(`${className}.`),
  );
  const nodeIds = sources.callFrames.flatMap((frames, nodeId) =>
    frames.some((frameId) => isInside[frameId] === true) ? [nodeId] : [],
  );
  const instanceCount = sources.modules.filter((module) => module.className === className).length;
  return { nodeIds, instanceCount };
}

function withoutNumbers(
  { program, stop }: SourceState,
  { name, pin }: Pick<SourceAnchor, "name" | "pin">,
): LensText {
  const traced = program?.models.find(
    (model) => model.name === name && (pin === undefined || model.configuration === pin),
  );
  const problem =
    traced?.problems[0] ?? stop ?? program?.problems.find(({ severity }) => severity === "error");
  if (problem !== undefined) return { title: shorten(problem.message), tooltip: problem.message };
  return {
    title: "Not run here",
    tooltip: `Nothing in this file calls ${name}; pin an input above it.`,
  };
}

function shorten(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length > titleLimit ? `${line.slice(0, titleLimit - 1)}…` : line;
}

const titleLimit = 90;
