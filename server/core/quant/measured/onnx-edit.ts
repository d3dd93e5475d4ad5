import { graphField, modelField, nodeField } from "../../formats/onnx/schema.js";
import { utf8Text } from "../tensors/utf8-text.js";
import { type Bytes, bytesField, join, textField, varintField } from "./wire-writer.js";

/** Changes of a serialized ONNX model's main graph. Nodes are told by the name of their first output. */
export interface OnnxEdit {
  /** What reads one value instead of another: by node, new names by old ones. */
  readonly renames: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly nodes: readonly NewNode[];
  readonly initializers: readonly NewInitializer[];
  /** Initializers that may be given at run time, and inputs. Without a shape any is taken. */
  readonly inputs: readonly { readonly name: string; readonly isHalf: boolean }[];
  /** Values that become outputs. */
  readonly outputs: readonly string[];
}

export interface NewNode {
  /** The node that it stands before. */
  readonly before: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

export interface NewInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  /** Half floats are given by their bits. */
  readonly values: Float32Array | Uint16Array;
}

export interface OnnxFacts {
  readonly irVersion: number;
  /** Names of the main graph's inputs and of the first outputs of its nodes. */
  readonly inputs: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

/** What can be edited of the model; undefined for bytes that are no ONNX model. */
export function onnxFacts(bytes: Uint8Array): OnnxFacts | undefined {
  let irVersion = 0;
  const inputs = new Set<string>();
  const nodes = new Set<string>();
  const isWhole = eachField(bytes, 0, bytes.length, (field, value) => {
    if (field === modelField.irVersion) irVersion = value.number;
    if (field !== modelField.graph) return;
    eachField(bytes, value.start, value.stop, (inner, part) => {
      if (inner === graphField.input) inputs.add(textOf(bytes, part, valueInfoName));
      if (inner === graphField.node) nodes.add(textOf(bytes, part, nodeField.output));
    });
  });
  return isWhole && nodes.size > 0 ? { irVersion, inputs, nodes } : undefined;
}

export function editOnnx(bytes: Uint8Array, edit: OnnxEdit): Uint8Array {
  const parts: Uint8Array[] = [];
  eachField(bytes, 0, bytes.length, (field, value) => {
    if (field === modelField.graph)
      parts.push(...bytesField(field, editGraph(bytes, value.start, value.stop, edit)));
    else parts.push(bytes.subarray(value.fieldStart, value.stop));
  });
  return join(parts);
}

function editGraph(bytes: Uint8Array, start: number, stop: number, edit: OnnxEdit): Bytes {
  const parts: Uint8Array[] = [];
  eachField(bytes, start, stop, (field, value) => {
    const node = field === graphField.node ? textOf(bytes, value, nodeField.output) : undefined;
    if (node !== undefined)
      for (const made of edit.nodes)
        if (made.before === node) parts.push(...bytesField(graphField.node, nodeProto(made)));
    const renames = node === undefined ? undefined : edit.renames.get(node);
    const whole = bytes.subarray(value.fieldStart, value.stop);
    if (renames === undefined) parts.push(whole);
    else parts.push(...bytesField(field, renamed(bytes, value, renames)));
  });
  for (const initializer of edit.initializers)
    parts.push(...bytesField(graphField.initializer, tensorProto(initializer)));
  for (const { name, isHalf } of edit.inputs)
    parts.push(...bytesField(graphField.input, valueInfo(name, isHalf ? 10 : 1)));
  for (const name of edit.outputs)
    parts.push(...bytesField(graphField.output, textField(valueInfoName, name)));
  return parts;
}

function nodeProto({ op, inputs, output }: NewNode): Bytes {
  return [
    ...inputs.flatMap((name) => textField(nodeField.input, name)),
    ...textField(nodeField.output, output),
    ...textField(nodeField.name, output),
    ...textField(nodeField.opType, op),
  ];
}

const valueInfoName = 1;

/** ValueInfoProto of a tensor of any shape. */
function valueInfo(name: string, elementType: number): Bytes {
  const tensorType = bytesField(1, varintField(1, elementType));
  return [...textField(valueInfoName, name), ...bytesField(2, tensorType)];
}

/** TensorProto with float32 or float16 elements. */
function tensorProto({ name, shape, values }: NewInitializer): Bytes {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [
    ...shape.flatMap((extent) => varintField(1, extent)),
    ...varintField(2, values instanceof Float32Array ? 1 : 10),
    ...textField(8, name),
    ...bytesField(9, [raw]),
  ];
}

function renamed(bytes: Uint8Array, node: Field, renames: ReadonlyMap<string, string>): Bytes {
  const parts: Uint8Array[] = [];
  eachField(bytes, node.start, node.stop, (field, value) => {
    const name = field === nodeField.input ? nameAt(bytes, value) : undefined;
    const changed = name === undefined ? undefined : renames.get(name);
    if (changed === undefined) parts.push(bytes.subarray(value.fieldStart, value.stop));
    else parts.push(...textField(field, changed));
  });
  return parts;
}

interface Field {
  readonly fieldStart: number;
  /** Of the contents of a length-delimited field. */
  readonly start: number;
  readonly stop: number;
  readonly number: number;
}

function nameAt(bytes: Uint8Array, { start, stop }: Field): string {
  return utf8Text(bytes.subarray(start, stop));
}

/** First text of that field inside a message. */
function textOf(bytes: Uint8Array, message: Field, wanted: number): string {
  let found: string | undefined;
  eachField(bytes, message.start, message.stop, (field, value) => {
    if (field === wanted) found ??= nameAt(bytes, value);
  });
  return found ?? "";
}

/** False when the bytes are no message. */
function eachField(
  bytes: Uint8Array,
  start: number,
  stop: number,
  visit: (field: number, value: Field) => void,
): boolean {
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < stop; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < stop) {
    const fieldStart = at;
    const tag = varint();
    const field = Math.floor(tag / 8);
    let number = 0;
    let begin = at;
    switch (tag % 8) {
      case 0:
        number = varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        begin = at;
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return false;
    }
    if (!(at <= stop)) return false;
    visit(field, { fieldStart, start: begin, stop: at, number });
  }
  return true;
}
