import { absent, type Graph, type Node, type ValueId, type Weight } from "../graph/graph.js";
import { isMover, rearranged } from "./rearranged-weight.js";

/** A constant of the file as a layer sees it. */
export interface StoredWeight {
  /** Of the tensor in the file. */
  readonly name: string;
  readonly weight: Weight;
  /** How its integers stand for real numbers; undefined where its elements are numbers in themselves. */
  readonly dequantization?: Dequantization;
}

/** Affine as in `Quantization`; scales of many channels may themselves lie in the file. */
export interface Dequantization {
  readonly scales: readonly number[] | Weight;
  readonly zeroPoints: readonly number[] | Weight;
  readonly axis: number;
}

/** Node that makes each value. */
export function producersOf(graph: Graph): ReadonlyMap<ValueId, Node> {
  const producers = new Map<ValueId, Node>();
  for (const node of graph.nodes) for (const id of node.outputs) producers.set(id, node);
  return producers;
}

/** Nodes between a constant and its layer that are looked through. */
const depthLimit = 8;

/**
 * The constant behind a value: an initializer, or what a Constant node holds, seen through nodes that change no number, through those
 * that put it in another order or shape (exporters transpose where the other framework keeps weights the other way round), and through
 * one that dequantizes. Its shape and its axis are those that the value has.
 */
export function storedWeight(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  id: ValueId,
): StoredWeight | undefined {
  let at = id;
  let dequantization: Dequantization | undefined;
  // From the layer towards the file.
  const passed: Node[] = [];
  for (let step = 0; step < depthLimit; step++) {
    const value = graph.values[at];
    const node = producers.get(at);
    const attribute = node?.op === "Constant" ? node.attributes.get("value") : undefined;
    const weight = value?.weight ?? (attribute?.kind === "tensor" ? attribute.value : undefined);
    if (weight !== undefined) {
      const own = dequantization ?? value?.quantization;
      const stored = {
        name: value?.name ?? "",
        weight,
        ...(own !== undefined && { dequantization: own }),
      };
      return rearranged(graph, producers, stored, passed.reverse());
    }
    if (node === undefined) return undefined;
    if (node.op === "DequantizeLinear" && dequantization === undefined) {
      dequantization = dequantizationOf(graph, producers, node);
      if (dequantization === undefined) return undefined;
      passed.push(node);
    } else if (node.domain === "" && isMover(node.op)) passed.push(node);
    else if (node.op !== "Identity" && node.op !== "Cast") return undefined;
    at = node.inputs[0] ?? absent;
  }
  return undefined;
}

/** Undefined for scales that are not constant, or that lie in blocks. */
function dequantizationOf(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  node: Node,
): Dequantization | undefined {
  if ((node.attributes.get("block_size")?.value ?? 0) !== 0) return undefined;
  const axis = node.attributes.get("axis")?.value;
  return affineOperands(graph, producers, node, {
    scale: 1,
    zeroPoint: 2,
    axis: typeof axis === "number" ? axis : 1,
  });
}

/** Scale and zero point that a node takes for a constant as operands of its own. */
export function affineOperands(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  node: Node,
  at: { readonly scale: number; readonly zeroPoint: number; readonly axis: number },
): Dequantization | undefined {
  const constant = (index: number): Weight | undefined => {
    const id = node.inputs[index] ?? absent;
    return id === absent ? undefined : storedWeight(graph, producers, id)?.weight;
  };
  const scale = constant(at.scale);
  if (scale === undefined || scale.shape.length > 1) return undefined;
  const zeroPoint = constant(at.zeroPoint);
  return { scales: scale, zeroPoints: zeroPoint ?? [0], axis: at.axis };
}
