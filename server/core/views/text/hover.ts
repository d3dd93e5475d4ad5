import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatCount, formatMacs, formatShare } from "../../base/units.js";
import { absent, type Node, type NodeId, type ValueId } from "../../graph/graph.js";
import { typeText } from "../../graph/value-type.js";
import { attributeText } from "../attribute-text.js";
import { secondsWithInterval } from "./estimate-text.js";
import { codeCell, codeSpan, plain } from "./markdown.js";
import { nodeCost } from "./node-cost.js";
import { tensorHover } from "./tensor-hover.js";
import { type Statement, statementAt } from "./text-index.js";
import { type TextState, moveBack, moveSpan } from "./text-state.js";

export interface HoverText {
  readonly span: TextSpan;
  readonly markdown: string;
}

/** Over a tensor's name: what the tensor is. Anywhere else in a statement: what its node is and costs. */
export function hoverAt(state: TextState, offset: number): HoverText | null {
  const { numbers } = state;
  if (numbers === undefined) return null;
  const { analysis, index, edit } = numbers;
  const before = moveBack(edit, offset);
  if (before === undefined) return null;
  const mark =
    edit === undefined ? [] : ["*From before the last edit: the text has an error now.*"];
  const tensor = tensorHover(analysis, index, before);
  const statement = statementAt(index, before);
  // On the name of what a node makes, both are of interest.
  const node =
    statement !== undefined && (tensor === undefined || tensor.isMadeHere)
      ? nodeMarkdown(analysis, statement)
      : undefined;
  const parts = [tensor?.markdown, node].filter((part) => part !== undefined);
  const span = moveSpan(edit, tensor?.span ?? statement?.operator ?? { start: 0, end: 0 });
  if (parts.length === 0 || span === undefined) return null;
  return { span, markdown: [...mark, ...parts].join("\n\n") };
}

function nodeMarkdown(analysis: Analysis, statement: Statement): string | undefined {
  const [nodeId] = statement.nodeIds;
  const node = nodeId === undefined ? undefined : analysis.model.graph.nodes[nodeId];
  if (nodeId === undefined || node === undefined) return undefined;
  return [
    titleLine(analysis, nodeId, node, statement.nodeIds.length),
    attributeLine(node),
    `in ${tensorList(analysis, node.inputs)} → out ${tensorList(analysis, node.outputs)}`,
    costTable(analysis, statement.nodeIds),
    ...notes(analysis, nodeId),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function titleLine(analysis: Analysis, nodeId: NodeId, node: Node, callCount: number): string {
  const layer = analysis.layers[nodeId];
  const name = node.name === "" ? "" : ` ${codeSpan(node.name)}`;
  const facts = [
    ...(layer !== undefined && layer.parameterCount > 0
      ? [`${formatCount(layer.parameterCount)} params`]
      : []),
    ...(layer?.macs !== undefined && layer.macs > 0 ? [formatMacs(layer.macs)] : []),
    ...(callCount > 1 ? [`${callCount} calls`] : []),
  ];
  const domain = node.domain === "" || node.domain === "ai.onnx" ? "" : `${plain(node.domain)}.`;
  const title = `**${domain}${plain(node.op)}**${name}`;
  return facts.length === 0 ? title : `${title} · ${facts.join(" · ")}`;
}

const attributeLimit = 12;

function attributeLine({ attributes }: Node): string {
  const shown = [...attributes].slice(0, attributeLimit).map(([name, attribute]) => {
    return `${plain(name)} ${codeSpan(attributeText(attribute).text)}`;
  });
  const rest = attributes.size - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(" · ");
}

const tensorLimit = 6;

function tensorList(analysis: Analysis, ids: readonly ValueId[]): string {
  const given = ids.filter((id) => id !== absent);
  const shown = given
    .slice(0, tensorLimit)
    .map((id) => codeSpan(typeText(analysis.inferred.types[id])));
  const rest = given.length - shown.length;
  return shown.length === 0
    ? "nothing"
    : [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

function costTable(analysis: Analysis, nodeIds: readonly NodeId[]): string {
  if (analysis.targets.length === 0) return "No target is chosen.";
  const rows = analysis.targets.map((target) => {
    const label = target.target.label.replaceAll("|", "¦");
    const cost = nodeCost(analysis, target, nodeIds);
    switch (cost.kind) {
      case "time": {
        const { runtime } = target.target;
        const elsewhere = cost.engine === runtime.engine ? "" : ` on ${cost.engine}`;
        const share = cost.share === undefined ? "?" : formatShare(cost.share);
        return `| ${label} | ${secondsWithInterval(cost.seconds)}${elsewhere} | ${cost.bound} | ${share} | ${cost.seconds.method} |`;
      }
      case "none":
        return `| ${label} | ${cost.word} | | | |`;
      case "unknown":
        return `| ${label} | ? | | | ${codeCell(cost.reason)} |`;
    }
  });
  return [
    "| target | time | bound | share | method |",
    "| :-- | :-- | :-- | --: | :-- |",
    ...rows,
  ].join("\n");
}

/** What the numbers of the first target rest on, and what is wrong with the node. */
function notes(analysis: Analysis, nodeId: NodeId): readonly string[] {
  const target = analysis.targets[0];
  const cost = nodeCost(analysis, target, [nodeId]);
  const reasons = cost.kind === "time" ? cost.reasons : [cost.reason];
  const layer = analysis.layers[nodeId];
  const moved =
    layer?.readBytes === undefined || layer.writeBytes === undefined
      ? []
      : [`Reads ${formatBytes(layer.readBytes)}, writes ${formatBytes(layer.writeBytes)}.`];
  const problems = [...analysis.problems, ...(target?.problems ?? [])]
    .filter((problem) => problem.nodeId === nodeId)
    .map((problem) => `${problem.code} ${problem.message}`);
  return [[...moved, ...reasons, ...problems].map(plain).join("  \n")].filter(
    (text) => text !== "",
  );
}
