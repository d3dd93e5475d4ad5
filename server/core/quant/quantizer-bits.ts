import { numberOfConstant } from "../graph/constant.js";
import { absent, type Graph, type Node, type NodeId, type ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import { qonnxDomains } from "../ops/qonnx.js";

/** Bits of what a layer multiplies and makes, as the quantizers around it in a QONNX model say. */
export interface LayerBits {
  readonly weights?: number;
  readonly inputs?: number;
  readonly outputs?: number;
}

/** What leaves numbers as they are, or picks among them. */
const passing: ReadonlySet<string> = new Set([
  "Flatten",
  "Reshape",
  "Transpose",
  "Squeeze",
  "Unsqueeze",
  "Identity",
  "Dropout",
  "MaxPool",
  "Concat",
  "Pad",
]);
/** What stands between a product and the quantizer of its result. */
const between: ReadonlySet<string> = new Set([
  ...passing,
  "BatchNormalization",
  "Relu",
  "Add",
  "Mul",
  "Clip",
  "HardTanh",
]);

/** By node, for layers that have a quantizer somewhere around them; empty for models that are not QONNX. */
export function layerBits({ graph, constants }: InferredGraph): ReadonlyMap<NodeId, LayerBits> {
  const makers = new Map<ValueId, Node>();
  const readers = new Map<ValueId, Node[]>();
  for (const node of graph.nodes) {
    for (const id of node.outputs) makers.set(id, node);
    for (const id of node.inputs)
      if (id !== absent) readers.set(id, [...(readers.get(id) ?? []), node]);
  }
  const bitsOf = (node: Node): number | undefined => quantizerBits(graph, constants, node);
  const before = (id: ValueId | undefined): number | undefined => {
    for (let at = id, hops = 0; at !== undefined && hops < 64; hops += 1) {
      const maker: Node | undefined = makers.get(at);
      if (maker === undefined) return undefined;
      const bits = bitsOf(maker);
      if (bits !== undefined) return bits;
      if (!passing.has(maker.op)) return undefined;
      at = maker.inputs[0];
    }
    return undefined;
  };
  const after = (id: ValueId | undefined): number | undefined => {
    for (let at = id, hops = 0; at !== undefined && hops < 16; hops += 1) {
      const [reader] = readers.get(at) ?? [];
      if (reader === undefined) return undefined;
      const bits = bitsOf(reader);
      if (bits !== undefined) return bits;
      if (!between.has(reader.op)) return undefined;
      at = reader.outputs[0];
    }
    return undefined;
  };
  const found = new Map<NodeId, LayerBits>();
  for (const [nodeId, node] of graph.nodes.entries()) {
    if (bitsOf(node) !== undefined) continue;
    const [inputs, weights, outputs] = [
      before(node.inputs[0]),
      before(node.inputs[1]),
      after(node.outputs[0]),
    ];
    if (inputs === undefined && weights === undefined && outputs === undefined) continue;
    found.set(nodeId, {
      ...(weights !== undefined && { weights }),
      ...(inputs !== undefined && { inputs }),
      ...(outputs !== undefined && { outputs }),
    });
  }
  return found;
}

function quantizerBits(
  graph: Graph,
  constants: InferredGraph["constants"],
  node: Node,
): number | undefined {
  if (!(qonnxDomains as readonly string[]).includes(node.domain)) return undefined;
  switch (node.op) {
    case "BipolarQuant":
      return 1;
    case "Quant":
    case "IntQuant":
      return wholeBits(graph, constants, node.inputs[3]);
    case "Trunc":
      return wholeBits(graph, constants, node.inputs[4]);
    case "MultiThreshold": {
      const type = node.attributes.get("out_dtype");
      const text = type?.kind === "string" ? type.value : "";
      if (text === "BIPOLAR" || text === "BINARY") return 1;
      const bits = Number(/^U?INT(\d+)$/.exec(text)?.[1]);
      return bits >= 1 ? bits : undefined;
    }
    default:
      return undefined;
  }
}

function wholeBits(
  graph: Graph,
  constants: InferredGraph["constants"],
  id: ValueId | undefined,
): number | undefined {
  if (id === undefined || id === absent) return undefined;
  const stored = graph.values[id]?.weight?.data?.[0];
  const bits = numberOfConstant(constants.get(id)) ?? (stored === undefined ? NaN : Number(stored));
  return bits >= 1 && bits <= 64 ? Math.ceil(bits) : undefined;
}
