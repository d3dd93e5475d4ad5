import { expect, test } from "vitest";
import { Cancelled, neverCancelled } from "../../../server/core/base/cancel.js";
import { expandFunctions } from "../../../server/core/graph/expand-functions.js";
import type { Model, Node, Value } from "../../../server/core/graph/graph.js";
import { infer } from "../../../server/core/graph/infer.js";
import { typeText } from "../../../server/core/graph/value-type.js";
import { modelOfText } from "../../kit/infer-text.js";

/** `name: type` for each value that a node makes and each output, then the problems. */
function outcome(text: string): string {
  const { value: model, problems } = expandFunctions(modelOfText(text), neverCancelled);
  const inferred = infer(model, neverCancelled);
  const made = inferred.graph.nodes.flatMap((node) => node.outputs);
  const lines = made.map((id) => {
    const isFolded = inferred.isConstant[id] === true ? " constant" : "";
    return `${inferred.graph.values[id]!.name}: ${typeText(inferred.types[id])}${isFolded}`;
  });
  const complaints = [...problems, ...inferred.problems].map((p) => `${p.code} ${p.message}`);
  return [...lines, ...complaints].join("\n");
}

test("shape arithmetic keeps symbols: split heads of a batch and a length that are not bound", () => {
  expect(
    outcome(`g (float[batch,seq,64] x) => (float[?,?,?,?] y) {
      shape = Shape(x)
      zero = Constant<value_ints=[0]>()
      one = Constant<value_ints=[1]>()
      b = Gather(shape, zero)
      s = Gather(shape, one)
      heads = Constant<value_ints=[4,16]>()
      target = Concat<axis=0>(b, s, heads)
      y = Reshape(x, target)
    }`),
  ).toMatchInlineSnapshot(`
    "shape: int64[3]
    zero: int64[1] constant
    one: int64[1] constant
    b: int64[1]
    s: int64[1]
    heads: int64[2] constant
    target: int64[4]
    y: float32[batch,seq,4,16]"
  `);
});

test("what follows from constants and static shapes is constant, what is random is not", () => {
  expect(
    outcome(`g (float[2,3] x) => (float[2,3] y) <float[3] w = {1,2,3}> {
      n = Neg(w)
      s = Shape(x)
      r = RandomNormalLike(w)
      z = Add(n, r)
      y = Add(x, z)
    }`),
  ).toMatchInlineSnapshot(`
    "n: float32[3] constant
    s: int64[2] constant
    r: float32[3]
    z: float32[3]
    y: float32[2,3]"
  `);
});

test("a declared type that contradicts is reported, and the inferred one believed", () => {
  expect(outcome(`g (float[2,3] x) => (float[2,4] y) { y = Relu(x) }`)).toMatchInlineSnapshot(`
    "y: float32[2,3]
    RP1103 Relu: output \`y\` is declared as [2,4] but has shape [2,3]."
  `);
});

test("declared types stand in where a rule is missing, which is said once with the count", () => {
  expect(
    outcome(`g (float[2] x) => (float[7] y) { a = custom.Thing(x)
      y = custom.Thing(a) }`),
  ).toMatchInlineSnapshot(`
    "a: ?
    y: float32[7]
    RP1201 \`custom:Thing\` is not known; 2 nodes of it have no cost."
  `);
});

test("a mistake in a model is told in its terms, and the rest is still inferred", () => {
  expect(
    outcome(`g (float[32,512] x, float[768] b) => (float[?,?] y) {
      sum = Add(x, b)
      y = Relu(x)
    }`),
  ).toMatchInlineSnapshot(`
    "sum: float32[…]
    y: float32[32,512]
    RP1102 Add: shapes [32,512] and [768] cannot be broadcast."
  `);
});

test("branches agree on what both have, and see values around them", () => {
  expect(
    outcome(`g (bool c, float[2,n] x) => (float[?,?] y) {
      y = If(c) <
        then_branch = t () => (float[?,?] a) { a = Relu(x) },
        else_branch = e () => (float[?,?] b) { b = Concat<axis=0>(x, x) }
      >
    }`),
  ).toMatchInlineSnapshot(`"y: float32[?5,n]"`);
});

test("a loop of known length stacks what its body gives", () => {
  expect(
    outcome(`g (float[3] x) => (float[3] last, float[?,3] all) {
      trips = Constant<value_int=5>()
      last, all = Loop(trips, , x) <
        body = b (int64 i, bool cin, float[3] s) => (bool cout, float[3] next, float[3] out) {
          cout = Identity(cin)
          next = Add(s, s)
          out = Neg(next)
        }
      >
    }`),
  ).toMatchInlineSnapshot(`
    "trips: int64[] constant
    last: float32[3]
    all: float32[5,3]"
  `);
});

test("a state that grows from one iteration to the next has an unknown extent", () => {
  expect(
    outcome(`g (int64 trips, float[1] x) => (float[?] y) {
      y = Loop(trips, , x) <
        body = b (int64 i, bool cin, float[?] s) => (bool cout, float[?] next) {
          cout = Identity(cin)
          next = Concat<axis=0>(s, s)
        }
      >
    }`).replace(/\?\d+/, "?n"),
  ).toBe("y: float32[?n]");
});

test("calls of functions are replaced by their bodies, with attributes and defaults", () => {
  const text = `<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[2,3] x) => (float[?] y) { y = local.Both<alpha=0.5>(x) }
    <domain: "local", opset_import: ["" : 12, "local" : 1]>
    Both <alpha> (v) => (out) {
      a = LeakyRelu<alpha: float = @alpha>(v)
      out = local.Sum0(a)
    }
    <domain: "local", opset_import: ["" : 12]>
    Sum0 (v) => (out) { out = ReduceSum<axes=[0], keepdims=0>(v) }`;
  const { value, problems } = expandFunctions(modelOfText(text), neverCancelled);
  expect(problems).toEqual([]);
  const nodes = value.graph.nodes.map(
    ({ op, scope, opset, attributes }) =>
      `${op}@${opset} ${scope} ${JSON.stringify(attributes.get("alpha")?.value ?? null)}`,
  );
  expect(nodes.join("\n")).toMatchInlineSnapshot(`
    "LeakyRelu@12 Both_0 0.5
    ReduceSum@12 Both_0/Sum0_1 null"
  `);
  expect(outcome(text).split("\n").at(-1)).toBe("y: float32[3]");
});

test("a function that calls itself is reported and stays a call", () => {
  const text = `<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[2] x) => (float[?] y) { y = local.F(x) }
    <domain: "local", opset_import: ["" : 21, "local" : 1]>
    F (v) => (out) { out = local.F(v) }`;
  expect(outcome(text)).toContain("RP1105 Function `local:F` calls itself and cannot be expanded.");
});

test("functions that multiply without bound are cut off", () => {
  const levels = Array.from(
    { length: 40 },
    (_, level) => `<domain: "local", opset_import: ["" : 21, "local" : 1]>
      F${level} (v) => (out) { a = local.F${level + 1}(v)
        out = local.F${level + 1}(a) }`,
  );
  const text = `<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[2] x) => (float[?] y) { y = local.F0(x) }\n${levels.join("\n")}`;
  const { problems } = expandFunctions(modelOfText(text), neverCancelled, 1000);
  expect(problems.map((problem) => problem.code)).toEqual(["RP1105"]);
});

test("loops in loops whose states all grow are not inferred without bound", () => {
  const nested = (depth: number): string =>
    depth === 0
      ? `next${depth} = Concat<axis=0>(s${depth}, s${depth})`
      : `next${depth} = Loop(m, , s${depth}) <
           body = b${depth} (int64 i${depth}, bool c${depth}, float[?] s${depth - 1}) => (bool d${depth}, float[?] next${depth - 1}) {
             d${depth} = Identity(c${depth})
             ${nested(depth - 1)}
           }
         >`;
  const text = `g (int64 m, float[1] s20) => (float[?] next20) { ${nested(20)} }`;
  const { problems } = infer(modelOfText(text), neverCancelled);
  expect(problems.filter(({ message }) => message.includes("nest too deeply"))).toHaveLength(1);
});

test("an extent that no tensor has is reported and counts as unknown", () => {
  expect(
    outcome(`g (float[8] x) => (float[?] y) {
      pads = Constant<value_ints=[9007199254740991, 9007199254740991]>()
      y = Pad(x, pads)
    }`),
  ).toMatchInlineSnapshot(`
    "pads: int64[2] constant
    y: float32[?1]
    RP1102 Pad: its output would be float32[18014398509481990], which no tensor can be; check its inputs and attributes."
  `);
});

test("inference stops when it is cancelled", () => {
  expect(() => infer(chain(2000), { isCancelled: true })).toThrow(Cancelled);
});

/** x → Relu → Relu → … */
function chain(length: number): Model {
  const values: Value[] = [
    { name: "x", declared: { kind: "tensor", elementType: "float32", shape: [1] } },
  ];
  const nodes: Node[] = [];
  for (let index = 0; index < length; index++) {
    values.push({ name: `v${index}` });
    nodes.push({
      name: "",
      op: "Relu",
      domain: "",
      inputs: [index],
      outputs: [index + 1],
      attributes: new Map(),
      scope: "",
    });
  }
  return {
    format: "test",
    name: "",
    producer: "",
    irVersion: 10,
    opsets: new Map([["", 21]]),
    metadata: new Map(),
    graph: { name: "g", inputs: [0], outputs: [length], nodes, values, captures: [] },
    functions: [],
  };
}
