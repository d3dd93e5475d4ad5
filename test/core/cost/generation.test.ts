import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { view } from "../../../server/core/views/report.js";
import { llama, read } from "../../kit/config-model.js";
import { realCatalogue } from "../../kit/real-analysis.js";

async function onTarget(
  id: string,
  dims: Readonly<Record<string, number>>,
  config: Readonly<Record<string, unknown>> = llama,
): Promise<TargetAnalysis> {
  const { value } = read(config);
  const target = (await realCatalogue()).find(id);
  if (value === undefined || target === undefined) throw new Error(`no model or target ${id}`);
  const analysis = analyze(
    value,
    { inputs: new Map(), dims: new Map(Object.entries(dims)) },
    [target],
    neverCancelled,
  );
  const found = analysis.targets[0];
  if (found === undefined) throw new Error("no analysis");
  const [reported] = view(analysis, { file: null }).targets;
  const rate = reported?.generation?.decode?.tokensPerSecond;
  if (found.generation?.step !== undefined)
    expect(rate).toBeCloseTo(found.generation.batch / found.generation.step.value, 6);
  return found;
}

const mebibyte = 1 << 20;

// Sizes that llama.cpp logs for Llama 3 8B (GPU-Benchmarks-on-LLM-Inference).
test.each([
  [8192, 1024, 560 + 24.01],
  [512, 64, 258.5 + 9.01],
])("llama.cpp's buffers for a context of %i", async (context, cache, buffers) => {
  const { generation, weightBytes } = await onTarget("nvidia-rtx-4090/llama-cpp-cuda/q4-k-m", {
    past: context,
  });
  expect((generation?.cacheBytes ?? 0) / mebibyte).toBeCloseTo(cache, 6);
  expect(Math.abs((generation?.computeBytes ?? 0) / mebibyte / buffers - 1)).toBeLessThan(0.005);
  expect(Math.abs(weightBytes / mebibyte / (4403.49 + 281.81) - 1)).toBeLessThan(0.005);
});

test("a step reads a prompt as long as its past; more tokens are a prompt themselves", async () => {
  const step = await onTarget("nvidia-h100-sxm/tensorrt-llm/bf16", { past: 1000 });
  expect(step.generation?.call).toEqual({ tokens: 1, past: 1000 });
  expect(step.generation?.prompt?.tokens).toBe(1000);
  const prompt = await onTarget("nvidia-h100-sxm/tensorrt-llm/bf16", { sequence: 1000 });
  expect(prompt.generation?.call).toEqual({ tokens: 1000, past: 0 });
  expect(prompt.generation?.step).toBeUndefined();
  expect(prompt.generation?.prompt?.latency.value).toBeCloseTo(
    step.generation?.prompt?.latency.value ?? 0,
    9,
  );
});

test("a texts' batch multiplies the cache and not the weights", async () => {
  const one = await onTarget("nvidia-h100-sxm/tensorrt-llm/fp8", { past: 1000 });
  const eight = await onTarget("nvidia-h100-sxm/tensorrt-llm/fp8", { past: 1000, batch: 8 });
  expect(eight.generation?.cacheBytes).toBe(8 * (one.generation?.cacheBytes ?? 0));
  expect(eight.weightBytes).toBe(one.weightBytes);
});

// Zuo et al. 2025, Falcon-H1: the state of the recurrent heads stays, the cache of the attention heads grows.
test("a hybrid's cache grows with the text and its state does not", async () => {
  const hybrid = {
    ...llama,
    model_type: "falcon_h1",
    head_dim: 64,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    mamba_d_ssm: 1536,
    mamba_d_state: 128,
    mamba_n_heads: 24,
    mamba_d_conv: 4,
  };
  const id = "nvidia-h100-sxm/tensorrt-llm/bf16";
  const [short, long] = await Promise.all(
    [1 << 10, 1 << 18].map((past) => onTarget(id, { past: past - 1 }, hybrid)),
  );
  const of = (target: TargetAnalysis | undefined): readonly number[] => [
    target?.generation?.cacheBytes ?? 0,
    target?.generation?.stateBytes ?? 0,
  ];
  const states = 32 * 2 * (24 * 128 * 64 + 3 * (1536 + 2 * 128));
  expect(of(short)).toEqual([32 * 2 * 2 * 64 * 2 * 1023, states]);
  expect(of(long)).toEqual([32 * 2 * 2 * 64 * 2 * ((1 << 18) - 1), states]);
  expect(long!.latency!.value).toBeGreaterThan(short!.latency!.value);
});

test("a model that sees takes time for an image beside its text", async () => {
  const vision = {
    hidden_size: 1024,
    image_size: 336,
    num_attention_heads: 16,
    num_hidden_layers: 24,
    patch_size: 14,
  };
  const id = "nvidia-h100-sxm/tensorrt-llm/bf16";
  const [text, both] = await Promise.all(
    [llama, { ...llama, vision_config: vision }].map((config) => onTarget(id, {}, config)),
  );
  expect(text!.generation?.image).toBeUndefined();
  const image = both!.generation!.image!;
  expect(image.tokens).toBe(576);
  expect(image.weightBytes).toBe(2 * image.parameterCount);
  // 0.19 TMAC cannot be done faster than 989 TFLOP/s allow.
  expect(image.latency.value).toBeGreaterThan((2 * 0.18e12) / 989e12);
  expect(both!.totalBytes! - text!.totalBytes!).toBe(image.weightBytes);
  expect(both!.latency!.value).toBe(text!.latency!.value);
});
