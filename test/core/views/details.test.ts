import { describe, expect, test } from "vitest";
import { view, type DetailsView } from "../../../server/core/views/details.js";
import { attributeText } from "../../../server/core/views/attribute-text.js";
import { fakeAnalysis, type FakeOptions } from "../../kit/fake-analysis.js";

function check<T>(nodeId: number, part: (details: DetailsView) => T, options?: FakeOptions): T {
  return part(view(fakeAnalysis(options), { nodeId })!);
}

test("there are no details of a node that is not there", () => {
  expect(view(fakeAnalysis(), { nodeId: 99 })).toBeNull();
  expect(view(fakeAnalysis(), { nodeId: -1 })).toBeNull();
});

test("a node says what it is, where it is from and how it is set", () => {
  expect(
    check(2, ({ name, op, opset, scope, metadata }) => ({ name, op, opset, scope, metadata })),
  ).toEqual({
    name: "/layer1/conv",
    op: "Conv",
    opset: 21,
    scope: "ResNet/layer1/1",
    metadata: [{ key: "pytorch.line", value: "model.py:41" }],
  });
  expect(
    check(2, ({ attributes }) => attributes.map(({ name, text }) => `${name} ${text}`)),
  ).toEqual(["kernel_shape [3, 3]", "strides [1, 1]", "pads [1, 1, 1, 1]", "group 1"]);
});

describe("tensors", () => {
  const ends = (details: DetailsView): readonly string[] =>
    [...details.inputs, ...details.outputs].map(
      (tensor) =>
        `${tensor.role} ${tensor.producer?.name ?? "-"} → ${tensor.consumers.map((link) => link.name).join(", ")} ${tensor.bytes ?? "?"}`,
    );

  test("they link to who makes and who reads them", () => {
    expect(check(2, ends)).toEqual([
      "activation /layer0/relu → /layer1/conv 802816",
      "weight - → /layer1/conv 147456",
      "activation /layer1/conv → /layer1/relu 802816",
    ]);
    expect(check(0, ends)[0]).toBe("input - → /layer0/conv, Shape #8 802816");
  });

  test("an input that is left out, and a type that is not known, say so", () => {
    expect(check(10, ({ inputs }) => inputs.map((tensor) => tensor.isAbsent))).toEqual([
      false,
      true,
    ]);
    expect(
      check(10, ({ outputs }) => outputs.map(({ type, bytes, role }) => [type, bytes, role])),
    ).toEqual([["?", null, "output"]]);
  });
});

describe("targets", () => {
  test("a fused node shows its kernel's numbers and links to the node that names it", () => {
    const [fused, own] = [1, 0].map((id) => check(id, ({ targets }) => targets[0]!));
    expect(fused?.state).toBe("fused");
    expect(fused?.seconds).toEqual(own?.seconds);
    expect([own?.partOfKernel, fused?.partOfKernel]).toEqual([0.9, 0.1]);
    expect(fused?.kernel.map((link) => link.name)).toEqual(["/layer0/conv", "/layer0/relu"]);
    expect(fused?.reasons).toContain("Relu is fused: its output is never written.");
  });

  test.each([
    [8, "All inputs are constants: it is computed once, when the model is loaded."],
    [9, "The runtime executes nothing for it: its output is a view of its input."],
    [10, "There is no rule for `my.domain:MagicNorm`."],
  ])("node %i has no time, and a reason", (nodeId, reason) => {
    expect(check(nodeId, ({ targets }) => targets.map((t) => [t.seconds, t.reasons]))).toEqual(
      Array.from({ length: 3 }, () => [null, [reason]]),
    );
  });

  test("problems of the node, and only those, stand with it", () =>
    expect(check(10, ({ problems }) => problems.map(({ code }) => code))).toEqual(["RP1201"]));
});

describe("attributes as text", () => {
  test("long lists and texts are cut and say by how much", () => {
    const ints = Array.from({ length: 40 }, (_, at) => at);
    expect(attributeText({ kind: "ints", value: ints }).text).toMatch(/31, … 8 more\]$/);
    const text = attributeText({ kind: "string", value: "x".repeat(1000) }).text;
    expect(text).toMatch(/x"… \(1000 characters\)$/);
  });

  test("a 32-bit float reads as it was written", () =>
    expect(attributeText({ kind: "float", value: Math.fround(0.1) }).text).toBe("0.1"));

  test("a body is named and counted", () => {
    const graph = { name: "then", inputs: [], outputs: [], nodes: [], values: [], captures: [] };
    expect(attributeText({ kind: "graph", value: graph }).text).toBe('graph "then" of 0 nodes');
  });

  test("a small tensor shows its contents", () =>
    expect(
      attributeText({
        kind: "tensor",
        value: { elementType: "int64", shape: [2], byteLength: 16, data: [3, -1] },
      }).text,
    ).toBe("int64[2] [3, -1]"));
});
