import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import onnxProto from "onnx-proto";
import type { onnx } from "onnx-proto";

/**
 * Makes ONNX bytes for tests: with onnx-proto's encoder where its schema (ONNX 1.10) suffices, and field by field for
 * what is newer or wrong on purpose. Protobuf merges concatenated messages, so `concat` adds fields to any message.
 */
export const proto = onnxProto.onnx;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

export function intField(field: number, value: number | bigint): Uint8Array {
  return concat(varint(field * 8), varint(value));
}

export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return concat(varint(field * 8 + 2), varint(bytes.length), bytes);
}

export function encodeModel(model: onnx.IModelProto): Uint8Array {
  return Uint8Array.from(proto.ModelProto.encode(model).finish());
}

export function encodeNode(node: onnx.INodeProto): Uint8Array {
  return Uint8Array.from(proto.NodeProto.encode(node).finish());
}

export function encodeTensor(tensor: onnx.ITensorProto): Uint8Array {
  return Uint8Array.from(proto.TensorProto.encode(tensor).finish());
}

/** A model around GraphProto bytes: IR version 10, operator set 21. */
export function modelAround(graph: Uint8Array, extra: Uint8Array = new Uint8Array()): Uint8Array {
  return concat(
    intField(1, 10),
    bytesField(8, concat(bytesField(1, ""), intField(2, 21))),
    bytesField(7, graph),
    extra,
  );
}

/** A model of the given graph with nothing else worth mentioning. */
export function modelOf(graph: onnx.IGraphProto): Uint8Array {
  return modelAround(Uint8Array.from(proto.GraphProto.encode(graph).finish()));
}

export function valueInfo(
  name: string,
  dims: readonly (number | string)[],
  elemType = 1,
): onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType,
        shape: {
          dim: dims.map((dim) => (typeof dim === "number" ? { dimValue: dim } : { dimParam: dim })),
        },
      },
    },
  };
}

/** `Y = Op(A, B)`; an empty name leaves an input out. */
export function node(line: string, more: onnx.INodeProto = {}): onnx.INodeProto {
  const [outputs = "", call = ""] = line.split("=").map((part) => part.trim());
  const [opType = "", inputs = ""] = call.replace(")", "").split("(");
  const names = (text: string): string[] =>
    text === "" ? [] : text.split(",").map((name) => name.trim());
  return { opType, input: names(inputs), output: names(outputs), ...more };
}

/**
 * A chain like a convolutional net: Conv, Relu, Add of an earlier value, Mul by a constant, Sigmoid, again and again.
 * For benchmarks: `nodeCount` nodes, weights of a kilobyte each.
 */
export function bigChain(nodeCount: number): Uint8Array {
  const graph: Uint8Array[] = [];
  const weights: Uint8Array[] = [];
  const channels = 16;
  const convWeight = new Uint8Array(channels * channels * 4).fill(63);
  let last = "input";
  let skip = "input";
  for (let index = 0; index < nodeCount; index += 1) {
    const output = index === nodeCount - 1 ? "output" : `value_${index}`;
    const kind = (["Conv", "Relu", "Add", "Mul", "Sigmoid"] as const)[index % 5] ?? "Relu";
    const inputs = [last];
    if (kind === "Add") inputs.push(skip);
    if (kind === "Conv" || kind === "Mul") {
      inputs.push(`weight_${index}`);
      weights.push(
        kind === "Conv"
          ? weight(`weight_${index}`, [channels, channels, 1, 1], convWeight)
          : weight(`weight_${index}`, [1], new Uint8Array([0, 0, 128, 63])),
      );
    }
    graph.push(
      bytesField(
        1,
        concat(
          ...inputs.map((name) => bytesField(1, name)),
          bytesField(2, output),
          bytesField(3, `/layer${Math.floor(index / 50)}/block${Math.floor(index / 5)}/${kind}`),
          bytesField(4, kind),
          ...(kind === "Conv" ? [intsAttribute("kernel_shape", [1, 1])] : []),
        ),
      ),
    );
    last = output;
    if (index % 5 === 4) skip = output;
  }
  const input = proto.ValueInfoProto.encode(valueInfo("input", ["batch", channels, 16, 16]));
  const output = proto.ValueInfoProto.encode({ name: "output" });
  graph.push(
    bytesField(2, "chain"),
    ...weights,
    bytesField(11, input.finish()),
    bytesField(12, output.finish()),
  );
  return modelAround(concat(...graph));
}

/**
 * Writes a model of `nodeCount` MatMul and Relu nodes whose weights take about `totalBytes`. They are holes of a sparse
 * file, so that it takes little room on disk; all lengths are right, even beyond 4 GiB.
 */
export function sparseWeightsFile(path: string, nodeCount: number, totalBytes: number): void {
  const matMulCount = Math.ceil(nodeCount / 2);
  const width = Math.max(1, Math.floor(Math.sqrt(totalBytes / matMulCount / 4)));
  const holeLength = width * width * 4;
  const nodes: Uint8Array[] = [];
  const weights: { readonly head: Uint8Array; readonly rawHead: Uint8Array }[] = [];
  for (let index = 0; index < nodeCount; index += 1) {
    const source = index === 0 ? "input" : `value_${index - 1}`;
    const isMatMul = index % 2 === 0;
    nodes.push(
      bytesField(
        1,
        concat(
          bytesField(1, source),
          ...(isMatMul ? [bytesField(1, `weight_${index}`)] : []),
          bytesField(2, index === nodeCount - 1 ? "output" : `value_${index}`),
          bytesField(3, `/layers.${index}/${isMatMul ? "MatMul" : "Relu"}`),
          bytesField(4, isMatMul ? "MatMul" : "Relu"),
        ),
      ),
    );
    if (!isMatMul) continue;
    const head = concat(
      intField(1, width),
      intField(1, width),
      intField(2, 1),
      bytesField(8, `weight_${index}`),
    );
    weights.push({ head, rawHead: concat(varint(9 * 8 + 2), varint(holeLength)) });
  }
  const ends = concat(
    bytesField(2, "sparse"),
    bytesField(11, proto.ValueInfoProto.encode(valueInfo("input", ["batch", width])).finish()),
    bytesField(12, proto.ValueInfoProto.encode({ name: "output" }).finish()),
  );
  const initializers = weights.map(({ head, rawHead }) =>
    concat(varint(5 * 8 + 2), varint(head.length + rawHead.length + holeLength), head, rawHead),
  );
  const nodeBytes = concat(...nodes);
  const graphLength =
    nodeBytes.length +
    initializers.reduce((sum, bytes) => sum + bytes.length + holeLength, 0) +
    ends.length;
  const file = openSync(path, "w");
  let offset = 0;
  const write = (bytes: Uint8Array): void => {
    writeSync(file, bytes, 0, bytes.length, offset);
    offset += bytes.length;
  };
  write(concat(intField(1, 10), varint(7 * 8 + 2), varint(graphLength), nodeBytes));
  for (const bytes of initializers) {
    write(bytes);
    offset += holeLength;
  }
  write(ends);
  write(bytesField(8, concat(bytesField(1, ""), intField(2, 21))));
  ftruncateSync(file, offset);
  closeSync(file);
}

function weight(name: string, dims: readonly number[], raw: Uint8Array): Uint8Array {
  return bytesField(
    5,
    concat(
      ...dims.map((dim) => intField(1, dim)),
      intField(2, 1),
      bytesField(8, name),
      bytesField(9, raw),
    ),
  );
}

function intsAttribute(name: string, ints: readonly number[]): Uint8Array {
  return bytesField(
    5,
    concat(bytesField(1, name), ...ints.map((int) => intField(8, int)), intField(20, 7)),
  );
}
