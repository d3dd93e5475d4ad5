import fc from "fast-check";
import { expect, test } from "vitest";
import { Cancelled } from "../../../server/core/base/cancel.js";
import { absent, type Graph } from "../../../server/core/graph/graph.js";
import { buildTflite } from "../../kit/tflite-builder.js";
import { fixture, read } from "./tflite-kit.js";

/** Reads anything, and checks what holds for whatever was read. */
function survive(bytes: Uint8Array): ReturnType<typeof read> {
  const result = read(bytes);
  expect(result.problems.length).toBeLessThanOrEqual(201);
  if (result.model === undefined) expect(result.problems).not.toEqual([]);
  else checkGraph(result.model.graph);
  for (const { code, place } of result.problems) {
    if (code !== "RP1029") expect(place).toBeDefined();
    if (place?.kind === "bytes") expect(place.offset).toBeLessThanOrEqual(bytes.length);
  }
  return result;
}

/** Every id points to a value, and no value has two makers. */
function checkGraph(graph: Graph): void {
  const ids = graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  const outside = [...ids, ...graph.inputs, ...graph.outputs].filter(
    (id) => id !== absent && graph.values[id] === undefined,
  );
  expect(outside).toEqual([]);
  const made = new Set<number>();
  const makers = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)];
  expect(makers.filter((id) => id !== absent && made.size === made.add(id).size)).toEqual([]);
  for (const { attributes } of graph.nodes)
    for (const attribute of attributes.values())
      if (attribute.kind === "graph") checkGraph(attribute.value);
}

test("truncations end in problems or a smaller graph", () => {
  const bytes = fixture("tflm_keyword_scrambled_int8.tflite");
  for (let length = 0; length < bytes.length; length += 13) {
    const { problems } = survive(bytes.subarray(0, length));
    expect(problems.length, `${length} bytes`).toBeGreaterThan(0);
  }
});

test("random byte flips never throw", () => {
  const bytes = fixture("tflm_keyword_scrambled_int8.tflite");
  // Tables stand at the end of this file, weights before them.
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(9000), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      (flips) => {
        const damaged = bytes.slice();
        for (const [offset, value] of flips) damaged[bytes.length - 1 - offset] = value;
        survive(damaged);
      },
    ),
    { numRuns: 400 },
  );
});

test("random bytes behind the identifier never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (random) => {
      const bytes = Uint8Array.from([12, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33, ...random]);
      survive(bytes);
      survive(random);
    }),
    { numRuns: 1500 },
  );
});

const small = buildTflite({
  subgraphs: [
    {
      tensors: [{ shape: [1, 4] }, { shape: [1, 4] }],
      inputs: [0],
      outputs: [1],
      operators: [{ op: "RELU", inputs: [0], outputs: [1] }],
    },
  ],
});

test("every field set to every extreme is survived in bounded time", () => {
  const view = new DataView(new ArrayBuffer(4));
  for (let offset = 0; offset + 4 <= small.length; offset += 2)
    for (const value of [0, 1, -1, 0x7fffffff, -0x80000000, small.length, -small.length]) {
      const damaged = small.slice();
      view.setInt32(0, value, true);
      damaged.set(new Uint8Array(view.buffer), offset);
      survive(damaged);
    }
});

test("a list longer than the file is told and cut", () => {
  const operators = small.slice();
  const relu = findInt(operators, [1, 0, 0, 0, 0, 0, 0, 0]);
  expect(relu).toBeGreaterThan(0);
  new DataView(operators.buffer).setUint32(relu, 0xfffffff0, true);
  const { problems } = survive(operators);
  expect(problems.map(({ code }) => code)).toContain("RP1003");
});

function findInt(bytes: Uint8Array, pattern: readonly number[]): number {
  for (let at = 0; at + pattern.length <= bytes.length; at += 4)
    if (pattern.every((byte, index) => bytes[at + index] === byte)) return at;
  return -1;
}

test("a million references to one operator stop at what the file can hold", () => {
  // A vector of references that all lead to the same table: 4 bytes each claim an operator.
  const count = 400_000;
  const tail = small.length;
  const bytes = new Uint8Array(tail + 4 + 4 * count);
  bytes.set(small);
  const view = new DataView(bytes.buffer);
  const subgraph = followVector(view, tableField(view, view.getUint32(0, true), 2), 0);
  const operatorsAt = fieldOffset(view, subgraph, 3);
  const operators = operatorsAt + view.getUint32(operatorsAt, true);
  const operator = operators + 4 + view.getUint32(operators + 4, true);
  // References lead forwards, so a copy of the table at the end is what they point to.
  view.setUint32(operatorsAt, tail - operatorsAt, true);
  view.setUint32(tail, count, true);
  for (let index = 0; index < count; index += 1) view.setUint32(tail + 4 + 4 * index, 8, true);
  expect(operator).toBeLessThan(tail);
  const { problems } = survive(bytes);
  expect(problems.length).toBeGreaterThan(0);
});

function fieldOffset(view: DataView, position: number, index: number): number {
  const fields = position - view.getInt32(position, true);
  return position + view.getUint16(fields + 4 + 2 * index, true);
}

function tableField(view: DataView, position: number, index: number): number {
  const at = fieldOffset(view, position, index);
  return at + view.getUint32(at, true);
}

function followVector(view: DataView, vector: number, index: number): number {
  const at = vector + 4 + 4 * index;
  return at + view.getUint32(at, true);
}

test("cancellation flies", () => {
  const source = {
    size: 100 * 2 ** 20,
    read: (_: number, length: number) => new Uint8Array(length).fill(4),
  };
  expect(() => read(source, { cancel: { isCancelled: true } })).toThrow(Cancelled);
});

test("weights are skipped: a file of 8 GiB is walked by a few small reads", () => {
  const bytes = fixture("mlperftiny_vww_mobilenetv1_025_96_int8.tflite");
  let readLength = 0;
  const { model } = read({
    size: 8 * 2 ** 30,
    read(offset, length) {
      readLength += length;
      const piece = new Uint8Array(length);
      if (offset < bytes.length) piece.set(bytes.subarray(offset, offset + length));
      return piece;
    },
  });
  expect(model?.graph.nodes.length).toBe(31);
  expect(readLength).toBeLessThan(64 * 1024 * 200);
});
