import {
  type Graph,
  type Node,
  type NodeId,
  type ValueId,
  type Weight,
  absent,
} from "../graph/graph.js";
import { type MatrixShape, matrixShape } from "./measure/matrix.js";

/** A constant that a layer multiplies by: what a number format is chosen for. */
export interface LayerWeight {
  readonly nodeId: NodeId;
  readonly inputIndex: number;
  /** Of the tensor in the file. */
  readonly name: string;
  readonly weight: Weight;
  readonly shape: MatrixShape;
}

/** Types whose elements are numbers in themselves; integers are taken for the values of a model that is quantized. */
const floatTypes: ReadonlySet<string> = new Set(["float32", "float16", "bfloat16", "float64"]);

/** The weights of all layers that are products, in execution order. */
export function layerWeights(graph: Graph): readonly LayerWeight[] {
  const producers = producersOf(graph);
  const found: LayerWeight[] = [];
  for (const [nodeId, node] of graph.nodes.entries()) {
    for (const [inputIndex, id] of node.inputs.entries()) {
      if (id === absent) continue;
      const stored = storedWeight(graph, producers, id);
      if (stored === undefined || !floatTypes.has(stored.weight.elementType)) continue;
      const shape = matrixShape(node, inputIndex, stored.weight);
      if (shape !== undefined) found.push({ nodeId, inputIndex, ...stored, shape });
    }
  }
  return found;
}

/** Node that makes each value. */
export function producersOf(graph: Graph): ReadonlyMap<ValueId, Node> {
  const producers = new Map<ValueId, Node>();
  for (const node of graph.nodes) for (const id of node.outputs) producers.set(id, node);
  return producers;
}

/** The constant behind a value: an initializer, or what a Constant node holds, seen through nodes that change nothing. */
export function storedWeight(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  id: ValueId,
): { readonly name: string; readonly weight: Weight } | undefined {
  let at = id;
  for (let step = 0; step < 8; step++) {
    const value = graph.values[at];
    if (value?.weight !== undefined) return { name: value.name, weight: value.weight };
    const node = producers.get(at);
    if (node === undefined) return undefined;
    const attribute = node.attributes.get("value");
    if (node.op === "Constant" && attribute?.kind === "tensor")
      return { name: value?.name ?? "", weight: attribute.value };
    if (node.op !== "Identity" && node.op !== "Cast") return undefined;
    at = node.inputs[0] ?? absent;
  }
  return undefined;
}
