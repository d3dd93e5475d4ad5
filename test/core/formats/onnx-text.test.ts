import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bytesOf,
  emptyNeighbourhood,
  type Neighbourhood,
} from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { Attribute, Model } from "../../../server/core/graph/graph.js";
import { typeText } from "../../../server/core/graph/value-type.js";
import { format } from "../../../server/core/formats/onnx-text.js";
import { readText } from "../../../server/core/formats/onnx-text/read-text.js";

function read(text: string, neighbourhood: Neighbourhood = emptyNeighbourhood) {
  return readText(text, { fileName: "m.onnxtxt", neighbourhood, cancel: neverCancelled });
}

const header = `<ir_version: 10, opset_import: ["" : 21]>\n`;

/** The problems of a text as `code "the words it points at"`. */
function problemsOf(text: string, neighbourhood?: Neighbourhood): readonly string[] {
  return read(text, neighbourhood).problems.map(({ code, place }) => {
    const span = place?.kind === "text" ? place.span : { start: 0, end: 0 };
    return `${code} ${text.slice(span.start, span.end)}`;
  });
}

function check(text: string): Model {
  expect(problemsOf(text)).toEqual([]);
  return read(text).model!;
}

/** The type that a declared input gets. */
function checkType(type: string, expected: string): void {
  const model = check(`${header}g (${type} x) => () {}`);
  expect(typeText(model.graph.values[0]!.declared)).toBe(expected);
}

function attributeOf(text: string): Attribute | undefined {
  const model = check(`${header}g () => () { y = Op <a ${text}> () }`);
  return model.graph.nodes[0]!.attributes.get("a");
}

function weightOf(text: string) {
  const model = check(`${header}g () => () <${text}> {}`);
  return model.graph.values[0]!.weight!;
}

describe("types", () => {
  test.each([
    ["float[N]", "float32[N]"],
    ["float", "float32[]"],
    ["float[]", "float32[…]"],
    ["double[2,M,?]", "float64[2,M,?]"],
    ["float [ 1 , 2 ]", "float32[1,2]"],
    ["seq(float[])", "seq(float32[…])"],
    ["optional(seq(int64))", "optional(seq(int64[]))"],
    ["sparse_tensor(float[1000])", "sparse(float32[1000])"],
    ["map(int32, float[N])", "map(int32, float32[N])"],
    [`float["M + N"]`, "float32[M + N]"],
    ["opaque()", "?"],
    ["opaque(Kind)", "?"],
    ["opaque(some.domain, Kind)", "?"],
    ["float8e4m3fnuz[1]", "float8e4m3fnuz[1]"],
    ["uint2[4]", "uint2[4]"],
  ])("%s", (type, expected) => checkType(type, expected));

  test("an input without a type is known by its name", () => {
    const model = check(`${header}g (float[N] y, z) => (float[N] w) { w = Add(y, z) }`);
    expect(model.graph.values.map((value) => typeText(value.declared))).toEqual([
      "float32[N]",
      "?",
      "float32[N]",
    ]);
  });

  test("an extent that is too large or negative is reported", () => {
    expect(
      problemsOf(`${header}g (float[99999999999999999999] x, float[-4] y, float[-1] z) => () {}`),
    ).toEqual(["RP1067 99999999999999999999", "RP1067 -4"]);
  });
});

describe("constants", () => {
  test.each([
    ["int32[3] w = {1, -2, 3}", [1, -2, 3]],
    ["float[5] w = {1, 2.0, 3.5, 1e1, -5.5E-1}", [1, 2, 3.5, 10, -0.55 as number].map(Math.fround)],
    ["float[3] w = {inf, -Infinity, NaN}", [Infinity, -Infinity, NaN]],
    [`string[2] w = { "a \\"b\\"", "c \\\\ d" }`, [`a "b"`, "c \\ d"]],
    ["float16[3] w = {15360, 49152, 14336}", [1, -2, 0.5]],
    ["bfloat16[1] w = {16256}", [1]],
    ["float8e4m3fn[2] w = {56, 192}", [1, -2]],
    ["int4[4] w = {33, 67}", [1, 2, 3, 4]],
    ["int4[3] w = {-1, 2, 3}", [-1, 2, 3]],
    ["bool[2] w = {1, 0}", [1, 0]],
    ["float w = {}", undefined],
    ["float[0] w = {}", []],
    ["complex64[1] w = {1.0, 2.0}", undefined],
    ["float[2] w = ...", undefined],
    ["float[2] w =", undefined],
  ])("%s", (text, expected) => {
    const found = read(`${header}g () => () <${text}> {}`);
    expect(found.problems.filter((problem) => problem.severity !== "information")).toEqual([]);
    expect(found.model!.graph.values[0]!.weight!.data).toEqual(expected);
  });

  test("bytes follow from type and shape", () => {
    expect(weightOf("int4[3,3] w =").byteLength).toBe(5);
    expect(weightOf("double[2,3] w =").byteLength).toBe(48);
  });

  test("an input with a constant is a constant, not something to feed", () => {
    const model = check(`${header}g (float y = {1.0}, float[N] z) => (w) { w = Add(y, z) }`);
    expect(model.graph.inputs.map((id) => model.graph.values[id]!.name)).toEqual(["z"]);
    expect(model.graph.values[0]!.weight!.data).toEqual([1]);
  });

  test.each([
    ["int32[] w = {1}", ["RP1061 int32[]"]],
    ["int32[N] w = {1}", ["RP1061 int32[N]"]],
    ["w = {1}", ["RP1061 w"]],
    ["int8[1] w = {300}", ["RP1057 300"]],
    ["int8[1] w = {1.5}", ["RP1057 1.5"]],
    ["float16[1] w = {1.5}", ["RP1057 1.5"]],
    ["float[3] w = {1, 2}", ["RP1060 {1, 2}"]],
    ["float[4294967296,4294967296] w =", ["RP1067 float[4294967296,4294967296]"]],
  ])("%s is reported", (text, expected) => {
    expect(problemsOf(`${header}g () => () <${text}> {}`)).toEqual(expected);
  });
});

describe("weights in other files", () => {
  const files: Neighbourhood = {
    find: (path) =>
      path.startsWith("..")
        ? { kind: "escapes" }
        : path === "w.bin"
          ? { kind: "file", size: 24 }
          : { kind: "missing" },
    open: () => bytesOf(new Uint8Array(24).fill(7, 16, 17)),
  };
  const weightIn = (entries: string) =>
    read(`${header}g () => () <int64[1] w = [${entries}]> {}`, files).model!.graph.values[0]!
      .weight!;

  test("keep their file, offset and length; small ones are read", () => {
    const weight = weightIn(`"location": "w.bin", "offset": "16", "length": "8"`);
    expect(weight.location).toEqual({ file: "w.bin", offset: 16, length: 8 });
    expect(weight.data).toEqual([7]);
  });

  test("without offset and length lie at the beginning", () => {
    expect(weightIn(`"location": "w.bin"`).location).toEqual({
      file: "w.bin",
      offset: 0,
      length: 8,
    });
  });

  test.each([
    [`"location": ""`, []],
    [`"offset": "0"`, [`RP1063 ["offset": "0"]`]],
    [`"location": "w.bin", "offset": "x"`, [`RP1063 ["location": "w.bin", "offset": "x"]`]],
    [`"location": "gone.bin"`, [`RP1064 ["location": "gone.bin"]`]],
    [`"location": "../w.bin"`, [`RP1065 ["location": "../w.bin"]`]],
    [`"location": "w.bin", "offset": "20"`, [`RP1066 ["location": "w.bin", "offset": "20"]`]],
    [`"location": "w.bin", "length": "9"`, [`RP1066 ["location": "w.bin", "length": "9"]`]],
  ])("%s", (entries, expected) => {
    expect(problemsOf(`${header}g () => () <int64[1] w = [${entries}]> {}`, files)).toEqual(
      expected,
    );
  });

  test("a file that must not be opened is not kept as a place", () => {
    expect(weightIn(`"location": "../w.bin"`).location).toBeUndefined();
  });

  test("a missing file is named once", () => {
    const text = `${header}g () => () <float a = ["location": "no"], float b = ["location": "no"]> {}`;
    expect(problemsOf(text, files)).toEqual([`RP1064 ["location": "no"]`]);
  });
});

describe("attributes", () => {
  test.each<[string, Attribute]>([
    ["= 2", { kind: "int", value: 2 }],
    ["= -9223372036854775808", { kind: "int", value: -(2 ** 63) }],
    ["= 0.625", { kind: "float", value: 0.625 }],
    ["= 0.1", { kind: "float", value: Math.fround(0.1) }],
    ["= 5.", { kind: "float", value: 5 }],
    [": float = 2", { kind: "float", value: 2 }],
    [": float = -0", { kind: "float", value: -0 }],
    ["= inf", { kind: "float", value: Infinity }],
    ["= -NaN", { kind: "float", value: NaN }],
    ["= -infinity", { kind: "float", value: -Infinity }],
    ["= [2, 4, 6]", { kind: "ints", value: [2, 4, 6] }],
    ["= [0.125, 1]", { kind: "floats", value: [0.125, 1] }],
    [": floats = [1, 2]", { kind: "floats", value: [1, 2] }],
    [`= "text"`, { kind: "string", value: "text" }],
    [`= ["a", "b"]`, { kind: "strings", value: ["a", "b"] }],
    [": ints = []", { kind: "ints", value: [] }],
    [": graphs = []", { kind: "graphs", value: [] }],
    [": ints = @outer", { kind: "reference", value: "outer" }],
    ["= @outer", { kind: "reference", value: "outer" }],
    ["= float[3]", { kind: "type", value: { kind: "tensor", elementType: "float32", shape: [3] } }],
    [": type_protos = [opaque()]", { kind: "types", value: [undefined] }],
  ])("a %s", (text, expected) => {
    expect(attributeOf(text)).toEqual(expected);
  });

  test.each(["float[2] {1, 2}", "float[2] t {1, 2}", "float[2] = {1, 2}", `float[2] "a t" {1, 2}`])(
    "a tensor may be written %s",
    (text) => {
      const attribute = attributeOf(`= ${text}`);
      expect(attribute?.kind === "tensor" && attribute.value.data).toEqual([1, 2]);
    },
  );

  test("a tensor may lie in a file, with and without an equals sign", () => {
    for (const text of [`float[2] = ["location": ""]`, `float[2]["location": ""]`])
      expect(attributeOf(`= ${text}`)?.kind).toBe("tensor");
  });

  test("lists of tensors, types and graphs", () => {
    expect(attributeOf(": tensors = [float {1}, float {2}]")?.kind).toBe("tensors");
    const graphs = attributeOf("= [g1 () => () {}, g2 () => () {}]");
    expect(graphs?.kind === "graphs" && graphs.value.map((graph) => graph.name)).toEqual([
      "g1",
      "g2",
    ]);
  });

  test("they may stand behind the inputs", () => {
    const model = check(`${header}g (x) => (y) { y = Op (x) <a = 1> }`);
    expect(model.graph.nodes[0]!.attributes.get("a")).toEqual({ kind: "int", value: 1 });
  });

  test.each([
    ["a = []", ["RP1062 a"]],
    ["a: int = [1]", ["RP1062 a"]],
    ["a: ints = 1", ["RP1062 a"]],
    ["a: int = 1.5", ["RP1062 a"]],
    [`a = [1, "x"]`, ["RP1062 a"]],
    ["a = 1, a = 2", ["RP1068 2"]],
    ["a = 9223372036854775809999", ["RP1057 9223372036854775809999"]],
    ["a = 1e99", ["RP1057 1e99"]],
    ["a: sparse_tensor = ", ["RP1069 a"]],
    ["a = 1e", ["RP1054 >"]],
    ["a = inf1", []],
    ["a: number = 1", ["RP1054 n"]],
  ])("<%s> is reported", (text, expected) => {
    const found = problemsOf(`${header}g (x) => () { y = Op <${text}> (x) }`);
    expect(text === "a = inf1" ? found.length > 0 : found).toEqual(
      text === "a = inf1" ? true : expected,
    );
  });
});

describe("nodes", () => {
  function checkNode(text: string): string {
    const { graph } = read(`${header}g (x, y, z) => () { ${text} }`).model!;
    const name = (id: number) => (id < 0 ? "_" : graph.values[id]!.name);
    const { name: label, domain, op, overload, inputs, outputs } = graph.nodes[0]!;
    const operator = [domain, op].filter((part) => part !== "").join("|");
    const suffix = overload === undefined ? "" : `:${overload}`;
    return `[${label}] ${outputs.map(name).join()} = ${operator}${suffix}(${inputs.map(name).join()})`;
  }

  test.each([
    ["a = Op(x, y)", "[] a = Op(x,y)"],
    ["a, b = Op(x)", "[] a,b = Op(x)"],
    ["a = some.domain.Op(x)", "[] a = some.domain|Op(x)"],
    ["a = ai.onnx.Op(x)", "[] a = Op(x)"],
    ["a = local.Op:over(x)", "[] a = local|Op:over(x)"],
    ["[label] a = Op(x)", "[label] a = Op(x)"],
    [`["a/label"] a = Op(x)`, "[a/label] a = Op(x)"],
    ["a = Op(x, , z)", "[] a = Op(x,_,z)"],
    ["a = Op( , z)", "[] a = Op(_,z)"],
    [`a = Op("", z)`, "[] a = Op(_,z)"],
    ["= Op ()", "[]  = Op()"],
    [", = Op (,)", "[] _ = Op(_)"],
    ["a, = Op (x,)", "[] a = Op(x)"],
    [",a = Op (,x)", "[] _,a = Op(_,x)"],
    [`"a b" = Op("x")`, "[] a b = Op(x)"],
    [`a = pkg.torch.2.3.0.Op(x)`, "[] a = pkg.torch.2.3.0|Op(x)"],
    [`a = "my domain"."an op"(x)`, "[] a = my domain|an op(x)"],
    ["a # comment\n = # another\n Op (x)", "[] a = Op(x)"],
  ])("%s", (text, expected) => {
    expect(checkNode(text)).toBe(expected);
  });

  test("a path in the label is the module the node came from", () => {
    const model = check(`${header}g (x) => () { ["/layer1/conv/Conv"] a = Op(x) }`);
    expect(model.graph.nodes[0]!.scope).toBe("layer1/conv");
  });
});

describe("models", () => {
  test("the header names producer, versions and metadata", () => {
    const model = check(`<
      ir_version: 7, opset_import: [ "ai.onnx" : 10, "com.microsoft": 1 ],
      producer_name: "maker", producer_version: "1.0", domain: "d", model_version: 1,
      doc_string: "A model.", metadata_props: [ "k" : "v", "k2" : "v2" ]
    > g () => () {}`);
    expect(model).toMatchObject({ irVersion: 7, producer: "maker 1.0", name: "g" });
    expect([...model.opsets]).toEqual([["", 10], ["com.microsoft", 1]]); // prettier-ignore
    expect([...model.metadata.keys()]).toEqual(["k", "k2", "domain", "doc_string"]);
  });

  test("a graph without a header gets today's operators, with a warning", () => {
    expect(problemsOf("g () => () {}")).toEqual(["RP1058 g"]);
    expect(read("g () => () {}").model!.opsets.get("")).toBeGreaterThan(20);
  });

  test("a function has attributes, defaults, typed values and a body of its own", () => {
    const model = check(`${header}g (x) => (y) { y = local.f <alpha = 2.0> (x) }
      <domain: "local", overload: "o", opset_import: ["" : 15], doc_string: "f">
      f <alpha: float = 4.0, gamma> (float[N] X) => (C) <float[N] t>
      { t = Constant <value_float: float = @alpha> () C = Mul(t, X) }`);
    const [definition] = model.functions;
    expect(definition).toMatchObject({ name: "f", domain: "local", overload: "o" });
    expect(definition!.attributes).toEqual(["gamma"]);
    expect(definition!.defaults.get("alpha")).toEqual({ kind: "float", value: 4 });
    expect(definition!.body.values.map((value) => typeText(value.declared))).toEqual([
      "float32[N]",
      "float32[N]",
      "?",
    ]);
  });

  test("the same function twice is reported", () => {
    const f = `<domain: "l", opset_import: ["" : 1]> f (x) => (y) { y = A (x) }\n`;
    expect(problemsOf(`${header}g () => () {}\n${f}${f}`)).toEqual(["RP1070 f"]);
  });

  test("bodies capture values of the graph around them", () => {
    const model = check(`${header}g (bool b, float[4] x) => (float[4] z) {
      z = If (b) < then_branch = t () => (a) { a = Neg(x) }, else_branch = "e b" () => (a) { a = Abs(x) } >
    }`);
    const branch = model.graph.nodes[0]!.attributes.get("then_branch");
    expect(branch?.kind === "graph" && branch.value.captures).toEqual([{ inner: 1, outer: 1 }]);
  });

  test("nodes are sorted into execution order, and places stay with them", () => {
    const text = `${header}g (x) => (b) {\n  b = B(a)\n  a = A(x)\n}`;
    const { graph } = check(text);
    const lines = graph.nodes.map(({ place }) =>
      place?.kind === "text" ? text.slice(place.span.start, place.span.end) : "",
    );
    expect(lines).toEqual(["a = A(x)", "b = B(a)"]);
  });

  test.each([
    ["a missing input", "g (x) => (y) { y = A(nowhere) }", ["RP1050 nowhere"]],
    ["a missing output", "g (x) => (y) {}", ["RP1050 y"]],
    ["a name made twice", "g (x) => (y) { y = A(x) y = B(x) }", ["RP1051 y"]],
    ["a cycle", "g (x) => (y) { y = A(z) z = B(y) }", ["RP1052 z = B(y)"]],
  ])("%s is reported where it stands", (_, text, expected) => {
    expect(problemsOf(header + text)).toEqual(expected);
  });
});

test.each(readdirSync("examples").filter((name) => name.endsWith(".onnxtxt")))(
  "the example %s is read without problems",
  (name) => {
    check(readFileSync(`examples/${name}`, "utf8"));
  },
);

describe("the format", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  test.each([
    ["# comment\n\n < ir_version : 7", true],
    ["<\n  opset_import: [", true],
    ["\uFEFFg (float[N] x) => (y) {}", true],
    [`"a graph" (float[N] "x") => (y) {}`, true],
    ["g () => () {}", true],
    ["<html><body>", false],
    ["<domain>x</domain>", false],
    ["def f(x):\n  return x => y", false],
    ["print (hello)", false],
    ["(x) => x", false],
    ["\0\0\0", false],
    ["", false],
  ])("%j: %s", (text, expected) => {
    expect(format.sniff(bytes(text))).toBe(expected);
  });

  test("a byte order mark does not move places", () => {
    const { value } = format.read(bytesOf(bytes(`\uFEFF${header}gé () => () {}`)), {
      fileName: "m",
      neighbourhood: emptyNeighbourhood,
      cancel: neverCancelled,
    });
    const place = value?.graph.place;
    expect(place?.kind === "text" && place.span.start).toBe(header.length);
  });
});
