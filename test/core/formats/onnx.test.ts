import { expect, test } from "vitest";
import {
  bytesField,
  concat,
  encodeModel,
  encodeNode,
  intField,
  modelAround,
  modelOf,
  node,
  proto,
  valueInfo,
} from "../../kit/onnx-builder.js";
import { read, show } from "./onnx-kit.js";

const kinds = proto.AttributeProto.AttributeType;
const float = (name: string, value: number) => ({
  name,
  dims: [1],
  dataType: 1,
  floatData: [value],
});

test("inputs, constants, nodes and outputs are read in order", () => {
  const bytes = modelOf({
    name: "net",
    input: [valueInfo("x", ["n", 3])],
    output: [valueInfo("y", ["n", 3])],
    initializer: [float("w", 2)],
    node: [node("t = Mul(x, w)"), node("y = Clip(t, , w)")],
  });
  expect(show(bytes)).toMatchInlineSnapshot(`
    "in x: float32[n,3]
    const w: float32[1] 4 B = 2
    t = Mul(x,w)
    y = Clip(t,_,w)
    out y: float32[n,3]"
  `);
});

test("an initializer that is also an input is a constant, at every IR version", () => {
  for (const irVersion of [3, 10])
    expect(
      show(
        encodeModel({
          irVersion,
          opsetImport: [{ domain: "", version: 8 }],
          graph: {
            input: [valueInfo("x", [1]), valueInfo("w", [1])],
            output: [valueInfo("y", [1])],
            initializer: [float("w", 1)],
            node: [node("y = Add(x, w)")],
          },
        }),
      ),
    ).toBe("in x: float32[1]\nconst w: float32[1] 4 B = 1\ny = Add(x,w)\nout y: float32[1]");
});

test("the model says who made it, with which operator sets", () => {
  const { model } = read(
    encodeModel({
      irVersion: 9,
      producerName: "pytorch",
      producerVersion: "2.9",
      docString: "A net.",
      opsetImport: [
        { domain: "ai.onnx", version: 18 },
        { domain: "ai.onnx.ml", version: 3 },
      ],
      metadataProps: [{ key: "author", value: "Zoë" }],
      graph: { name: "g" },
    }),
  );
  expect(model).toMatchObject({ format: "onnx", name: "g", producer: "pytorch 2.9", irVersion: 9 });
  expect([...(model?.opsets ?? [])]).toEqual([
    ["", 18],
    ["ai.onnx.ml", 3],
  ]);
  expect(Object.fromEntries(model?.metadata ?? [])).toEqual({
    doc_string: "A net.",
    author: "Zoë",
  });
});

test("a model of IR version 1 without operator sets has the first", () => {
  const { model, problems } = read(encodeModel({ irVersion: 1, graph: { name: "g" } }));
  expect(model?.opsets.get("")).toBe(1);
  expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    "RP1009 information",
  ]);
});

test("attributes of every kind are read", () => {
  const typeProto = proto.TypeProto.encode({ tensorType: { elemType: 7 } }).finish();
  const bytes = concat(
    encodeNode(
      node("y = Everything(x)", {
        attribute: [
          { name: "i", type: kinds.INT, i: -3 },
          { name: "zero", type: kinds.INT },
          { name: "f", type: kinds.FLOAT, f: 0.5 },
          { name: "s", type: kinds.STRING, s: Buffer.from("é") },
          { name: "is", type: kinds.INTS, ints: [1, -1, 2 ** 40] },
          { name: "fs", type: kinds.FLOATS, floats: [1, 2] },
          { name: "ss", type: kinds.STRINGS, strings: [Buffer.from("a"), Buffer.from("b")] },
          { name: "t", type: kinds.TENSOR, t: { dims: [2], dataType: 7, int64Data: [1, 2] } },
          { name: "ts", type: kinds.TENSORS, tensors: [float("", 1), float("", 2)] },
          { name: "g", type: kinds.GRAPH, g: { name: "body" } },
          { name: "gs", type: kinds.GRAPHS, graphs: [{ name: "a" }, { name: "b" }] },
          {
            name: "sp",
            type: kinds.SPARSE_TENSOR,
            sparseTensor: {
              dims: [9],
              values: float("", 1),
              indices: { dims: [1], dataType: 7, int64Data: [4] },
            },
          },
          { name: "r", type: kinds.INT, refAttrName: "outer" },
          { name: "old", ints: [4, 5] },
        ],
      }),
    ),
    bytesField(5, concat(bytesField(1, "tp"), bytesField(14, typeProto), intField(20, 13))),
    bytesField(
      5,
      concat(
        bytesField(1, "tps"),
        bytesField(15, typeProto),
        bytesField(15, typeProto),
        intField(20, 14),
      ),
    ),
  );
  const { model } = read(modelAround(bytesField(1, bytes)));
  const line = show(modelAround(bytesField(1, bytes))).split("\n")[0];
  expect(line).toMatchInlineSnapshot(
    `"y = Everything(x) i=-3 zero=0 f=0.5 s=é is=[1,-1,1099511627776] fs=[1,2] ss=[a,b] t=tensor int64[2] ts=2 tensors g=graph gs=2 graphs sp=tensor float32[9] r=@outer old=[4,5] tp=int64[…] tps=int64[…],int64[…]"`,
  );
  expect(model?.graph.nodes[0]?.attributes.get("sp")).toMatchObject({
    kind: "tensor",
    value: { shape: [9], sparseCount: 1, byteLength: 12 },
  });
});

test("types of every kind are read", () => {
  const tensorType = { elemType: 1, shape: { dim: [{ dimValue: 2 }, { dimParam: "n" }, {}] } };
  const bytes = modelOf({
    input: [
      { name: "scalar", type: { tensorType: { elemType: 9, shape: {} } } },
      { name: "anyRank", type: { tensorType: { elemType: 16 } } },
      { name: "sparse", type: { sparseTensorType: tensorType } },
      { name: "seq", type: { sequenceType: { elemType: { tensorType } } } },
      { name: "map", type: { mapType: { keyType: 8, valueType: { tensorType } } } },
      {
        name: "optional",
        type: { optionalType: { elemType: { sequenceType: { elemType: { tensorType } } } } },
      },
      { name: "untyped" },
    ],
  });
  const opaque = concat(
    bytesField(1, "opaque"),
    bytesField(2, bytesField(7, bytesField(1, "domain"))),
  );
  expect(show(concat(bytes, bytesField(7, bytesField(11, opaque))))).toMatchInlineSnapshot(`
    "in scalar: bool[]
    in anyRank: bfloat16[…]
    in sparse: sparse(float32[2,n,?])
    in seq: seq(float32[2,n,?])
    in map: map(string, float32[2,n,?])
    in optional: optional(seq(float32[2,n,?]))
    in untyped: ?
    in opaque: ?"
  `);
});

test("fields newer than onnx-proto's schema are read or passed over", () => {
  const bytes = modelAround(
    bytesField(
      1,
      concat(
        encodeNode(node("y = Work(x)", { domain: "local" })),
        bytesField(8, "fast"),
        bytesField(
          9,
          concat(
            bytesField(1, "pkg.torch.onnx.name_scopes"),
            bytesField(2, "['', 'layer1', 'layer1.0', 'layer1.0.conv', 'conv2d']"),
          ),
        ),
        bytesField(10, concat(bytesField(1, "devices"), intField(3, 4))),
      ),
    ),
    bytesField(26, concat(bytesField(1, "two GPUs"), intField(2, 2))),
  );
  const { model } = read(bytes);
  expect(model?.graph.nodes[0]).toMatchObject({
    overload: "fast",
    scope: "layer1/0/conv",
    domain: "local",
  });
});

test.each([
  ["/layer1/layer1.0/conv1/Conv", {}, "layer1/layer1.0/conv1"],
  ["model/dense/MatMul", {}, "model/dense"],
  ["Conv_0", {}, ""],
  ["/Conv", {}, ""],
  [
    "n",
    {
      namespace:
        ": torchvision.ResNet/layer1: torch.Sequential/layer1.0: Block/layer1.0.conv1: Conv2d/conv2d: aten.conv2d.default",
    },
    "ResNet/layer1/0/conv1",
  ],
])("the scope of %s with %o is %s", (name, metadata, scope) => {
  const entries = Object.entries(metadata).map(([key, value]) =>
    bytesField(9, concat(bytesField(1, key), bytesField(2, value))),
  );
  const { model } = read(
    modelAround(bytesField(1, concat(bytesField(4, "Conv"), bytesField(3, name), ...entries))),
  );
  expect(model?.graph.nodes[0]?.scope).toBe(scope);
});

test("bodies capture outer values through any depth, and the sort knows it", () => {
  const graphAttribute = (name: string, g: object) => ({ name, type: kinds.GRAPH, g });
  const inner = { name: "inner", node: [node("z = Add(outer, mid)")], output: [{ name: "z" }] };
  const body = {
    name: "body",
    node: [
      node("mid = Neg(x)"),
      node("o = If(c)", { attribute: [graphAttribute("then_branch", inner)] }),
    ],
    output: [{ name: "o" }],
  };
  const bytes = modelOf({
    input: [valueInfo("x", [1]), valueInfo("c", [], 9)],
    output: [{ name: "y" }],
    node: [
      node("y = If(c)", { attribute: [graphAttribute("then_branch", body)] }),
      node("outer = Relu(x)"),
    ],
  });
  expect(show(bytes)).toMatchInlineSnapshot(`
    "in x: float32[1]
    in c: bool[]
    outer = Relu(x)
    y = If(c) then_branch=graph
      mid = Neg(x)
      o = If(c) then_branch=graph
        z = Add(outer,mid)
        captures outer from 4
        captures mid from 1
        out z: ?
      captures x from 2
      captures c from 0
      captures outer from 3
      out o: ?
    out y: ?
    information RP1011 graph"
  `);
});

test("the inputs of a loop body stay inputs when they have defaults", () => {
  const body = {
    input: [valueInfo("i", [], 7), valueInfo("d", [1])],
    initializer: [float("d", 1)],
    node: [node("o = Neg(d)")],
    output: [{ name: "o" }],
  };
  const bytes = modelOf({
    node: [node("y = Loop(,)", { attribute: [{ name: "body", type: kinds.GRAPH, g: body }] })],
    output: [{ name: "y" }],
  });
  expect(show(bytes)).toMatchInlineSnapshot(`
    "y = Loop(_,_) body=graph
      in i: int64[]
      in d: float32[1]
      o = Neg(d)
      out o: ?
    out y: ?"
  `);
});

test("local functions keep defaults, references, operator sets and value types", () => {
  const definition = concat(
    bytesField(1, "Scale"),
    bytesField(10, "local"),
    bytesField(4, "x"),
    bytesField(5, "y"),
    bytesField(6, "alpha"),
    bytesField(
      7,
      encodeNode(
        node("y = LeakyRelu(x)", {
          attribute: [{ name: "alpha", type: kinds.FLOAT, refAttrName: "alpha" }],
        }),
      ),
    ),
    bytesField(9, concat(bytesField(1, ""), intField(2, 16))),
    bytesField(11, concat(bytesField(1, "beta"), intField(3, 7), intField(20, 2))),
    bytesField(12, proto.ValueInfoProto.encode(valueInfo("y", ["n"])).finish()),
    bytesField(13, "f32"),
  );
  const bytes = modelAround(bytesField(2, "g"), bytesField(25, definition));
  expect(show(bytes)).toMatchInlineSnapshot(`
    "function local:Scale(alpha)
      in x: ?
      y = LeakyRelu(x) alpha=@alpha
      out y: float32[n]"
  `);
  const [made] = read(bytes).model?.functions ?? [];
  expect(made).toMatchObject({ overload: "f32", domain: "local" });
  expect([...(made?.defaults ?? [])]).toEqual([["beta", { kind: "int", value: 7 }]]);
  expect(made?.opsets.get("")).toBe(16);
});

test("nodes in the wrong order are sorted, and problems name their new positions", () => {
  const bytes = modelOf({
    input: [valueInfo("x", [1])],
    output: [{ name: "y" }],
    node: [node("y = Neg(t)"), node("t = Add(x, nobody)")],
  });
  expect(show(bytes)).toMatchInlineSnapshot(`
    "in x: float32[1]
    t = Add(x,nobody)
    y = Neg(t)
    out y: ?
    information RP1011 graph
    error RP1014 graph.node[1] #0"
  `);
});

test("a cycle, a value made twice and an output that nobody makes are told", () => {
  const bytes = modelOf({
    input: [valueInfo("x", [1])],
    output: [{ name: "lost" }],
    node: [
      node("a = Add(x, b)"),
      node("b = Neg(a)"),
      node("c = Neg(x)"),
      node("c = Abs(x)"),
      node("x = Sin(c)"),
    ],
  });
  expect(show(bytes)).toMatchInlineSnapshot(`
    "in x: float32[1]
    b = Neg(a)
    a = Add(x,b)
    c = Neg(x)
    c = Abs(x)
    x = Sin(c)
    out lost: ?
    error RP1013 graph.node[3] #3
    error RP1013 graph.input[0]
    error RP1012 graph #0
    error RP1015 graph.output"
  `);
});

test("equal node names and any order of fields do no harm", () => {
  const graph = concat(
    bytesField(12, proto.ValueInfoProto.encode({ name: "y" }).finish()),
    bytesField(1, encodeNode(node("t = Neg(x)", { name: "n" }))),
    bytesField(1, encodeNode(node("y = Neg(t)", { name: "n" }))),
    bytesField(11, proto.ValueInfoProto.encode(valueInfo("x", [1])).finish()),
  );
  const bytes = concat(bytesField(7, graph), intField(1, 8), bytesField(8, intField(2, 17)));
  expect(show(bytes)).toBe("in x: float32[1]\nt = Neg(x)\ny = Neg(t)\nout y: ?");
});
