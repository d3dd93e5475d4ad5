import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes } from "../../base/units.js";
import { identifierAt } from "../../formats/onnx-text/text-queries.js";
import type { GraphMap, Identifier } from "../../formats/onnx-text/text-map.js";
import type { ValueId } from "../../graph/graph.js";
import { byteCount, typeText } from "../../graph/value-type.js";
import { nodeLabel } from "../layer-cost.js";
import { tensorUses } from "../tensor-uses.js";
import { codeSpan } from "./markdown.js";
import { statementAt, type TextIndex } from "./text-index.js";

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
    ...(producer === undefined ? [] : [`made by ${codeSpan(nodeLabel(analysis, producer))}`]),
    readerCount === 1 ? "read by 1 node" : `read by ${readerCount} nodes`,
  ];
  return {
    span: found.span,
    markdown: `${name} ${codeSpan(typeText(type))}\n\n${facts.join(" · ")}`,
    isMadeHere,
  };
}

/** The value of the analysed graph that a name denotes; in a function, that of its first call. */
function analysedValue(
  analysis: Analysis,
  index: TextIndex,
  graph: GraphMap,
  { span, valueId }: Identifier,
): ValueId | undefined {
  if (graph.kind === "main") return valueId;
  if (graph.kind === "body") {
    const capture = graph.graph.captures.find(({ inner }) => inner === valueId);
    const host = index.map.graphs[graph.host?.graphIndex ?? -1];
    return capture === undefined || host?.kind !== "main" ? undefined : capture.outer;
  }
  const statement = statementAt(index, span.start);
  const first = analysis.model.graph.nodes[statement?.nodeIds[0] ?? -1];
  if (statement === undefined || first === undefined) return undefined;
  const outputIndex = statement.node.outputs.indexOf(valueId);
  const inputIndex = statement.node.inputs.indexOf(valueId);
  const id = outputIndex >= 0 ? first.outputs[outputIndex] : first.inputs[inputIndex];
  return id === undefined || id < 0 ? undefined : id;
}

function roleOf({ model, inferred }: Analysis, id: ValueId): string {
  if (model.graph.values[id]?.weight !== undefined) return "weight";
  if (model.graph.inputs.includes(id)) return "input";
  if (model.graph.outputs.includes(id)) return "output";
  return inferred.isConstant[id] === true ? "constant" : "activation";
}
