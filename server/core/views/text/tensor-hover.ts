import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes } from "../../base/units.js";
import { identifierAt } from "../../formats/onnx-text/text-queries.js";
import type { GraphMap, Identifier } from "../../formats/onnx-text/text-map.js";
import type { ValueId } from "../../graph/graph.js";
import { byteCount, typeText } from "../../graph/value-type.js";
import { nodeLabel } from "../layer-cost.js";
import { quantizationText } from "../quantization-text.js";
import { tensorUses } from "../tensor-uses.js";
import { codeSpan } from "./markdown.js";
import { statementAt, type TextIndex } from "./text-index.js";
import { valueByName, valueOf } from "./value-of.js";

/** The tensor whose name stands at the offset: its type, bytes, who makes it and how many read it. */
export function tensorHover(
  analysis: Analysis,
  index: TextIndex,
  offset: number,
):
  { readonly span: TextSpan; readonly markdown: string; readonly isMadeHere: boolean } | undefined {
  const here = identifierAt(index.map, offset);
  if (here === undefined) return undefined;
  const { graph, found } = here;
  const written = graph.graph.values[found.valueId];
  const isMadeHere = found.role === "definition";
  const name = codeSpan(written?.name ?? "");
  const valueId = analysedValue(analysis, index, graph, found);
  if (valueId === undefined) {
    const type = codeSpan(typeText(written?.declared));
    return { span: found.span, markdown: `${name} ${type}`, isMadeHere };
  }
  const value = analysis.model.graph.values[valueId];
  const type = analysis.inferred.types[valueId] ?? value?.declared;
  const bytes = value?.weight?.byteLength ?? byteCount(type);
  const { producers, consumers } = tensorUses(analysis.model.graph);
  const producer = producers.get(valueId);
  const readerCount = consumers.get(valueId)?.length ?? 0;
  const facts = [
    bytes === undefined ? "size not known" : formatBytes(bytes),
    roleOf(analysis, valueId),
    ...(value?.quantization === undefined ? [] : [quantizationText(value.quantization)]),
    ...(producer === undefined ? [] : [`made by ${codeSpan(nodeLabel(analysis, producer))}`]),
    readerCount === 1 ? "read by 1 node" : `read by ${readerCount} nodes`,
  ];
  return {
    span: found.span,
    markdown: `${name} ${codeSpan(typeText(type))}\n\n${facts.join(" · ")}`,
    isMadeHere,
  };
}

function analysedValue(
  analysis: Analysis,
  index: TextIndex,
  graph: GraphMap,
  { span, valueId, role }: Identifier,
): ValueId | undefined {
  if (graph.kind === "body") {
    const outer = graph.graph.captures.find(({ inner }) => inner === valueId)?.outer;
    const host = index.map.graphs[graph.host?.graphIndex ?? -1];
    return outer === undefined || host === undefined
      ? undefined
      : valueByName(analysis, host, outer);
  }
  if (role !== "definition" && role !== "use") return valueByName(analysis, graph, valueId);
  const statement = statementAt(index, span.start);
  if (statement === undefined) return undefined;
  const side = role === "definition" ? "outputs" : "inputs";
  return valueOf(analysis, statement, side, statement.node[side].indexOf(valueId));
}

function roleOf({ model, inferred }: Analysis, id: ValueId): string {
  if (model.graph.values[id]?.weight !== undefined) return "weight";
  if (model.graph.inputs.includes(id)) return "input";
  if (model.graph.outputs.includes(id)) return "output";
  return inferred.isConstant[id] === true ? "constant" : "activation";
}
