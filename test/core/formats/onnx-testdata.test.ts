import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { onnx } from "onnx-proto";
import type { Graph, Model } from "../../../server/core/graph/graph.js";
import { proto } from "../../kit/onnx-builder.js";
import { problemLine, read } from "./onnx-kit.js";

/** The ONNX project's own test models, from Debian's package `libonnx-testdata`. */
const testData = "/usr/share/libonnx-testdata/data";
const fixtures = path.resolve(import.meta.dirname, "../../fixtures/onnx");

describe("the models of libonnx-testdata", () => {
  beforeAll(() => {
    if (!existsSync(testData))
      throw new Error(
        `${testData} is missing: install Debian's package libonnx-testdata, as scripts/setup.mjs does.`,
      );
  });

  test("all are read without a problem, as onnx-proto reads them", () => {
    const files = filesBelow(testData);
    expect(files.length).toBeGreaterThan(1000);
    const wrong = files.flatMap((file) => {
      const { lines, problems } = readBoth(file);
      return [...lines, ...problems].map((line) => `${path.relative(testData, file)}: ${line}`);
    });
    expect(wrong).toEqual([]);
  });
});

test("the committed models are read as onnx-proto reads them", () => {
  const files = filesBelow(fixtures);
  expect(files.length).toBeGreaterThan(5);
  const wrong = files.flatMap((file) => {
    const { lines, problems } = readBoth(file);
    return [...lines, ...problems.filter((line) => !line.startsWith("information"))].map(
      (line) => `${path.basename(file)}: ${line}`,
    );
  });
  expect(wrong).toEqual([]);
});

test("data types have the numbers of onnx-proto", () => {
  const numbers = Object.entries(proto.TensorProto.DataType).filter(
    ([name, number]) => typeof number === "number" && name !== "UNDEFINED",
  );
  const unknown = numbers.filter(([, number]) => {
    const tensor = { name: "w", dims: [0], dataType: Number(number) };
    const bytes = proto.ModelProto.encode({ graph: { initializer: [tensor] } }).finish();
    return read(bytes).model?.graph.values[0]?.weight === undefined;
  });
  expect(unknown).toEqual([]);
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx"))
    .sort()
    .map((name) => path.join(folder, name));
}

/** What differs between our reading and onnx-proto's full decoding, and our problems. */
function readBoth(file: string): {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
} {
  const bytes = new Uint8Array(readFileSync(file));
  const { model, problems } = read(bytes);
  const ours = model === undefined ? ["no model"] : ourSkeleton(model);
  const theirs = referenceSkeleton(proto.ModelProto.decode(bytes));
  const lines = ours.length === theirs.length ? [] : [`${ours.length} lines, not ${theirs.length}`];
  for (const [index, line] of theirs.entries())
    if (ours[index] !== line) lines.push(`${ours[index] ?? "nothing"} instead of ${line}`);
  return { lines: lines.slice(0, 3), problems: problems.map(problemLine) };
}

function ourSkeleton(model: Model): string[] {
  const opsets = [...model.opsets].map(([domain, version]) => `${domain} ${version}`).sort();
  return [`ir ${model.irVersion ?? 0}`, ...opsets, ...ourGraph(model.graph)];
}

function ourGraph(graph: Graph): string[] {
  const name = (id: number): string => graph.values[id]?.name ?? "";
  const weights = graph.values
    .filter(({ weight }) => weight !== undefined)
    .map(
      (value) =>
        `weight ${value.name} [${value.weight?.shape.join() ?? ""}] ${(value.weight?.data ?? []).slice(0, 4).join()}`,
    );
  return [
    `graph ${graph.name}`,
    `in ${graph.inputs.map(name).join()}`,
    `out ${graph.outputs.map(name).join()}`,
    ...weights.sort(),
    ...graph.nodes.flatMap((node) => [
      `${node.name}|${node.domain}|${node.op}|${node.inputs.map(name).join()}|${node.outputs.map(name).join()}`,
      ...[...node.attributes].flatMap(([key, attribute]) => [
        `${key} ${attribute.kind} ${
          attribute.kind === "ints" || attribute.kind === "floats" || attribute.kind === "strings"
            ? attribute.value.join()
            : attribute.kind === "int" || attribute.kind === "float" || attribute.kind === "string"
              ? String(attribute.value)
              : ""
        }`,
        ...(attribute.kind === "graph" ? ourGraph(attribute.value) : []),
      ]),
    ]),
  ];
}

function referenceSkeleton(model: onnx.ModelProto): string[] {
  const opsets = model.opsetImport
    .map(
      ({ domain, version }) => `${domain === "ai.onnx" ? "" : (domain ?? "")} ${Number(version)}`,
    )
    .sort();
  return [
    `ir ${Number(model.irVersion)}`,
    ...(opsets.length > 0 ? opsets : [" 1"]),
    ...referenceGraph(model.graph ?? {}),
  ];
}

function referenceGraph(graph: onnx.IGraphProto): string[] {
  const dense = graph.initializer ?? [];
  const names = new Set(dense.map(({ name }) => name));
  const weights = dense.map(
    (tensor) =>
      `weight ${tensor.name ?? ""} [${(tensor.dims ?? []).map(Number).join()}] ${firstNumbers(tensor).join()}`,
  );
  return [
    `graph ${graph.name ?? ""}`,
    `in ${(graph.input ?? [])
      .map(({ name }) => name)
      .filter((name) => !names.has(name))
      .join()}`,
    `out ${(graph.output ?? []).map(({ name }) => name).join()}`,
    ...weights.sort(),
    ...(graph.node ?? []).flatMap((node) => [
      `${node.name ?? ""}|${node.domain === "ai.onnx" ? "" : (node.domain ?? "")}|${node.opType ?? ""}|${(node.input ?? []).join()}|${(node.output ?? []).join()}`,
      ...(node.attribute ?? []).flatMap(referenceAttribute),
    ]),
  ];
}

function referenceAttribute(attribute: onnx.IAttributeProto): string[] {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  const head = (kind: string, value: string): string => `${attribute.name ?? ""} ${kind} ${value}`;
  const kinds = proto.AttributeProto.AttributeType;
  switch (attribute.type) {
    case kinds.INT:
      return [head("int", String(Number(attribute.i)))];
    case kinds.FLOAT:
      return [head("float", String(attribute.f))];
    case kinds.STRING:
      return [head("string", text(attribute.s ?? new Uint8Array()))];
    case kinds.INTS:
      return [head("ints", (attribute.ints ?? []).map(Number).join())];
    case kinds.FLOATS:
      return [head("floats", (attribute.floats ?? []).join())];
    case kinds.STRINGS:
      return [head("strings", (attribute.strings ?? []).map(text).join())];
    case kinds.GRAPH:
      return [head("graph", ""), ...referenceGraph(attribute.g ?? {})];
    case kinds.TENSOR:
    case kinds.SPARSE_TENSOR:
      return [head("tensor", "")];
    default:
      return [head("type", "")];
  }
}

/** The first four numbers of a small float32 or int64 tensor, decoded by other means than ours. */
function firstNumbers(tensor: onnx.ITensorProto): readonly (number | string)[] {
  const count = (tensor.dims ?? []).map(Number).reduce((product, dim) => product * dim, 1);
  const { dataType } = tensor;
  if (count > (dataType === 1 ? 64 : 1024)) return [];
  const bytes = Buffer.from(tensor.rawData ?? new Uint8Array());
  const width: Readonly<Record<number, number>> = { 1: 4, 3: 1, 2: 1, 6: 4, 7: 8, 9: 1, 11: 8 };
  if (bytes.length === 0) {
    const typed = [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData].find(
      (list) => (list?.length ?? 0) > 0,
    );
    if (dataType === 8)
      return (tensor.stringData ?? []).slice(0, 4).map((text) => Buffer.from(text).toString());
    return (typed ?? []).slice(0, 4).map(Number);
  }
  const size = width[dataType ?? 0];
  if (size === undefined) throw new Error(`the reference decodes no data type ${dataType ?? 0}`);
  return Array.from({ length: Math.min(4, count) }, (_, index) => {
    const at = index * size;
    if (dataType === 1) return bytes.readFloatLE(at);
    if (dataType === 11) return bytes.readDoubleLE(at);
    if (dataType === 7) return Number(bytes.readBigInt64LE(at));
    if (dataType === 6) return bytes.readInt32LE(at);
    return dataType === 3 ? bytes.readInt8(at) : bytes.readUInt8(at);
  });
}
