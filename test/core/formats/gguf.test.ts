import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { bytesOf, emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { format } from "../../../server/core/formats/gguf.js";
import { buildGguf, smallLlama } from "../../kit/gguf-builder.js";

function read(bytes: Uint8Array): ReturnType<typeof format.read> {
  return format.read(bytesOf(bytes), {
    fileName: "small.gguf",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
}

test("a decoder is drawn from metadata and tensors", () => {
  const bytes = buildGguf(smallLlama());
  expect(format.sniff(bytes)).toBe(true);
  const { value, problems } = read(bytes);
  expect(problems).toEqual([]);
  expect(value?.name).toBe("Small");
  if (value === undefined) return;
  const { totals } = analyze(value, { inputs: new Map(), dims: new Map() }, [], neverCancelled);
  const perLayer = 2 * 256 + 2 * 256 * 256 + 2 * 128 * 256 + 3 * 256 * 512;
  expect(totals.parameterCount).toBe(2 * perLayer + 2 * 1000 * 256 + 256);
  // Q4_K takes 144 bytes for 256 elements, Q6_K 210, float32 four each.
  const q4 = 1000 * 256 + 2 * (2 * 256 * 256 + 128 * 256 + 2 * 256 * 512);
  const q6 = 1000 * 256 + 2 * (128 * 256 + 256 * 512);
  expect(totals.weightBytes).toBe((q4 / 256) * 144 + (q6 / 256) * 210 + 5 * 256 * 4);
  expect(value.metadata.get("tensor types")).toBe("Q4_K × 11, F32 × 5, Q6_K × 5");
});

test("without an output layer the embedding is used again", () => {
  const parts = smallLlama();
  const { value } = read(
    buildGguf({ ...parts, tensors: parts.tensors.filter(([name]) => name !== "output.weight") }),
  );
  expect(value?.graph.nodes.at(-1)?.op).toBe("Gemm");
});

test("experts are one weight of the graph and two tensors of the file", () => {
  const parts = smallLlama();
  const experts: typeof parts.tensors = [0, 1].flatMap((layer) => [
    [`blk.${layer}.ffn_gate_inp.weight`, [8, 256], 0] as const,
    [`blk.${layer}.ffn_gate_exps.weight`, [8, 512, 256], 12] as const,
    [`blk.${layer}.ffn_up_exps.weight`, [8, 512, 256], 12] as const,
    [`blk.${layer}.ffn_down_exps.weight`, [8, 256, 512], 12] as const,
  ]);
  const { value } = read(
    buildGguf({
      metadata: { ...parts.metadata, "llama.expert_count": 8, "llama.expert_used_count": 2 },
      tensors: [
        ...parts.tensors.filter(([name]) => !/ffn_(gate|up|down)\./.test(name)),
        ...experts,
      ],
    }),
  );
  const weight = value?.graph.values.find(({ name }) => name === "blk.0.ffn_gate_up_exps.weight");
  expect(weight?.weight?.byteLength).toBe((2 * 8 * 512 * 256 * 144) / 256);
  expect(value?.graph.nodes.filter(({ op }) => op === "MoE")).toHaveLength(2);
});

test("every truncation ends in a problem with a place", () => {
  const bytes = buildGguf(smallLlama());
  for (let length = 8; length < bytes.length; length += 97) {
    const { value, problems } = read(bytes.slice(0, length));
    expect(value).toBeUndefined();
    expect(problems[0]?.code).toBe("RP1043");
    expect(problems[0]?.place).toBeDefined();
  }
});

test.each([
  ["another architecture", { "general.architecture": "" }, "RP1044"],
  ["no layers", { "llama.block_count": 0 }, "RP1044"],
  ["heads that do not divide", { "llama.attention.head_count_kv": 3 }, "RP1044"],
])("%s is refused", (_, metadata, code) => {
  const parts = smallLlama();
  const { value, problems } = read(
    buildGguf({ ...parts, metadata: { ...parts.metadata, ...metadata } }),
  );
  expect(value).toBeUndefined();
  expect(problems.map((problem) => problem.code)).toEqual([code]);
});
