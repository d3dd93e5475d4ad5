import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes } from "../../base/units.js";
import type { Value, ValueId } from "../../graph/graph.js";
import { byteCount, typeText } from "../../graph/value-type.js";
import { nodeLabel } from "../layer-cost.js";
import { tensorUses } from "../tensor-uses.js";
import { codeSpan } from "./markdown.js";
import { mentionsAt } from "./mentions.js";
import { statementAt, type TextIndex } from "./text-index.js";

/** The tensor whose name stands at the offset: its type, bytes, who makes it and how many read it. */
export function tensorHover(
  analysis: Analysis,
  index: TextIndex,
  offset: number,
):
  { readonly span: TextSpan; readonly markdown: string; readonly isMadeHere: boolean } | undefined {
  const mentions = mentionsAt(index, offset);
  const here = mentions.find(({ span }) => span.start <= offset && offset <= span.end);
  if (here === undefined) return undefined;
  const valueId = valueAt(analysis, index, offset, here.name);
  if (valueId === undefined) return undefined;
  const value = analysis.model.graph.values[valueId];
  const type = analysis.inferred.types[valueId] ?? value?.declared;
  const bytes = value?.weight?.byteLength ?? byteCount(type);
  const { producers, consumers } = tensorUses(analysis.model.graph);
  const producer = producers.get(valueId);
  const readerCount = consumers.get(valueId)?.length ?? 0;
  const facts = [
    bytes === undefined ? "size not known" : formatBytes(bytes),
    roleOf(analysis, valueId, value),
    ...(producer === undefined ? [] : [`made by ${codeSpan(nodeLabel(analysis, producer))}`]),
    readerCount === 1 ? "read by 1 node" : `read by ${readerCount} nodes`,
  ];
  return {
    span: here.span,
    markdown: `${codeSpan(here.name)} ${codeSpan(typeText(type))}\n\n${facts.join(" · ")}`,
    isMadeHere: here.isDefinition && producer !== undefined,
  };
}

/** By the node that the name stands in where there is one: names of function bodies repeat with every call. */
function valueAt(
  analysis: Analysis,
  index: TextIndex,
  offset: number,
  name: string,
): ValueId | undefined {
  const statement = statementAt(index, offset);
  const nodeId = statement?.nodeIds[0];
  if (statement !== undefined && nodeId !== undefined) {
    const node = analysis.model.graph.nodes[nodeId];
    const inputIndex = statement.inputs.findIndex((use) => use.name === name);
    const outputIndex = statement.outputs.findIndex((use) => use.name === name);
    const id = outputIndex >= 0 ? node?.outputs[outputIndex] : node?.inputs[inputIndex];
    if (id !== undefined && id >= 0) return id;
  }
  return valuesByName(analysis).get(name);
}

function roleOf({ model, inferred }: Analysis, id: ValueId, value: Value | undefined): string {
  if (value?.weight !== undefined) return "weight";
  if (model.graph.inputs.includes(id)) return "input";
  if (model.graph.outputs.includes(id)) return "output";
  return inferred.isConstant[id] === true ? "constant" : "activation";
}

const namesByAnalysis = new WeakMap<Analysis, ReadonlyMap<string, ValueId>>();

function valuesByName(analysis: Analysis): ReadonlyMap<string, ValueId> {
  let names = namesByAnalysis.get(analysis);
  if (names === undefined) {
    names = new Map(
      analysis.model.graph.values.map((value, id): [string, ValueId] => [value.name, id]),
    );
    namesByAnalysis.set(analysis, names);
  }
  return names;
}
