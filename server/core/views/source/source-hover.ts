import type { Analysis } from "../../analysis.js";
import { formatBytes, formatMacs, formatParameters } from "../../base/units.js";
import { absent, type NodeId, type SourceModule } from "../../graph/graph.js";
import { typeText } from "../../graph/value-type.js";
import { achievedText } from "../achieved.js";
import { deploymentNote } from "../deployment-note.js";
import { costTable, errorSentence } from "../text/cost-table.js";
import { secondsText, secondsWithInterval } from "../text/estimate-text.js";
import type { HoverText } from "../text/hover.js";
import { codeCell, codeSpan, link, plain } from "../text/markdown.js";
import { instancesOf, instancesText } from "./instances.js";
import { layerTitle } from "./layer-title.js";
import { summedCost, summedWork } from "../text/summed-cost.js";
import { type SourceRow, type SourceSite, siteAt } from "./source-index.js";
import { quantizationTable } from "../text/quantization-text.js";
import { beforeEditText, quantizedNodes } from "./source-hints.js";
import { sourceAnchors } from "./source-syntax.js";
import type { AnalysedModel, SourceNumbers, SourceState } from "./source-state.js";

/** Over an expression that makes layers or calls operators: what they are and cost, all together. */
export function sourceHover(
  { text, numbers, quantization }: SourceState,
  offset: number,
): HoverText | null {
  if (numbers === undefined) return null;
  const { index, moved } = numbers;
  const before = moved === undefined ? offset : moved.toOld(offset);
  const site = before === undefined ? undefined : siteAt(index, before);
  const span = moved === undefined ? site?.span : site && moved.toNew(site.span);
  const pins = pinsHover(text, numbers, offset);
  if (pins !== undefined) return pins;
  if (site === undefined || span === undefined) return null;
  const mark = moved === undefined ? [] : [`*${beforeEditText}*`];
  const facts = site.model === numbers.models[0] ? quantization : undefined;
  const [layer] = facts === undefined ? [] : quantizedNodes(facts, site);
  const formats = facts === undefined || layer === undefined ? "" : quantizationTable(facts, layer);
  const parts = [...mark, siteMarkdown(site, numbers.models.length > 1), formats];
  return { span, markdown: parts.filter((part) => part !== "").join("\n\n") };
}

/** Over a pin: all pins of its model, side by side. */
function pinsHover(
  text: string,
  { models, moved }: SourceNumbers,
  offset: number,
): HoverText | undefined {
  const anchors = sourceAnchors(text).filter(({ pin }) => pin !== undefined);
  const here = anchors.find(({ span }) => span.start <= offset && offset <= span.end);
  const listed = models.filter(
    ({ traced }) => traced.name === here?.name && traced.configuration !== "",
  );
  const [first] = listed;
  if (here === undefined || first === undefined) return undefined;
  const labels = first.analysis.targets.map(({ target }) => target.label.replaceAll("|", "¦"));
  const rows = listed.map(({ traced, analysis }) => {
    const { parameterCount, macs } = analysis.totals;
    const cells = [
      `${traced.configuration === here.pin ? "**→** " : ""}${codeCell(traced.configuration)}`,
      formatParameters(parameterCount),
      macs === undefined ? "?" : formatMacs(macs),
      ...analysis.targets.map(({ latency, fits }) =>
        fits === false
          ? "does not fit"
          : latency === undefined
            ? "?"
            : secondsWithInterval(latency),
      ),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head = `| ${[plain(here.name), "params", "MAC", ...labels].join(" | ")} |`;
  const rule = `| :-- | --: | --: |${" --: |".repeat(labels.length)}`;
  const mark = moved === undefined ? [] : [`*${beforeEditText}*`];
  return { span: here.span, markdown: [...mark, [head, rule, ...rows].join("\n")].join("\n\n") };
}

function siteMarkdown(site: SourceSite, isOneOfSeveral: boolean): string {
  const { model, nodeIds } = site;
  return [
    titleLine(site),
    tensorLine(model.analysis, nodeIds),
    costTable(model.analysis, nodeIds),
    ...(nodeIds.length === 1 ? [notes(model.analysis, nodeIds[0] ?? absent)] : []),
    errorSentence(model.analysis),
    deploymentNote(model.analysis.targets[0], nodeIds).map(plain).join(""),
    instanceList(site),
    originLine(model, isOneOfSeveral),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function titleLine(site: SourceSite): string {
  const { model, nodeIds } = site;
  const work = summedWork(model.analysis, nodeIds);
  const facts = [
    ...(work.parameterCount > 0 ? [`${formatParameters(work.parameterCount)} params`] : []),
    ...(work.macs === undefined ? ["? MAC"] : work.macs > 0 ? [formatMacs(work.macs)] : []),
    ...(nodeIds.length > 1 ? [instancesText(site)] : []),
  ];
  return [`**${plain(layerTitle(site))}**`, ...facts].join(" · ");
}

const tensorLimit = 4;

/** Of one call, its operands; of several, what flows into the first and out of the last. */
function tensorLine({ model, inferred }: Analysis, nodeIds: readonly NodeId[]): string {
  const { nodes, values } = model.graph;
  const first = nodes[nodeIds[0] ?? absent];
  const last = nodes[nodeIds[nodeIds.length - 1] ?? absent];
  if (first === undefined || last === undefined) return "";
  const textOf = (id: number): string => codeSpan(typeText(inferred.types[id]));
  const inputs = first.inputs.filter((id) => id !== absent && values[id]?.weight === undefined);
  const outputs = last.outputs.filter((id) => id !== absent);
  const list = (ids: readonly number[]): string => {
    if (ids.length === 0) return "nothing";
    const rest = ids.length > tensorLimit ? [`${ids.length - tensorLimit} more`] : [];
    return [...ids.slice(0, tensorLimit).map(textOf), ...rest].join(", ");
  };
  return `in ${list(inputs)} → out ${list(outputs)}`;
}

/** What the first target's number rests on. */
function notes(analysis: Analysis, nodeId: NodeId): string {
  const cost = summedCost(analysis, analysis.targets[0], [nodeId]);
  const layer = analysis.layers[nodeId];
  const moved =
    layer?.readBytes === undefined || layer.writeBytes === undefined
      ? []
      : [`Reads ${formatBytes(layer.readBytes)}, writes ${formatBytes(layer.writeBytes)}.`];
  const reasons = cost.kind === "time" ? cost.reasons : [cost.reason];
  const achieved = achievedText(analysis.targets[0], nodeId);
  return [...moved, ...achieved, ...reasons].map(plain).join("  \n");
}

const instanceLimit = 8;

/** The heaviest instances, where the place stands for several. */
function instanceList(calls: Pick<SourceRow, "model" | "nodeIds">): string {
  const instances = instancesOf(calls);
  if (instances.length < 2) return "";
  const { analysis } = calls.model;
  const target = analysis.targets[0];
  const rows = instances.map(({ module, nodeIds }) => {
    const cost = summedCost(analysis, target, nodeIds);
    const seconds = cost.kind === "time" ? cost.seconds.value : 0;
    const text =
      cost.kind === "time" ? secondsText(cost.seconds) : cost.kind === "none" ? cost.word : "?";
    const count = nodeIds.length > 1 ? ` (${nodeIds.length} calls)` : "";
    const name = module.path === "" ? module.className : module.path;
    return { seconds, text: `- ${linkTo(calls, module, name)} ${text}${count}` };
  });
  const isLong = rows.length > instanceLimit;
  const shown = isLong
    ? [...rows].sort((a, b) => b.seconds - a.seconds).slice(0, instanceLimit)
    : rows;
  const rest = isLong ? [`- ${rows.length - instanceLimit} more`] : [];
  return [...shown.map(({ text }) => text), ...rest].join("\n");
}

/** The name, as a link to the line of the model that leads to the layer: not to the one line that all of them share. */
function linkTo({ model }: Pick<SourceRow, "model">, module: SourceModule, name: string): string {
  const sources = model.analysis.model.trace?.sources;
  const root = new Set(sources?.modules.find(({ path }) => path === "")?.creationFrames);
  const frames = module.creationFrames.flatMap((frameId) => {
    const frame = root.has(frameId) ? undefined : sources?.frames[frameId];
    return frame === undefined ? [] : [frame];
  });
  const own = frames.filter(({ file }) => file === sources?.mainFile);
  const frame = own[own.length - 1] ?? frames[0];
  if (frame === undefined) return codeSpan(name);
  const path = frame.file.replaceAll("\\", "/");
  const address = path.startsWith("file:")
    ? path
    : encodeURI(`file://${path.startsWith("/") ? "" : "/"}${path}`);
  return link(codeSpan(name), `${address}#L${frame.line + 1}`);
}

/** Where the inputs come from: every number rests on it. */
function originLine({ traced }: AnalysedModel, isNamed: boolean): string {
  const inputs = traced.inputs
    .slice(0, tensorLimit)
    .map(({ name, type, shape }) => codeSpan(`${name}: ${type}[${shape.join(",")}]`));
  const name = isNamed ? `${plain(traced.name)}, ` : "";
  const source = traced.inputsFrom.replace(/^input: /, "input ");
  return `${name}${plain(source)}${inputs.length > 0 ? `: ${inputs.join(", ")}` : ""}`;
}
