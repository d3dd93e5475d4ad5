import type { Analysis } from "../../analysis.js";
import type { GraphMap } from "../../formats/onnx-text/text-map.js";
import { absent, type ValueId } from "../../graph/graph.js";
import type { ValueType } from "../../graph/value-type.js";
import type { Statement } from "./text-index.js";

/**
 * The value of the analysed graph that a statement writes at a place: by position in its node where it has one of its
 * own (in a function, that of its first call), else by name.
 */
export function valueOf(
  analysis: Analysis,
  { graph, node, nodeIds }: Statement,
  side: "inputs" | "outputs",
  index: number,
): ValueId | undefined {
  const written = node[side][index] ?? absent;
  if (written === absent) return undefined;
  const isCall = graph.kind === "main" && nodeIds.length !== 1;
  const own = analysis.model.graph.nodes[nodeIds[0] ?? absent];
  if (isCall || own === undefined || own.op !== node.op)
    return valueByName(analysis, graph, written);
  const id = own[side][index];
  return id === undefined || id === absent ? undefined : id;
}

/** A value of the main graph by the name that the text gives it; names inside functions and bodies are others. */
export function valueByName(
  analysis: Analysis,
  graph: GraphMap,
  written: ValueId,
): ValueId | undefined {
  const name = graph.graph.values[written]?.name ?? "";
  return graph.kind === "main" ? namesOf(analysis).get(name) : undefined;
}

export function outputTypeOf(
  analysis: Analysis,
  statement: Statement,
  outputIndex: number,
): ValueType | undefined {
  const id = valueOf(analysis, statement, "outputs", outputIndex);
  return id === undefined ? undefined : analysis.inferred.types[id];
}

const namesByAnalysis = new WeakMap<Analysis, ReadonlyMap<string, ValueId>>();

function namesOf(analysis: Analysis): ReadonlyMap<string, ValueId> {
  let names = namesByAnalysis.get(analysis);
  if (names === undefined) {
    const { values } = analysis.model.graph;
    names = new Map(values.map((value, id): [string, ValueId] => [value.name, id]));
    namesByAnalysis.set(analysis, names);
  }
  return names;
}
