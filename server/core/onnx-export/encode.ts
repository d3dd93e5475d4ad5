import { graphField, modelField, nodeField } from "../formats/onnx/schema.js";
import {
  type Bytes,
  bytesField,
  join,
  textField,
  varintField,
} from "../quant/measured/wire-writer.js";

/** A graph as it is written. Names are its values; the first output names a node. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxConstant[];
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute = number | { readonly float: number } | string | readonly number[];

export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
  readonly isBool?: boolean;
}

export interface OnnxInput {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly elementType: number;
  readonly shape: readonly number[];
}

/** All operators that are written have this version, or an older one that still holds. */
const opset = 20;
const irVersion = 9;

/** ModelProto (onnx.proto of the ONNX project). */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const parts: Bytes = [
    ...graph.nodes.flatMap((node) => bytesField(graphField.node, nodeProto(node))),
    ...textField(graphField.name, "exported"),
    ...graph.initializers.flatMap((one) => bytesField(graphField.initializer, tensorProto(one))),
    ...graph.inputs.flatMap((input) => bytesField(graphField.input, valueInfo(input))),
    ...graph.outputs.flatMap((name) => bytesField(graphField.output, textField(1, name))),
  ];
  return join([
    ...varintField(modelField.irVersion, irVersion),
    ...bytesField(modelField.graph, parts),
    ...bytesField(modelField.opsetImport, varintField(2, opset)),
  ]);
}

function nodeProto({ op, inputs, outputs, attributes }: OnnxNode): Bytes {
  return [
    ...inputs.flatMap((name) => textField(nodeField.input, name)),
    ...outputs.flatMap((name) => textField(nodeField.output, name)),
    ...textField(nodeField.name, outputs[0] ?? ""),
    ...textField(nodeField.opType, op),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      bytesField(nodeField.attribute, [...textField(1, name), ...attributeValue(value)]),
    ),
  ];
}

/** AttributeProto: f = 2, i = 3, s = 4, ints = 8, type = 20. */
function attributeValue(value: OnnxAttribute): Bytes {
  if (typeof value === "number") return [...signedField(3, value), ...varintField(20, 2)];
  if (typeof value === "string") return [...textField(4, value), ...varintField(20, 3)];
  if ("float" in value) {
    const bits = new Uint8Array(Float32Array.of(value.float).buffer);
    return [Uint8Array.of(2 * 8 + 5), bits, ...varintField(20, 1)];
  }
  return [...value.flatMap((one) => signedField(8, one)), ...varintField(20, 7)];
}

/** Negative numbers take ten bytes, as two's complement of 64 bits. */
function signedField(field: number, value: number): Bytes {
  if (value >= 0) return varintField(field, value);
  const bytes: number[] = [field * 8];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return [Uint8Array.from(bytes)];
}

function tensorProto({ name, shape, data, isBool = false }: OnnxConstant): Bytes {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [
    ...shape.flatMap((extent) => varintField(1, extent)),
    ...varintField(2, isBool ? 9 : dataType(data)),
    ...textField(8, name),
    ...bytesField(9, [raw]),
  ];
}

function dataType(data: OnnxConstant["data"]): number {
  if (data instanceof Float32Array) return 1;
  if (data instanceof Int32Array) return 6;
  if (data instanceof BigInt64Array) return 7;
  return data instanceof Int8Array ? 3 : 2;
}

function valueInfo({ name, elementType, shape }: OnnxInput): Bytes {
  const dims = shape.flatMap((extent) => bytesField(1, varintField(1, extent)));
  const tensorType = [...varintField(1, elementType), ...bytesField(2, dims)];
  return [...textField(1, name), ...bytesField(2, bytesField(1, tensorType))];
}
