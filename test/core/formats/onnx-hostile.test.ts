import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../server/core/base/byte-source.js";
import { Cancelled } from "../../../server/core/base/cancel.js";
import { absent, type Graph } from "../../../server/core/graph/graph.js";
import { readModelFile } from "../../../server/io/read-model.js";
import {
  bigChain,
  bytesField,
  concat,
  encodeNode,
  intField,
  modelAround,
  node,
  varint,
} from "../../kit/onnx-builder.js";
import { read } from "./onnx-kit.js";

const fixtures = path.resolve(import.meta.dirname, "../../fixtures");
const corpus = path.join(fixtures, "fuzz-onnx");
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(fixtures, "onnx", name)));

/** Reads anything, and checks what holds for whatever was read. */
function survive(bytes: Uint8Array): ReturnType<typeof read> {
  const result = read(bytes);
  expect(result.problems.length).toBeLessThanOrEqual(201);
  if (result.model === undefined) expect(result.problems).not.toEqual([]);
  else checkGraph(result.model.graph);
  for (const { place } of result.problems)
    if (place?.kind === "bytes") expect(place.offset).toBeLessThanOrEqual(bytes.length);
  return result;
}

/** Every id points to a value, and no value has two makers. */
function checkGraph(graph: Graph): void {
  const made = new Set<number>();
  const ids = graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  const outside = [...ids, ...graph.inputs, ...graph.outputs].filter(
    (id) => id !== absent && graph.values[id] === undefined,
  );
  expect(outside).toEqual([]);
  const makers = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)];
  const twice = makers.filter((id) => id !== absent && made.size === made.add(id).size);
  expect(twice).toEqual([]);
  for (const { attributes } of graph.nodes)
    for (const attribute of attributes.values())
      if (attribute.kind === "graph") checkGraph(attribute.value);
}

describe("the fuzz corpus", () => {
  const expected = JSON.parse(readFileSync(path.join(corpus, "expected.json"), "utf8")) as Record<
    string,
    string
  >;

  test("names every file", () => {
    const files = readdirSync(corpus).filter((name) => name.endsWith(".onnx"));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))("%s ends in %s", (name, code) => {
    survive(new Uint8Array(readFileSync(path.join(corpus, name))));
    const { problems } = readModelFile(path.join(corpus, name));
    expect(problems.map((problem) => problem.code)).toContain(code);
    const withoutPlace = problems.filter(({ place }) => place === undefined);
    expect(withoutPlace.map((problem) => problem.code)).toEqual(code === "RP1029" ? [code] : []);
  });
});

test("every truncation of a small model ends in problems or a smaller graph", () => {
  const bytes = fixture("onnx_light_bvlc_alexnet.onnx");
  for (let length = 0; length < bytes.length; length += 1) survive(bytes.subarray(0, length));
});

test("truncations of a quantized model with weights end early, and say so", () => {
  const bytes = fixture("mlperftiny_kws_dscnn_k1.onnx");
  for (let length = 7; length < bytes.length; length += 97) {
    const { problems } = survive(bytes.subarray(0, length));
    expect(problems.some(({ severity }) => severity === "error")).toBe(true);
  }
});

test("random byte flips never throw", () => {
  const bytes = fixture("onnx_light_squeezenet.onnx");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      (flips) => {
        const damaged = bytes.slice();
        for (const [offset, value] of flips) damaged[offset] = value;
        survive(damaged);
      },
    ),
    { numRuns: 150 },
  );
});

test("random bytes never throw, alone or inside a graph, node or tensor", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(4), (random, level) => {
      const wrapped = [
        random,
        modelAround(random),
        modelAround(bytesField(1, random)),
        modelAround(bytesField(5, random)),
        modelAround(bytesField(1, bytesField(5, random))),
      ][level];
      survive(wrapped ?? random);
    }),
    { numRuns: 1500 },
  );
});

test("a billion-fold claim costs nothing: shares of what is there are read", () => {
  const long = new Uint8Array(2_000_000).fill(0x08);
  const { model } = read(modelAround(bytesField(1, bytesField(5, long))));
  expect(model?.graph.nodes.length).toBe(1);
});

test("cancellation flies", () => {
  let askedCount = 0;
  const cancel = {
    get isCancelled() {
      askedCount += 1;
      return askedCount > 2;
    },
  };
  expect(() => read(bigChain(5_000), { cancel })).toThrow(Cancelled);
});

test("a chain of many nodes is read whole", () => {
  const { model, problems } = read(bigChain(20_000));
  expect(problems).toEqual([]);
  expect(model?.graph.nodes.length).toBe(20_000);
});

test("a source that reads less than it promised ends in problems", () => {
  const bytes = modelAround(bytesField(1, encodeNode(node("y = Relu(x)"))));
  const shrunk = bytesOf(bytes.subarray(0, bytes.length - 6));
  const { problems } = read({
    size: bytes.length,
    read: (offset, length) => shrunk.read(offset, length),
  });
  expect(problems).not.toEqual([]);
});

test("weights are skipped: a graph of 8 GiB is walked by a few small reads", () => {
  const rawLength = 8 * 2 ** 30;
  const tensorHead = concat(
    intField(1, rawLength / 4),
    intField(2, 1),
    bytesField(8, "w"),
    varint(9 * 8 + 2),
    varint(rawLength),
  );
  const weightHead = concat(varint(5 * 8 + 2), varint(tensorHead.length + rawLength), tensorHead);
  const after = bytesField(1, encodeNode(node("y = Relu(w)")));
  const graphLength = weightHead.length + rawLength + after.length;
  const before = concat(intField(1, 10), varint(7 * 8 + 2), varint(graphLength), weightHead);
  const afterStart = before.length + rawLength;
  let readLength = 0;
  const { model, problems } = read({
    size: afterStart + after.length,
    read(offset, length) {
      readLength += length;
      if (offset >= afterStart) return after.subarray(offset - afterStart);
      const piece = new Uint8Array(length);
      if (offset < before.length) piece.set(before.subarray(offset, offset + length));
      return piece;
    },
  });
  expect(problems.map(({ code }) => code)).toEqual(["RP1009"]);
  expect(model?.graph.nodes.map(({ op }) => op)).toEqual(["Relu"]);
  expect(model?.graph.values.find(({ name }) => name === "w")?.weight).toMatchObject({
    byteLength: rawLength,
    location: { offset: before.length, length: rawLength },
  });
  expect(readLength).toBeLessThan(100_000);
});
