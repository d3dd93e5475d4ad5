import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTensorType, readOpCall } from "../../../server/core/formats/op-call.js";
import { typeText } from "../../../server/core/graph/value-type.js";

/** The one node of the operator's model, as text. */
function nodeText(text: string): string {
  const { value: model, problems } = readOpCall(text);
  const node = model?.graph.nodes[0];
  if (model === undefined || node === undefined)
    return problems.map((problem) => problem.message).join(" ");
  const inputs = node.inputs.map((id) => {
    if (id < 0) return "-";
    const value = model.graph.values[id]!;
    const kind =
      value.weight === undefined
        ? ""
        : value.weight.data === undefined
          ? "weight "
          : `{${value.weight.data.join()}} `;
    return `${kind}${value.declared === undefined ? "" : typeText(value.declared)}`.trim();
  });
  const attributes = [...node.attributes].map(
    ([name, { kind, value }]) => `${name}:${kind}=${JSON.stringify(value)}`,
  );
  return `${node.domain === "" ? "" : `${node.domain}:`}${node.op}(${[...inputs, ...attributes].join("; ")})`;
}

test.each([
  [
    "MatMul(bf16[4096,4096], bf16[4096,11008])",
    "MatMul(bfloat16[4096,4096]; weight bfloat16[4096,11008])",
  ],
  // A right operand with a batch of its own is an activation.
  ["MatMul(fp16[8,64,32], fp16[8,32,64])", "MatMul(float16[8,64,32]; float16[8,32,64])"],
  [
    "Conv(x=fp16[8,64,56,56], w=fp16[128,64,3,3], strides=[2,2], group=1)",
    "Conv(float16[8,64,56,56]; weight float16[128,64,3,3]; strides:ints=[2,2]; group:int=1)",
  ],
  [
    "Attention(q=bf16[1,32,1,128], k=bf16[1,8,4096,128], v=bf16[1,8,4096,128], causal=true, window=0)",
    "Attention(bfloat16[1,32,1,128]; bfloat16[1,8,4096,128]; bfloat16[1,8,4096,128]; is_causal:int=1; window:int=0)",
  ],
  ["Reshape(float32[2,3], {6})", "Reshape(float32[2,3]; {6})"],
  ["com.microsoft:Gelu(fp16[1,768])", "com.microsoft:Gelu(float16[1,768])"],
  ["LeakyRelu(float[4], alpha=0.1)", "LeakyRelu(float32[4]; alpha:float=0.1)"],
  ["Relu(float32[])", "Relu(float32[])"],
])("%s", (text, expected) => {
  expect(nodeText(text)).toBe(expected);
});

test.each([
  ["", "character 1"],
  ["MatMul", "`(` is expected"],
  ["MatMul(bf16[4,4]", "`,` or `)`"],
  ["MatMul(bf17[4,4])", "is not a type"],
  ["MatMul(bf16[4,-4])", "is not a type"],
  ["Relu(float32[4]) x", "nothing is expected after"],
  ["Relu(float32[4], axis=)", "is not a number"],
])("%j is refused with a place", (text, sentence) => {
  const { value, problems } = readOpCall(text);
  expect(problems[0]?.message).toContain(sentence);
  expect(problems[0]?.place?.kind).toBe("text");
  if (!sentence.includes("type")) expect(value).toBeUndefined();
});

test("no text breaks the reader", () => {
  const words = fc.constantFrom(
    "MatMul",
    "(",
    ")",
    ",",
    "=",
    "[",
    "]",
    "{",
    "}",
    "fp16",
    "4096",
    "x",
    '"',
    "'",
    "-1",
    " ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((parts) => parts.join("")),
      ),
      (text) => {
        const { value, problems } = readOpCall(text);
        expect(value !== undefined || problems.length > 0).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ["float32[1,3,224,224]", "float32[1,3,224,224]"],
  [" bf16 [ 4 , 4 ]", "bfloat16[4,4]"],
  ["int64[]", "int64[]"],
  ["float32[1,,2]", undefined],
  ["float32", undefined],
  ["float32[99999999999999999999]", undefined],
])("the type %j", (text, expected) => {
  const type = parseTensorType(text);
  expect(type === undefined ? undefined : typeText(type)).toBe(expected);
});
