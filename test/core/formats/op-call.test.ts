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
    "Attention(bfloat16[1,32,1,128]; bfloat16[1,8,4096,128]; bfloat16[1,8,4096,128]; is_causal:int=1)",
  ],
  [
    "Attention(q=bf16[1,8,64,64], k=bf16[1,8,64,64], v=bf16[1,8,64,64], causal=true, window=16)",
    "Attention(bfloat16[1,8,64,64]; bfloat16[1,8,64,64]; bfloat16[1,8,64,64]; is_causal:int=1; left_window_size:int=15; right_window_size:int=0)",
  ],
  [
    "Attention(q=bf16[1,8,64,64], k=bf16[1,8,64,64], v=bf16[1,8,64,64], causal=true, window=16, first=4)",
    "Attention(bfloat16[1,8,64,64]; bfloat16[1,8,64,64]; bfloat16[1,8,64,64]; is_causal:int=1; left_window_size:int=19; right_window_size:int=0)",
  ],
  // One step of decode runs in the latent space: one key head of 576 elements for all 128 heads.
  [
    "MLA(q=bf16[2,128,1,192], kv=bf16[2,4096,576])",
    "Attention(bfloat16[2,128,1,576]; bfloat16[2,1,4096,576]; bfloat16[2,1,4096,512]; is_causal:int=1)",
  ],
  [
    "MLA(q=bf16[2,16,512,192], kv=bf16[2,512,576])",
    "Attention(bfloat16[2,16,512,192]; bfloat16[2,16,512,192]; bfloat16[2,16,512,128]; is_causal:int=1)",
  ],
  // 256 experts on 8 devices, each cut in 2: 32 experts with an inner size of 1024, gate and up side by side.
  [
    "MoE(bf16[64,7168], experts=256, top_k=8, inter=2048, tp=2, ep=8, distribution=power_law_1.2)",
    'com.microsoft:MoE(bfloat16[64,7168]; bfloat16[64,256]; weight bfloat16[32,2048,7168]; -; weight bfloat16[32,7168,1024]; distribution:string="power_law_1.2"; k:int=8; activation_type:string="swiglu")',
  ],
  [
    "MoE(fp16[4,8], fp16[4,2], fp16[2,16,8], _, fp16[2,8,16], k=1)",
    "com.microsoft:MoE(float16[4,8]; float16[4,2]; weight float16[2,16,8]; -; weight float16[2,8,16]; k:int=1)",
  ],
  ["AllReduce(bf16[4096], group=8)", "com.microsoft:AllReduce(bfloat16[4096]; group_size:int=8)"],
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
  ["AllReduce(bf16[4096])", "needs `group=`"],
  ["MoE(bf16[64,128], experts=8)", "needs `experts=` and `inter=`"],
  ["MoE(bf16[64,128], experts=8, inter=64, top_k=9)", "between 1 and 8"],
  ["MoE(bf16[64,128], experts=8, inter=64, ep=3)", "should divide `experts`"],
  ["MLA(q=bf16[2,128,1,192], kv=bf16[2,4096,512])", "576 elements"],
  ["Attention(q=bf16[1,8,4,64], k=bf16[1,8,4,64], v=bf16[1,8,4,64], window=1.5)", "whole number"],
  [
    "Attention(q=bf16[1,8,4,64], k=bf16[1,8,4,64], v=bf16[1,8,4,64], first=4)",
    "goes with `window`",
  ],
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
