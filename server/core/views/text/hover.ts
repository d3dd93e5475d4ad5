import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatMacs, formatParameters } from "../../base/units.js";
import { absent, type Node, type NodeId } from "../../graph/graph.js";
import { typeText } from "../../graph/value-type.js";
import { achievedText } from "../achieved.js";
import { attributeText } from "../attribute-text.js";
import { deploymentNote } from "../deployment-note.js";
import { costTable, errorSentence } from "./cost-table.js";
import { codeSpan, plain } from "./markdown.js";
import { nodeCost } from "./node-cost.js";
import { quantizationTable } from "./quantization-text.js";
import { tensorHover } from "./tensor-hover.js";
import { type Statement, statementAt } from "./text-index.js";
import { outputTypeOf, valueOf } from "./value-of.js";
import { type TextState, moveBack, moveSpan, oldNumbersText } from "./text-state.js";

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
  const tensor = tensorHover(analysis, index, before);
  const statement = statementAt(index, before);
  // On the name of what a node makes, both are of interest.
  const node =
    statement !== undefined && (tensor === undefined || tensor.isMadeHere)
      ? nodeMarkdown(analysis, statement)
      : undefined;
  const parts = [tensor?.markdown, node].filter((part) => part !== undefined);
  const at = tensor?.span ?? statement?.map.operator;
  const span = at && moveSpan(edit, at);
  if (parts.length === 0 || span === undefined) return null;
  const mark = edit === undefined ? [] : [`*${oldNumbersText}*`];
  return { span, markdown: [...mark, ...parts].join("\n\n") };
}

function nodeMarkdown(analysis: Analysis, statement: Statement): string {
  const { graph, node, nodeIds } = statement;
  const head = [titleLine(analysis, statement), attributeLine(node)];
  const cost =
    nodeIds.length === 0
      ? [graph.kind === "body" ? inBodyText : "Nothing calls this function: it costs nothing."]
      : [
          tensorLine(analysis, statement),
          costTable(analysis, nodeIds),
          ...(analysis.quantization !== undefined && nodeIds.length === 1
            ? [quantizationTable(analysis.quantization, nodeIds[0] ?? -1)]
            : []),
          ...(nodeIds.length === 1 ? notes(analysis, nodeIds[0] ?? -1) : []),
          errorSentence(analysis),
        ];
  return [...head, ...cost].filter((part) => part !== "").join("\n\n");
}

const inBodyText = "Its cost stands at the node that holds this body.";

function titleLine(analysis: Analysis, { graph, node, nodeIds }: Statement): string {
  const layers = nodeIds.flatMap((nodeId) => analysis.layers[nodeId] ?? []);
  const parameterCount = layers.reduce((sum, layer) => sum + layer.parameterCount, 0);
  const macs = layers.reduce((sum, layer) => sum + (layer.macs ?? 0), 0);
  const facts = [
    ...(parameterCount > 0 ? [`${formatParameters(parameterCount)} params`] : []),
    ...(macs > 0 ? [formatMacs(macs)] : []),
    ...(nodeIds.length > 1
      ? [`${nodeIds.length} ${graph.kind === "function" ? "calls" : "nodes"}`]
      : []),
  ];
  const domain = node.domain === "" || node.domain === "ai.onnx" ? "" : `${plain(node.domain)}.`;
  const name = node.name === "" ? "" : ` ${codeSpan(node.name)}`;
  return [`**${domain}${plain(node.op)}**${name}`, ...facts].join(" · ");
}

const attributeLimit = 12;

function attributeLine({ attributes }: Node): string {
  const shown = [...attributes].slice(0, attributeLimit).map(([name, attribute]) => {
    return `${plain(name)} ${codeSpan(attributeText(attribute).text)}`;
  });
  return withRest(shown, attributes.size).join(" · ");
}

const tensorLimit = 6;

function tensorLine(analysis: Analysis, statement: Statement): string {
  const { node } = statement;
  const inputs = node.inputs.flatMap((written, index) => {
    if (written === absent) return [];
    const id = valueOf(analysis, statement, "inputs", index);
    return [codeSpan(typeText(id === undefined ? undefined : analysis.inferred.types[id]))];
  });
  const outputs = node.outputs.flatMap((id, index) =>
    id === absent ? [] : [codeSpan(typeText(outputTypeOf(analysis, statement, index)))],
  );
  const list = (all: readonly string[]): string =>
    all.length === 0 ? "nothing" : withRest(all.slice(0, tensorLimit), all.length).join(", ");
  return `in ${list(inputs)} → out ${list(outputs)}`;
}

function withRest(shown: readonly string[], count: number): readonly string[] {
  return count > shown.length ? [...shown, `${count - shown.length} more`] : shown;
}

/** What the numbers of the first target rest on, and what is wrong with the node. */
function notes(analysis: Analysis, nodeId: NodeId): readonly string[] {
  const target = analysis.targets[0];
  const cost = nodeCost(analysis, target, nodeId);
  const reasons = cost.kind === "time" ? cost.reasons : [cost.reason];
  const layer = analysis.layers[nodeId];
  const moved =
    layer?.readBytes === undefined || layer.writeBytes === undefined
      ? []
      : [`Reads ${formatBytes(layer.readBytes)}, writes ${formatBytes(layer.writeBytes)}.`];
  const problems = [...analysis.problems, ...(target?.problems ?? [])]
    .filter((problem) => problem.nodeId === nodeId)
    .map((problem) => `${problem.code} ${problem.message}`);
  const sentences = [
    ...moved,
    ...achievedText(target, nodeId),
    ...deploymentNote(target, [nodeId]),
    ...reasons,
    ...problems,
  ];
  return [sentences.map(plain).join("  \n")];
}
