import { elementTypes, type ElementType } from "../graph/element-type.js";
import { absent, type Graph, type Node, type Quantization, type ValueId } from "../graph/graph.js";
import type { Scheme } from "./formats/scheme.js";
import { type ReadElements, resolveDequantization } from "./measure/dequantize.js";
import { affineOperands, storedWeight } from "./stored-weight.js";
import type { LayerWeight } from "./weights.js";

/** Integers and what they stand for. */
interface IntegerGrid {
  readonly elementType: ElementType;
  readonly quantization: Quantization;
}

/** What a file has rounded numbers to: integers with scales, or ggml's blocks of a type. */
export type StoredGrid = IntegerGrid | { readonly blocks: string };

/**
 * True where a scheme holds the numbers of a quantized model as they are. Blocks are held by their own type. Integers: with the scales that the file gives them nothing is
 * rounded again. That takes a grid of whole numbers wide enough, zero points that it has, and as many scales.
 */
export function keepsStored(scheme: Scheme, stored: StoredGrid): boolean {
  const { format, clip, transforms } = scheme;
  if ("blocks" in stored) {
    const { special } = format;
    return special.kind === "ggml" && special.type === stored.blocks && transforms.length === 0;
  }
  const { elementType, quantization } = stored;
  const { scales, zeroPoints } = quantization;
  const { grid, granularity, isAffine, special, scale, scaleRule } = format;
  const { bits, family } = elementTypes[elementType];
  if (family !== "integer" || grid.kind !== "integer" || grid.step !== 1) return false;
  const isPlain = clip.kind === "max" && transforms.length === 0 && special.kind === "plain";
  const center = elementType.startsWith("uint") ? 2 ** (bits - 1) : 0;
  return (
    isPlain &&
    grid.bits >= bits &&
    scale === "float32" &&
    scaleRule === "max" &&
    (isAffine || zeroPoints.every((zero) => zero === center)) &&
    (scales.length === 1 || granularity.kind !== "tensor")
  );
}

/** Undefined where the file holds real numbers, or scales that cannot be read. */
export function gridOfWeight(
  { weight, dequantization }: LayerWeight,
  read: ReadElements,
): StoredGrid | undefined {
  const { blocks } = weight.location ?? {};
  if (blocks !== undefined) return { blocks };
  const quantization = dequantization && resolveDequantization(dequantization, read);
  return quantization && { elementType: weight.elementType, quantization };
}

/** Operators whose outputs are some of their first input's elements, which keep their grid. */
const movers: ReadonlySet<string> = new Set([
  ...["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity"],
  ...["MaxPool", "Slice"],
]);

/** Of a value that a quantized model rounds anyway: a tensor with scales of its own, or what a DequantizeLinear makes. */
export function gridOfValue(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  id: ValueId,
  read: ReadElements,
): IntegerGrid | undefined {
  const { quantization, declared } = graph.values[id] ?? {};
  if (quantization !== undefined && declared?.kind === "tensor" && declared.elementType)
    return { elementType: declared.elementType, quantization };
  const node = producers.get(id);
  if (node !== undefined && movers.has(node.op)) {
    const moved = gridOfValue(graph, producers, node.inputs[0] ?? absent, read);
    return moved?.quantization.scales.length === 1 ? moved : undefined;
  }
  if (node?.op !== "DequantizeLinear") return undefined;
  const operands = affineOperands(graph, producers, node, { scale: 1, zeroPoint: 2, axis: 1 });
  const found = operands && resolveDequantization(operands, read);
  return found && { elementType: storedType(graph, producers, node), quantization: found };
}

/** Of what a QuantizeLinear makes or a DequantizeLinear takes: their zero point's, by default `uint8`. */
export function storedType(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  node: Node,
): ElementType {
  const id = node.inputs[2] ?? absent;
  const zero = id === absent ? undefined : storedWeight(graph, producers, id);
  return zero?.weight.elementType ?? "uint8";
}
