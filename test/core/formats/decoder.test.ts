import { describe, expect, test } from "vitest";
import { knownShape } from "../../../server/core/graph/value-type.js";
import { analysed, llama, read, type Config } from "../../kit/config-model.js";

/** DeepSeek-V2-Lite, V2 and V3 as their `config.json` give them. */
const deepseekLite = {
  model_type: "deepseek_v2",
  hidden_size: 2048,
  intermediate_size: 10944,
  moe_intermediate_size: 1408,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  kv_lora_rank: 512,
  q_lora_rank: null,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  n_routed_experts: 64,
  n_shared_experts: 2,
  num_experts_per_tok: 6,
  first_k_dense_replace: 1,
  moe_layer_freq: 1,
  topk_method: "greedy",
  vocab_size: 102400,
  rms_norm_eps: 1e-6,
  torch_dtype: "bfloat16",
  max_position_embeddings: 163840,
};

const deepseekV2 = {
  ...deepseekLite,
  hidden_size: 5120,
  intermediate_size: 12288,
  moe_intermediate_size: 1536,
  num_hidden_layers: 60,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  q_lora_rank: 1536,
  n_routed_experts: 160,
};

const deepseekV3 = {
  ...deepseekV2,
  model_type: "deepseek_v3",
  hidden_size: 7168,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  num_hidden_layers: 61,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  topk_method: "noaux_tc",
  vocab_size: 129280,
};

/** Parameters as the publishers' model cards and checkpoints count them. */
const published: readonly (readonly [string, Config, number])[] = [
  ["Llama 3 8B", llama, 8_030_261_248],
  [
    "Llama 3.2 1B",
    {
      ...llama,
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 16,
      head_dim: 64,
      tie_word_embeddings: true,
    },
    1_235_814_400,
  ],
  [
    "Mixtral 8x7B",
    {
      ...llama,
      model_type: "mixtral",
      vocab_size: 32000,
      num_local_experts: 8,
      num_experts_per_tok: 2,
    },
    46_702_792_704,
  ],
  [
    "Qwen 2.5 7B",
    {
      ...llama,
      model_type: "qwen2",
      hidden_size: 3584,
      intermediate_size: 18944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      vocab_size: 152064,
    },
    7_615_616_512,
  ],
  [
    "Qwen 3 30B A3B",
    {
      ...llama,
      model_type: "qwen3_moe",
      hidden_size: 2048,
      intermediate_size: 6144,
      moe_intermediate_size: 768,
      num_hidden_layers: 48,
      num_key_value_heads: 4,
      head_dim: 128,
      num_experts: 128,
      num_experts_per_tok: 8,
      vocab_size: 151936,
    },
    30_532_122_624,
  ],
  [
    "Gemma 2 2B",
    {
      model_type: "gemma2",
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      vocab_size: 256000,
      rms_norm_eps: 1e-6,
      sliding_window: 4096,
    },
    2_614_341_888,
  ],
  [
    "GPT-2",
    {
      model_type: "gpt2",
      n_embd: 768,
      n_layer: 12,
      n_head: 12,
      n_positions: 1024,
      vocab_size: 50257,
      layer_norm_epsilon: 1e-5,
    },
    124_439_808,
  ],
  [
    "Pythia 6.9B",
    {
      model_type: "gpt_neox",
      hidden_size: 4096,
      intermediate_size: 16384,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      vocab_size: 50432,
      layer_norm_eps: 1e-5,
    },
    6_857_302_016,
  ],
  [
    "Phi 3 mini",
    {
      ...llama,
      model_type: "phi3",
      hidden_size: 3072,
      intermediate_size: 8192,
      num_key_value_heads: 32,
      vocab_size: 32064,
    },
    3_821_079_552,
  ],
  [
    "OPT 125M",
    {
      model_type: "opt",
      hidden_size: 768,
      ffn_dim: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      vocab_size: 50272,
      max_position_embeddings: 2048,
    },
    125_239_296,
  ],
  ["DeepSeek-V2-Lite", deepseekLite, 15_706_484_224],
  ["DeepSeek-V2", deepseekV2, 235_741_434_880],
  ["DeepSeek-V3", deepseekV3, 671_026_419_200],
];

test.each(published)("%s has as many parameters as published", (_, config, count) => {
  const { totals, problems } = analysed(config);
  expect(totals.parameterCount).toBe(count);
  expect(totals.uncostedCount).toBe(0);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

describe("one call", () => {
  test("is a step after 512 tokens where nobody says", () => {
    const { inferred, problems } = analysed(llama);
    const shapeOf = (name: string): readonly number[] | undefined => {
      const id = inferred.graph.values.findIndex((value) => value.name === name);
      const type = inferred.types[id];
      return type?.kind === "tensor" ? knownShape(type.shape) : undefined;
    };
    expect(shapeOf("input_ids")).toEqual([1, 1]);
    expect(shapeOf("past.0.key")).toEqual([1, 8, 512, 128]);
    expect(problems.map(({ code }) => code)).toContain("RP1112");
  });

  test("of a prompt multiplies every weight but the embedding's with every token, and the last layer's once", () => {
    const { totals } = analysed(llama, { sequence: 100, past: 0 });
    const embedding = 128256 * 4096;
    const products = 8_030_261_248 - 2 * embedding - 65 * 4096;
    const attention = 32 * 2 * 32 * 128 * 100 * 100;
    expect(totals.macs).toBe(100 * products + embedding + attention);
  });

  test("of a longer window is cut at the window", () => {
    const config = { ...llama, model_type: "mistral", sliding_window: 4096 };
    const { value } = read(config);
    const windows = value?.graph.nodes
      .filter(({ op }) => op === "GroupQueryAttention")
      .map(({ attributes }) => attributes.get("local_window_size"));
    expect(windows).toHaveLength(32);
    expect(new Set(windows?.map((window) => JSON.stringify(window)))).toEqual(
      new Set(['{"kind":"int","value":4096}']),
    );
  });
});

describe("multi-head latent attention", () => {
  test.each([
    // Without the embedding's rows; the model cards count 2.4, 21 and 37 billion.
    ["DeepSeek-V2-Lite", deepseekLite, 2.45e9],
    ["DeepSeek-V2", deepseekV2, 20.86e9],
    ["DeepSeek-V3", deepseekV3, 36.63e9],
  ])("%s multiplies with the parameters that a token activates", (_, config, active) => {
    const { totals } = analysed(config, { sequence: 1, past: 0 });
    expect(totals.macs! / active).toBeCloseTo(1, 2);
  });

  test("caches one vector of 512 + 64 elements for each token and layer", () => {
    const { inferred } = analysed(deepseekV3, { sequence: 1, past: 1000 });
    const { graph } = inferred;
    const elements = graph.inputs
      .filter((id) => graph.values[id]?.isCache === true)
      .reduce((sum, id) => {
        const type = inferred.types[id];
        const shape = type?.kind === "tensor" ? knownShape(type.shape) : undefined;
        return sum + (shape?.reduce((product, extent) => product * extent, 1) ?? NaN);
      }, 0);
    expect(elements).toBe(61 * 1000 * 576);
  });

  const attentionOf = (dims: Readonly<Record<string, number>>): unknown => {
    const { model, layers } = analysed(deepseekLite, dims);
    const nodeId = model.graph.nodes.findIndex(({ op }) => op === "LatentAttention");
    return layers.find((layer) => layer.nodeId === nodeId)?.macs;
  };

  test("of a step is one latent key for all heads, of a prompt a key for each", () => {
    expect(attentionOf({ sequence: 1, past: 999 })).toBe(16 * 1000 * (576 + 512));
    expect(attentionOf({ sequence: 1000, past: 0 })).toBe(16 * 1000 * 1000 * (192 + 128));
    // A few tokens that are checked together are like a step: keys of the whole past would cost more.
    expect(attentionOf({ sequence: 4, past: 996 })).toBe(16 * 4 * 1000 * (576 + 512));
  });
});

test.each([
  ["", "RP1040"],
  ["{", "RP1040"],
  ["[1, 2]", "RP1040"],
  ['{"model_type":"llama"}', "RP1041"],
  [JSON.stringify({ ...llama, hidden_size: "many" }), "RP1041"],
  [JSON.stringify({ ...llama, num_hidden_layers: 1e9 }), "RP1041"],
  [JSON.stringify({ ...llama, num_key_value_heads: 7 }), "RP1041"],
  [JSON.stringify({ ...llama, vocab_size: -1 }), "RP1041"],
  [JSON.stringify({ ...llama, model_type: "bert" }), "RP1041"],
  [JSON.stringify({ ...llama, is_encoder_decoder: true }), "RP1041"],
  [JSON.stringify({ ...llama, kv_lora_rank: 512 }), "RP1041"],
  [JSON.stringify({ ...deepseekV3, index_topk: 2048 }), "RP1041"],
])("a configuration that cannot be read says why: %s", (text, code) => {
  const { value, problems } = read(text);
  expect(value).toBeUndefined();
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  expect(problems[0]?.place).toBeDefined();
});

/** The text models of Llama 4 Scout, Gemma 3 27B and LLaVA 1.5 7B; ChatGLM3 and DBRX have names of their own for their sizes. */
test.each<readonly [string, Config, number]>([
  [
    "Llama 4 Scout",
    {
      model_type: "llama4",
      text_config: {
        model_type: "llama4_text",
        hidden_size: 5120,
        intermediate_size: 8192,
        intermediate_size_mlp: 16384,
        num_attention_heads: 40,
        num_key_value_heads: 8,
        head_dim: 128,
        num_hidden_layers: 48,
        num_local_experts: 16,
        num_experts_per_tok: 1,
        interleave_moe_layer_step: 1,
        attention_chunk_size: 8192,
        use_qk_norm: true,
        vocab_size: 202048,
      },
    },
    107_769_861_120,
  ],
  [
    "Gemma 3 27B, without what its class has by default",
    {
      model_type: "gemma3",
      text_config: {
        model_type: "gemma3_text",
        hidden_size: 5376,
        intermediate_size: 21504,
        num_attention_heads: 32,
        num_hidden_layers: 62,
        num_key_value_heads: 16,
        head_dim: 128,
        sliding_window: 1024,
      },
    },
    27_009_346_304,
  ],
  [
    "LLaVA 1.5 7B, whose text model tells next to nothing",
    { model_type: "llava", text_config: { model_type: "llama", vocab_size: 32064 } },
    6_738_939_904,
  ],
  [
    "ChatGLM3 6B",
    {
      model_type: "chatglm",
      architectures: ["ChatGLMModel"],
      hidden_size: 4096,
      ffn_hidden_size: 13696,
      num_attention_heads: 32,
      kv_channels: 128,
      multi_query_group_num: 2,
      num_layers: 28,
      padded_vocab_size: 65024,
      add_qkv_bias: true,
    },
    6_243_584_000,
  ],
  [
    "DBRX",
    {
      model_type: "dbrx",
      d_model: 6144,
      n_heads: 48,
      n_layers: 40,
      vocab_size: 100352,
      attn_config: { kv_n_heads: 8 },
      ffn_config: { ffn_hidden_size: 10752, moe_num_experts: 16, moe_top_k: 4 },
    },
    131_596_523_520,
  ],
])("sizes of %s", (_, config, parameters) => {
  const { totals, problems } = analysed(config);
  expect(totals.parameterCount).toBe(parameters);
  expect(problems.filter(({ severity }) => severity !== "information")).toEqual([]);
});

test.each<readonly [Config, string]>([
  [{ quant_method: "awq", bits: 4, group_size: 128 }, "int4-wo"],
  [{ quant_method: "gptq", bits: 8, group_size: 128 }, "int8-wo"],
  [{ quant_method: "bitsandbytes", load_in_4bit: true }, "int4-wo"],
  [{ quant_method: "fp8", weight_block_size: [128, 128] }, "fp8-block"],
  [{ quant_method: "fp8" }, "fp8"],
  [{ quant_method: "mxfp4" }, "w4a16-mxfp4"],
  [{ quant_method: "modelopt", quant_algo: "NVFP4" }, "nvfp4"],
  [
    {
      quant_method: "compressed-tensors",
      config_groups: { group_0: { weights: { num_bits: 4, type: "int", group_size: 128 } } },
    },
    "int4-wo",
  ],
  [
    {
      quant_method: "compressed-tensors",
      config_groups: {
        group_0: { weights: { num_bits: 8, type: "int" }, input_activations: { num_bits: 8 } },
      },
    },
    "sq",
  ],
  [
    {
      quant_method: "compressed-tensors",
      config_groups: { group_0: { weights: { num_bits: 8, type: "float", strategy: "channel" } } },
    },
    "fp8",
  ],
])("a quantized checkpoint is told which precision counts it: %j", (quantization, precision) => {
  const [problem] = read({ ...llama, quantization_config: quantization }).problems;
  expect(problem).toMatchObject({
    code: "RP1049",
    severity: "information",
    message: expect.stringContaining(`ends in \`/${precision}\``) as string,
  });
});

test("a quantization that no precision counts is told as well", () => {
  const [problem] = read({
    ...llama,
    quantization_config: { quant_method: "gptq", bits: 3 },
  }).problems;
  expect(problem?.message).toBe(
    "The weights are quantized (gptq). Times and memory are those of each target's own precision; no target's precision counts them as they are stored.",
  );
});

test("an unknown family is read like Llama, and that is said", () => {
  const { value, problems } = read({ ...llama, model_type: "new_one" });
  expect(value?.graph.nodes.length).toBeGreaterThan(300);
  expect(problems.map(({ code }) => code)).toEqual(["RP1042"]);
});
