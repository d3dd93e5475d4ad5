import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bytesOf, emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { format as binary } from "../../../server/core/formats/onnx.js";
import { encodeSmallFloat } from "../../../server/core/formats/onnx-text/encode-small-float.js";
import { floatText } from "../../../server/core/formats/onnx-text/print-literals.js";
import {
  printModel,
  printModelWithLines,
} from "../../../server/core/formats/onnx-text/print-model.js";
import { readText } from "../../../server/core/formats/onnx-text/read-text.js";
import { numbersFromInts } from "../../../server/core/formats/onnx/small-data.js";
import {
  absent,
  type Attribute,
  type Graph,
  type Model,
} from "../../../server/core/graph/graph.js";
import { typeText } from "../../../server/core/graph/value-type.js";

const fileName = "model.onnx";

function read(text: string) {
  return readText(text, {
    fileName,
    neighbourhood: { ...emptyNeighbourhood, find: () => ({ kind: "file", size: 2 ** 40 }) },
    cancel: neverCancelled,
  });
}

/** Reads a text, prints it, and checks that the print is the same again when it is read and printed. */
function check(text: string): string {
  const { model, problems } = read(text);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const printed = printModel(model!, { fileName });
  expect(printModel(read(printed).model!, { fileName })).toBe(printed);
  return printed;
}

const header = `<ir_version: 10, opset_import: ["" : 21]>\n`;

describe("printModel", () => {
  test("a graph with weights, types and nodes", () => {
    const text = `${header}g (float[N,3] x, "in put") => (float[N] z)
      <float[2] w = {1, 0.5}, float[100000] big = ["location": "model.onnx", "offset": "64", "length": "400000"], double[3] y>
      { ["l/1"] y = Conv <k = [1, 2], alpha = 1.0, s = "a\\"b", r: int = @q> (x, w, "") z = my.Op:o (y, big, "in put") }`;
    expect(check(text)).toMatchInlineSnapshot(`
      "<ir_version: 10, opset_import: ["" : 21]>
      g (float[N,3] x, "in put") => (float[N] z)
      <
          float[2] w = {1, 0.5},
          float[100000] big = ["location": "model.onnx", "offset": "64", "length": "400000"],
          double[3] y
      >
      {
          ["l/1"] y = Conv <k = [1, 2], alpha = 1.0, s = "a\\"b", r = @q> (x, w, "")
          z = my.Op:o (y, big, "in put")
      }
      "
    `);
  });

  test("bodies are indented", () => {
    const text = `${header}g (b, x) => (z) { z = If (b) < extra = 1, then_branch = t () => (a) { a = Neg(x) }, other: graphs = [u () => (float a) <float v = {2}> { a = Abs(v) }] > }`;
    expect(check(text)).toMatchInlineSnapshot(`
      "<ir_version: 10, opset_import: ["" : 21]>
      g (b, x) => (z) {
          z = If (b) <
              extra = 1,
              then_branch = t () => (a) {
                  a = Neg (x)
              },
              other: graphs = [
                  u () => (float a)
                  <
                      float v = {2}
                  >
                  {
                      a = Abs (v)
                  }
              ]
          >
      }
      "
    `);
  });

  test("functions with header, attributes and defaults", () => {
    const text = `${header}g () => () {} <domain: "l", overload: "o", opset_import: ["" : 9]> f <a, b: float = 4> (float x) => (y) { y = Op <c: ints = []> (x) }`;
    expect(check(text).split("\n").slice(3)).toEqual([
      "",
      '<domain: "l", overload: "o", opset_import: ["" : 9]>',
      "f <a, b = 4.0> (float x) => (y) {",
      "    y = Op <c: ints = []> (x)",
      "}",
      "",
    ]);
  });

  test("producer and metadata stand in a header of several lines", () => {
    const text = `<ir_version: 8, opset_import: [], producer_name: "p", producer_version: "1", doc_string: "d", metadata_props: ["k": "v"]> g () => () {}`;
    expect(check(text).split("\n").slice(0, 6)).toEqual([
      "<",
      "    ir_version: 8,",
      '    opset_import: ["" : 26],',
      '    producer_name: "p 1",',
      '    doc_string: "d",',
      '    metadata_props: ["k": "v"]',
    ]);
  });

  test.each([
    "int64[2] w = {9223372036854775807, -9223372036854775808}",
    "uint64[1] w = {18446744073709551615}",
    "float16[4] w = {15360, 49152, 31744, 1}",
    "float8e5m2fnuz[3] w = {0, 1, 255}",
    "int4[3] w = {33, 3}",
    "uint2[5] w = {228, 1}",
    "float4e2m1[3] w = {33, 3}",
    "float[4] w = {0.1, 1e-45, -0, nan}",
    "bool w = {1}",
    'string[2] w = {"a\\\\", "b"}',
    "float[0] w = {}",
    'float[5] w = ["location": ""]',
    'float[5] w = ["location": "w.bin", "offset": "3", "length": "20", "sparse_count": "2"]',
    'int64[500] w = ["location": "model.onnx", "offset": "3", "length": "700", "encoding": "varint"]',
  ])("the constant %s is printed as it is written", (text) => {
    expect(check(`${header}g () => () <${text}> {}`)).toContain(`\n    ${text}\n`);
  });

  test.each(["inf_body", "float", "torch-jit/body", "1st", ""])(
    "the name %j of a body is bent to what upstream reads",
    (name) => {
      const text = `${header}g () => () { = If () <t = "${name}" () => () { a = Op () }> }`;
      expect(check(text)).toMatch(/t = _?[A-Za-z_][A-Za-z0-9_]* \(\) => \(\) \{/);
    },
  );

  test("an untyped value that is named like a type stays a name", () => {
    expect(check(`${header}g ("float") => ("seq") { "seq" = Op ("float") }`)).toContain(
      'g ("float") => ("seq") {\n    seq = Op (float)',
    );
  });

  test("the line of each node is known, also behind texts with line breaks and bodies", () => {
    const text = `${header}g (x) => (d) { a = A <s = "one\ntwo"> (x) b = If (a) <t = t () => (q) { q = Q (x) }> d = D (b) }`;
    const { text: printed, lineOfNode } = printModelWithLines(read(text).model!);
    const lines = printed.split("\n");
    expect(lineOfNode.map((line) => lines[line]!.trim().slice(0, 3))).toEqual([
      "a =",
      "b =",
      "d =",
    ]);
  });
});

test("32-bit floats are printed with the fewest digits that read back", () => {
  expect(
    [0.1, 1 / 3, 1e10, 3.4028234663852886e38, 1e-45].map((value) => floatText(Math.fround(value))),
  ).toEqual(["0.1", "0.33333334", "10000000000", "3.4028235e+38", "1e-45"]);
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(Math.fround(Number(floatText(value).replace("inf", "Infinity")))).toBe(value);
    }),
  );
});

test.each([
  ["float16", 16],
  ["bfloat16", 16],
  ["float8e4m3fn", 8],
  ["float8e4m3fnuz", 8],
  ["float8e5m2", 8],
  ["float8e5m2fnuz", 8],
  ["float8e8m0", 8],
] as const)("every bit pattern of %s survives", (type, bits) => {
  for (let pattern = 0; pattern < 2 ** bits; pattern += bits === 16 ? 7 : 1) {
    const [value] = numbersFromInts(type, 1, [pattern])!;
    if (!Number.isNaN(value)) expect(encodeSmallFloat(type, value!)).toBe(pattern);
  }
});

describe("models of the ONNX project", () => {
  /** Names, operators, inputs, outputs, attributes, types and shapes, without ids and places. */
  function plain(graph: Graph): unknown {
    const name = (id: number) => (id === absent ? "" : graph.values[id]!.name);
    const type = (id: number) => typeText(graph.values[id]?.declared);
    const values = graph.values
      .filter((_, id) => !graph.captures.some(({ inner }) => inner === id))
      .map((value) => [
        value.name,
        typeText(value.declared),
        value.weight?.shape,
        value.weight?.data,
      ]);
    return {
      inputs: graph.inputs.map((id) => [name(id), type(id)]),
      outputs: graph.outputs.map((id) => [name(id), type(id)]),
      values: values.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
      captures: graph.captures.map(({ inner }) => name(inner)).sort(),
      nodes: graph.nodes.map((node) => [
        node.name,
        node.domain,
        node.op,
        node.inputs.map(name),
        node.outputs.map(name),
        new Map([...node.attributes].map(([key, attribute]) => [key, plainAttribute(attribute)])),
      ]),
    };
  }

  function plainAttribute(attribute: Attribute): unknown {
    if (attribute.kind === "graph") return plain(attribute.value);
    if (attribute.kind === "graphs") return attribute.value.map(plain);
    if (attribute.kind === "tensor")
      return [attribute.value.elementType, attribute.value.shape, attribute.value.data];
    if (attribute.kind === "tensors") return attribute.value.map((weight) => weight.shape);
    return attribute.value;
  }

  function plainModel({ graph, functions, opsets, irVersion }: Model): unknown {
    return {
      irVersion,
      opsets: [...opsets],
      graph: plain(graph),
      functions: functions.map((definition) => [
        definition.domain,
        definition.name,
        [...definition.opsets],
        plain(definition.body),
      ]),
    };
  }

  const folder = "/usr/share/libonnx-testdata/data/node";
  const names = readdirSync(folder);

  test("there are more than 900 of them", () => expect(names.length).toBeGreaterThan(900));

  // In parts, so that no test takes long.
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "printing and reading gives the same graph (part %i)",
    (part) => {
      for (const [index, name] of names.entries()) {
        if (index % 8 !== part) continue;
        const bytes = readFileSync(path.join(folder, name, "model.onnx"));
        const context = { fileName, neighbourhood: emptyNeighbourhood, cancel: neverCancelled };
        const { value: model } = binary.read(bytesOf(bytes), context);
        const { model: again, problems } = read(printModel(model!, { fileName }));
        expect(problems, name).toEqual([]);
        expect(plainModel(again!), name).toEqual(plainModel(model!));
      }
    },
  );
});
