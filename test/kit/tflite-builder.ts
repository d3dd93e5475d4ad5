import { Builder } from "flatbuffers";
import { builtinOperators } from "../../server/core/formats/tflite/schema.js";

/** A TensorFlow Lite file as a test writes it. Tensors are named by their index. */
export interface TfliteFixture {
  readonly subgraphs: readonly {
    readonly name?: string;
    readonly tensors: readonly TensorFixture[];
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
    readonly operators: readonly OperatorFixture[];
  }[];
}

export interface TensorFixture {
  readonly shape: readonly number[];
  /** Number of the element type: 0 float32, 2 int32, 9 int8. */
  readonly type?: number;
  readonly name?: string;
  readonly data?: readonly number[];
  readonly scales?: readonly number[];
  readonly isVariable?: boolean;
  readonly signature?: readonly number[];
}

export interface OperatorFixture {
  /** A builtin's name; `custom:NAME` otherwise. */
  readonly op: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Fields of the options by position: [position, kind, value]. */
  readonly options?: readonly (readonly [number, "int" | "byte", number])[];
}

export function buildTflite(fixture: TfliteFixture): Uint8Array {
  const b = new Builder(1024);
  const buffers: number[] = [table(b, 1, () => undefined)];
  const opNames = [
    ...new Set(fixture.subgraphs.flatMap((graph) => graph.operators.map(({ op }) => op))),
  ];
  const subgraphs = fixture.subgraphs.map((graph) => {
    const tensors = graph.tensors.map((tensor) => tensorOf(b, tensor, buffers));
    const operators = graph.operators.map((operator) => operatorOf(b, operator, opNames));
    const tensorVector = offsets(b, tensors);
    const operatorVector = offsets(b, operators);
    const inputs = ints(b, graph.inputs);
    const outputs = ints(b, graph.outputs);
    const name = b.createString(graph.name ?? "");
    return table(b, 5, () => {
      b.addFieldOffset(0, tensorVector, 0);
      b.addFieldOffset(1, inputs, 0);
      b.addFieldOffset(2, outputs, 0);
      b.addFieldOffset(3, operatorVector, 0);
      b.addFieldOffset(4, name, 0);
    });
  });
  const codes = opNames.map((op) => codeOf(b, op));
  const codeVector = offsets(b, codes);
  const subgraphVector = offsets(b, subgraphs);
  const bufferVector = offsets(b, buffers);
  const root = table(b, 5, () => {
    b.addFieldInt32(0, 3, 0);
    b.addFieldOffset(1, codeVector, 0);
    b.addFieldOffset(2, subgraphVector, 0);
    b.addFieldOffset(4, bufferVector, 0);
  });
  b.finish(root, "TFL3");
  return b.asUint8Array();
}

function table(b: Builder, fieldCount: number, fill: () => void): number {
  b.startObject(fieldCount);
  fill();
  return b.endObject();
}

function offsets(b: Builder, list: readonly number[]): number {
  b.startVector(4, list.length, 4);
  for (const offset of [...list].reverse()) b.addOffset(offset);
  return b.endVector();
}

function ints(b: Builder, list: readonly number[]): number {
  b.startVector(4, list.length, 4);
  for (const value of [...list].reverse()) b.addInt32(value);
  return b.endVector();
}

function tensorOf(b: Builder, tensor: TensorFixture, buffers: number[]): number {
  const { type = 0, data, scales } = tensor;
  let buffer = 0;
  if (data !== undefined) {
    const bytes =
      type === 0
        ? new Uint8Array(Float32Array.from(data).buffer)
        : type === 2
          ? new Uint8Array(Int32Array.from(data).buffer)
          : Uint8Array.from(data);
    const vector = b.createByteVector(bytes);
    buffers.push(table(b, 1, () => b.addFieldOffset(0, vector, 0)));
    buffer = buffers.length - 1;
  }
  let quantization = 0;
  if (scales !== undefined) {
    b.startVector(4, scales.length, 4);
    for (const scale of [...scales].reverse()) b.addFloat32(scale);
    const vector = b.endVector();
    quantization = table(b, 7, () => b.addFieldOffset(2, vector, 0));
  }
  const shape = ints(b, tensor.shape);
  const signature = tensor.signature === undefined ? 0 : ints(b, tensor.signature);
  const name = b.createString(tensor.name ?? "");
  return table(b, 9, () => {
    b.addFieldOffset(0, shape, 0);
    b.addFieldInt8(1, type, 0);
    b.addFieldInt32(2, buffer, 0);
    b.addFieldOffset(3, name, 0);
    b.addFieldOffset(4, quantization, 0);
    b.addFieldInt8(5, tensor.isVariable === true ? 1 : 0, 0);
    b.addFieldOffset(7, signature, 0);
  });
}

function operatorOf(b: Builder, operator: OperatorFixture, opNames: readonly string[]): number {
  const inputs = ints(b, operator.inputs);
  const outputs = ints(b, operator.outputs);
  const options =
    operator.options === undefined
      ? 0
      : table(b, 12, () => {
          for (const [position, kind, value] of operator.options ?? [])
            if (kind === "int") b.addFieldInt32(position, value, NaN);
            else b.addFieldInt8(position, value, NaN);
        });
  return table(b, 5, () => {
    b.addFieldInt32(0, opNames.indexOf(operator.op), -1);
    b.addFieldOffset(1, inputs, 0);
    b.addFieldOffset(2, outputs, 0);
    b.addFieldOffset(4, options, 0);
  });
}

function codeOf(b: Builder, op: string): number {
  const isCustom = op.startsWith("custom:");
  const name = isCustom ? b.createString(op.slice("custom:".length)) : 0;
  const code = isCustom ? 32 : builtinOperators.indexOf(op);
  return table(b, 4, () => {
    b.addFieldInt8(0, Math.min(code, 127), 0);
    b.addFieldOffset(1, name, 0);
    b.addFieldInt32(3, code, 0);
  });
}
