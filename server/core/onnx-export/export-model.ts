import { productOf } from "../base/product.js";
import { type Node, operatorKey, type Value, type ValueId } from "../graph/graph.js";
import type { ElementType } from "../graph/element-type.js";
import type { InferredGraph } from "../graph/inferred.js";
import type { ElementSource } from "../quant/measure/chunks.js";
import { dequantized } from "../quant/measure/dequantize.js";
import { ExportCall, ExportDraft, type LayerReaders } from "./draft.js";
import { encodeOnnx, type OnnxConstant, type OnnxInput } from "./encode.js";
import { commonRules } from "./rules/common.js";
import { tfliteRules } from "./rules/tflite.js";
import { torchRules } from "./rules/torch.js";

export interface Exported {
  readonly bytes: Uint8Array;
  /** By node of the graph, for layers: weights stay in the layout of their file, and what transposes them reads them. */
  readonly readers: ReadonlyMap<number, LayerReaders>;
  readonly nameOf: (id: ValueId) => string;
}

/**
 * A model of another format as ONNX, in real numbers: quantized tensors are what they stand for. The shapes are those that
 * were inferred. A sentence that names operator and place where something has no counterpart.
 */
export function exportOnnx(
  inferred: InferredGraph,
  format: string,
  elementsOf: (value: Value) => ElementSource | undefined,
): Exported | string {
  const draft = new ExportDraft(inferred);
  const { graph } = inferred;
  const rules = format === "tflite" ? tfliteRules : torchRules;
  for (const [nodeId, node] of graph.nodes.entries()) {
    const key = operatorKey(node.domain, node.op);
    const rule = rules[key] ?? commonRules[key];
    const reason =
      rule === undefined ? "has no counterpart in ONNX" : rule(new ExportCall(draft, nodeId, node));
    if (reason !== undefined)
      return `\`${node.sourceOp ?? node.op}\`${placeText(node)} cannot be exported to ONNX: it ${reason}.`;
  }
  const inputs: OnnxInput[] = [];
  for (const id of graph.inputs) {
    const value = graph.values[id];
    if (value === undefined || value.weight !== undefined) continue;
    const type = inferred.types[id];
    const shape = draft.shapeOf(id);
    const elementType =
      type?.kind === "tensor" ? dataTypes[type.elementType ?? "float32"] : undefined;
    if (shape === undefined || elementType === undefined)
      return `Input \`${value.name}\` has an open extent, or a type that is not exported.`;
    inputs.push({ name: value.name, elementType, shape });
  }
  const constants = constantsOf(draft, elementsOf);
  if (typeof constants === "string") return constants;
  return {
    bytes: encodeOnnx({
      nodes: draft.nodes,
      initializers: [...draft.initializers, ...constants],
      inputs,
      outputs: graph.outputs.map((id) => draft.nameOf(id)),
    }),
    readers: draft.readers,
    nameOf: (id) => draft.nameOf(id),
  };
}

/** Constants that something reads, in real numbers where they stand for such. */
function constantsOf(
  draft: ExportDraft,
  elementsOf: (value: Value) => ElementSource | undefined,
): readonly OnnxConstant[] | string {
  const read = new Set(draft.nodes.flatMap(({ inputs }) => inputs));
  const found: OnnxConstant[] = [];
  for (const [id, value] of draft.graph.values.entries()) {
    const { weight } = value;
    const name = draft.nameOf(id);
    if (weight === undefined || !read.has(name)) continue;
    const data = dataOf(value, elementsOf);
    if (data === undefined)
      return `The elements of \`${value.name}\` are not known: no file of weights has them.`;
    found.push({ name, shape: weight.shape, data, isBool: weight.elementType === "bool" });
  }
  return found;
}

function dataOf(
  value: Value,
  elementsOf: (value: Value) => ElementSource | undefined,
): OnnxConstant["data"] | undefined {
  const { weight, quantization } = value;
  if (weight === undefined) return undefined;
  const count = productOf(weight.shape);
  const numbers = new Float32Array(count);
  const stored = elementsOf(value);
  if (stored !== undefined)
    (quantization === undefined ? stored : dequantized(stored, weight.shape, quantization)).load(
      0,
      count,
      numbers,
    );
  else if (weight.data?.length === count) numbers.set(weight.data.map(Number));
  else return undefined;
  if (quantization !== undefined) return numbers;
  switch (weight.elementType) {
    case "int64":
      return BigInt64Array.from(weight.data ?? [...numbers], BigInt);
    case "int32":
      return Int32Array.from(numbers);
    case "bool":
      return Uint8Array.from(numbers);
    default:
      return numbers;
  }
}

/** TensorProto.DataType of what inputs may be. */
const dataTypes: Partial<Readonly<Record<ElementType, number>>> = {
  float32: 1,
  // Everything runs in float32.
  float16: 1,
  bfloat16: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

function placeText(node: Node): string {
  const { place, name } = node;
  if (place?.kind === "source") return ` in line ${place.line + 1}`;
  return name === "" ? "" : ` of \`${name}\``;
}
