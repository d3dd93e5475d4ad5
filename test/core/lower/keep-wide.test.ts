import path from "node:path";
import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { withCalibrations } from "../../../server/core/cost/calibrated/attach.js";
import type { KernelCost } from "../../../server/core/cost/cost.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import { callOf } from "../../../scripts/calibrate/llm-models.js";
import { openCalibrations } from "../../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: plain } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const store = await openCalibrations(path.resolve("server/data/calibration"), () => undefined);
const catalogue = withCalibrations(plain, store, () => undefined);

const vocabulary = 128256;
const small = {
  model_type: "llama",
  num_hidden_layers: 1,
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: vocabulary,
  rms_norm_eps: 1e-5,
  torch_dtype: "bfloat16",
};

async function analysed(config: object, target: string): Promise<TargetAnalysis> {
  const subject = callOf("small", { ...small, ...config }, 1, 1024, 64);
  if (subject.kind !== "model") throw new Error("A configuration is a model.");
  const bindings = { inputs: new Map(), dims: new Map() };
  const model = (await subject.load())!;
  return analyze(model, bindings, [catalogue.find(target)!], neverCancelled).targets[0]!;
}

async function headOf(
  config: object,
  target: string,
): Promise<{ readonly kernel: Kernel; readonly cost: KernelCost }> {
  const { lowered, kernelCosts } = await analysed(config, target);
  const at = lowered.kernels.findIndex(
    ({ shape }) => shape.kind === "matmul" && shape.n === vocabulary,
  );
  return { kernel: lowered.kernels[at]!, cost: kernelCosts[at]! };
}

test("a server multiplies a quantized model's head in 16 bits", async () => {
  const wide = await headOf({}, "nvidia-h200-sxm/tensorrt-llm/bf16");
  const kept = await headOf({}, "nvidia-h200-sxm/tensorrt-llm/fp8");
  expect(kept.kernel.weightBytes).toBe(2 * vocabulary * 4096);
  expect(kept.cost.seconds).toEqual(wide.cost.seconds);
  // The layers before it are narrow all the same.
  const { lowered } = await analysed({}, "nvidia-h200-sxm/tensorrt-llm/fp8");
  const narrow = lowered.kernels.filter(({ shape }) => shape.kind === "matmul").slice(0, -1);
  expect(narrow.map(({ arithmetic }) => arithmetic)).toEqual(narrow.map(() => undefined));
});

test("a tied embedding is kept once, in 16 bits", async () => {
  const tied = { tie_word_embeddings: true };
  const own = (await analysed({}, "nvidia-h200-sxm/vllm/fp8")).lowered.weightBytes;
  const shared = (await analysed(tied, "nvidia-h200-sxm/vllm/fp8")).lowered.weightBytes;
  expect(own - shared).toBe(2 * vocabulary * 4096);
});

test.each([
  ["leaves it out", { quant_method: "compressed-tensors", ignore: ["lm_head"] }, 2],
  [
    "leaves it out by a pattern",
    { quant_method: "compressed-tensors", ignore: ["re:.*lm_head"] },
    2,
  ],
  ["leaves out something else", { quant_method: "compressed-tensors", ignore: ["vision"] }, 1],
  ["excludes it", { quant_method: "modelopt", exclude_modules: ["lm_head"] }, 2],
  ["excludes nothing", { quant_method: "modelopt", ignore: [] }, 1],
  ["has no list", { quant_method: "fp8" }, 2],
  ["says so (GPTQ)", { quant_method: "gptq", lm_head: true }, 1],
])("a scheme decides over the head: one that %s", async (_, scheme, bytes) => {
  const { kernel } = await headOf({ quantization_config: scheme }, "nvidia-h200-sxm/vllm/fp8");
  expect(kernel.weightBytes).toBe(bytes * vocabulary * 4096);
});

test("a scheme under its older name counts alike", async () => {
  const scheme = { quant_method: "compressed-tensors", ignore: [] };
  const { kernel } = await headOf({ compression_config: scheme }, "nvidia-h200-sxm/vllm/fp8");
  expect(kernel.weightBytes).toBe(vocabulary * 4096);
});

test("other runtimes quantize the head with the rest", async () => {
  const { lowered } = await analysed({}, "apple-m1-ultra-gpu/llama-cpp-metal/q4-0");
  const head = lowered.kernels.find(({ shape }) => "n" in shape && shape.n === vocabulary)!;
  expect(head.weightBytes).toBeLessThan(vocabulary * 4096);
});
