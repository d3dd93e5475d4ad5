import { absent, type Graph, type Value, type ValueId } from "./graph.js";
import { isKnown } from "./dim.js";
import type { ValueType } from "./value-type.js";

/**
 * Exporters write the batch size into the target shapes of Reshape (`[1, 2048]`). When the user asks for another batch,
 * those constants follow; else the graph would not fit together at any batch but the exported one. Reshapes of weights
 * stay as they are, and so do constants that other operators read.
 */
export function rescaleBatch(
  graph: Graph,
  original: readonly Value[],
  replaced: ReadonlyMap<ValueId, ValueType>,
): Graph {
  const change = batchChange(original, replaced);
  if (change === undefined) return graph;
  const isConstant = constantValues(graph);
  const wanted = new Set<ValueId>();
  const others = new Set<ValueId>(graph.outputs);
  for (const node of graph.nodes) {
    const isReshape = node.op === "Reshape" && node.domain === "";
    for (const [index, id] of node.inputs.entries()) {
      if (isReshape && index === 1 && isConstant[node.inputs[0] ?? absent] !== true) wanted.add(id);
      else others.add(id);
    }
  }
  const values = graph.values.map((value, id): Value => {
    const data = value.weight?.data;
    if (
      !wanted.has(id) ||
      others.has(id) ||
      value.weight === undefined ||
      data?.[0] !== change.from
    )
      return value;
    return { ...value, weight: { ...value.weight, data: [change.to, ...data.slice(1)] } };
  });
  return { ...graph, values };
}

/** The one change of a first extent that all bound inputs share; undefined when there is none. */
function batchChange(
  original: readonly Value[],
  replaced: ReadonlyMap<ValueId, ValueType>,
): { readonly from: number; readonly to: number } | undefined {
  let change: { readonly from: number; readonly to: number } | undefined;
  for (const [id, type] of replaced) {
    const from = firstExtent(original[id]?.declared);
    const to = firstExtent(type);
    if (from === undefined || to === undefined || from === to) continue;
    if (change !== undefined && (change.from !== from || change.to !== to)) return undefined;
    change = { from, to };
  }
  return change;
}

function firstExtent(type: ValueType | undefined): number | undefined {
  const first = type?.kind === "tensor" ? type.shape?.[0] : undefined;
  return first !== undefined && isKnown(first) ? first : undefined;
}

function constantValues(graph: Graph): readonly boolean[] {
  const isConstant = graph.values.map((value) => value.weight !== undefined);
  for (const node of graph.nodes) {
    const isFixed = node.inputs.every((id) => id === absent || isConstant[id] === true);
    if (isFixed) for (const id of node.outputs) if (id !== absent) isConstant[id] = true;
  }
  return isConstant;
}
