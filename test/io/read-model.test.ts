import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Cancelled } from "../../server/core/base/cancel.js";
import { readModelFile } from "../../server/io/read-model.js";
import {
  bytesField,
  concat,
  encodeNode,
  intField,
  modelAround,
  node,
  sparseWeightsFile,
} from "../kit/onnx-builder.js";

const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-read-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const relu = modelAround(bytesField(1, encodeNode(node("y = Relu(x)"))));

test("contents decide the format, whatever the name", () => {
  expect(readModelFile(put("model.bin", relu)).value?.format).toBe("onnx");
  expect(readModelFile(put("model.ONNX", relu)).value?.format).toBe("onnx");
});

test.each([
  ["model.safetensors", /weights and no graph.*`config\.json` beside it.*Python source/],
  ["model.keras", /Convert it to ONNX/],
  ["model.engine", /Export the model that it was made from as ONNX/],
  ["kernel.ptx", /kernels written by hand/],
  ["notes.xyz", /PyTorch source; Verilog, VHDL, HLS C\+\+ and CUDA C\+\+/],
])("what to do instead of reading %s", (name, advice) => {
  expect(readModelFile(put(name, "just some words\n")).problems[0]?.message).toMatch(advice);
});

test.each([
  ["nowhere.onnx", undefined, "RP1000"],
  [".", undefined, "RP1000"],
  ["empty.onnx", "", "RP1001"],
  ["notes.xyz", "just some words\n", "RP1001"],
  ["broken.onnx", Uint8Array.of(0xff, 0xff, 0xff), "RP1008"],
] as const)("%s with %j ends in %s", (name, content, code) => {
  const file = content === undefined ? path.join(folder, name) : put(name, content);
  const { value, problems } = readModelFile(file);
  expect(value).toBeUndefined();
  expect(problems.map((problem) => problem.code)).toContain(code);
  expect(problems.every(({ place }) => place !== undefined)).toBe(true);
});

test("weights beside the model are found, and small ones read", () => {
  put("w.bin", new Uint8Array(new BigInt64Array([3n, 4n]).buffer));
  const tensor = concat(
    intField(1, 2),
    intField(2, 7),
    bytesField(8, "w"),
    bytesField(13, concat(bytesField(1, "location"), bytesField(2, "w.bin"))),
    intField(14, 1),
  );
  const { value, problems } = readModelFile(
    put("external.onnx", modelAround(bytesField(5, tensor))),
  );
  expect(problems).toEqual([]);
  expect(value?.graph.values[0]?.weight?.data).toEqual([3, 4]);
});

test("a sparse model of 5 GiB is read without its weights", () => {
  const file = path.join(folder, "sparse.onnx");
  sparseWeightsFile(file, 100, 5 * 2 ** 30);
  const { value, problems } = readModelFile(file);
  expect(problems).toEqual([]);
  expect(value?.graph.nodes.length).toBe(100);
  const bytes = value?.graph.values.reduce((sum, { weight }) => sum + (weight?.byteLength ?? 0), 0);
  expect(bytes).toBeGreaterThan(4.9 * 2 ** 30);
});

test("cancellation flies", () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    bytesField(1, encodeNode(node(`y${index} = Relu(x)`))),
  );
  const file = put("cancelled.onnx", modelAround(concat(...many)));
  expect(() => readModelFile(file, { isCancelled: true })).toThrow(Cancelled);
});
