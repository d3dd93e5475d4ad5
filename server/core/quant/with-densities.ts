import type { Graph, Model, Node, Weight } from "../graph/graph.js";

/** The model with what is known of its weights' zeros, by the name of the value that holds one. */
export function withDensities(
  model: Model,
  densityOf: (weight: Weight, name: string) => number | undefined,
): Model {
  const told = (weight: Weight, name: string): Weight => {
    const density = densityOf(weight, name);
    return density === undefined ? weight : { ...weight, density };
  };
  const ofNode = (node: Node): Node => {
    const held = node.op === "Constant" ? node.attributes.get("value") : undefined;
    if (held?.kind !== "tensor") return node;
    const value = told(held.value, "");
    return value === held.value
      ? node
      : { ...node, attributes: new Map(node.attributes).set("value", { ...held, value }) };
  };
  const ofGraph = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map(ofNode),
    values: graph.values.map((value) =>
      value.weight === undefined ? value : { ...value, weight: told(value.weight, value.name) },
    ),
  });
  const { generation, functions } = model;
  const ofMany = generation?.ofMany;
  return {
    ...model,
    graph: ofGraph(model.graph),
    functions: functions.map((one) => ({ ...one, body: ofGraph(one.body) })),
    ...(generation !== undefined &&
      ofMany !== undefined && {
        generation: { ...generation, ofMany: { ...ofMany, graph: ofGraph(ofMany.graph) } },
      }),
  };
}
