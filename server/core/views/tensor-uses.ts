import type { Graph, NodeId, ValueId } from "../graph/graph.js";

/** Who makes and who reads each tensor; built once per graph. */
export function tensorUses(graph: Graph): TensorUses {
  const known = usesByGraph.get(graph);
  if (known !== undefined) return known;
  const producers = new Map<ValueId, NodeId>();
  const consumers = new Map<ValueId, NodeId[]>();
  const addConsumer = (value: ValueId, nodeId: NodeId): void => {
    const list = consumers.get(value);
    if (list === undefined) consumers.set(value, [nodeId]);
    else if (list[list.length - 1] !== nodeId) list.push(nodeId);
  };
  graph.nodes.forEach((node, nodeId) => {
    for (const output of node.outputs) producers.set(output, nodeId);
    for (const input of node.inputs) addConsumer(input, nodeId);
    // A body reads the values that it captures, without naming them among the node's inputs.
    for (const attribute of node.attributes.values()) {
      const bodies =
        attribute.kind === "graph"
          ? [attribute.value]
          : attribute.kind === "graphs"
            ? attribute.value
            : [];
      for (const body of bodies) for (const { outer } of body.captures) addConsumer(outer, nodeId);
    }
  });
  const uses = { producers, consumers };
  usesByGraph.set(graph, uses);
  return uses;
}

export interface TensorUses {
  readonly producers: ReadonlyMap<ValueId, NodeId>;
  /** In execution order, each node once. */
  readonly consumers: ReadonlyMap<ValueId, readonly NodeId[]>;
}

const usesByGraph = new WeakMap<Graph, TensorUses>();
