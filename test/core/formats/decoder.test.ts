import { describe, expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import type { Analysis } from "../../../server/core/analysis.js";
import { bytesOf, emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { format } from "../../../server/core/formats/hf-config.js";
import { knownShape } from "../../../server/core/graph/value-type.js";

type Config = Readonly<Record<string, unknown>>;

function read(config: Config | string): ReturnType<typeof format.read> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  return format.read(bytesOf(new Uint8Array(Buffer.from(text))), {
    fileName: "config.json",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
}

function analysed(config: Config, dims: Readonly<Record<string, number>> = {}): Analysis {
  const { value } = read(config);
  if (value === undefined) throw new Error("no model");
  return analyze(
    value,
    { inputs: new Map(), dims: new Map(Object.entries(dims)) },
    [],
    neverCancelled,
  );
}

const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 8192,
};

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

test("an unknown family is read like Llama, and that is said", () => {
  const { value, problems } = read({ ...llama, model_type: "new_one" });
  expect(value?.graph.nodes.length).toBeGreaterThan(300);
  expect(problems.map(({ code }) => code)).toEqual(["RP1042"]);
});

describe("models with a state", () => {
  // The configurations as their authors published them; the counts are those of the weight files.
  const mamba = {
    model_type: "mamba",
    hidden_size: 768,
    intermediate_size: 1536,
    num_hidden_layers: 24,
    state_size: 16,
    time_step_rank: 48,
    conv_kernel: 4,
    vocab_size: 50280,
  };
  const falconMamba = {
    model_type: "falcon_mamba",
    hidden_size: 4096,
    intermediate_size: 8192,
    num_hidden_layers: 64,
    state_size: 16,
    time_step_rank: 256,
    conv_kernel: 4,
    vocab_size: 65024,
    tie_word_embeddings: false,
  };
  const mamba2 = {
    model_type: "mamba2",
    hidden_size: 768,
    num_hidden_layers: 24,
    num_heads: 24,
    state_size: 128,
    n_groups: 1,
    expand: 2,
    conv_kernel: 4,
    vocab_size: 50288,
    tie_word_embeddings: true,
  };
  const falconH1 = {
    model_type: "falcon_h1",
    hidden_size: 1024,
    intermediate_size: 2048,
    num_hidden_layers: 36,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    head_dim: 64,
    mamba_d_ssm: 1536,
    mamba_d_state: 128,
    mamba_n_groups: 1,
    mamba_n_heads: 24,
    mamba_d_conv: 4,
    mamba_rms_norm: false,
    vocab_size: 32784,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 16384,
  };

  test.each([
    ["mamba-130m", mamba, 129_135_360],
    ["falcon-mamba-7b", falconMamba, 7_272_665_088],
    ["mamba2-130m", mamba2, 128_989_632],
    ["Falcon-H1-0.5B", falconH1, 521_411_104],
  ])("parameters of %s", (_, config, parameters) => {
    const { totals, problems } = analysed(config);
    expect(totals.parameterCount).toBe(parameters);
    expect(totals.uncostedCount).toBe(0);
    expect(problems.filter(({ severity }) => severity !== "information")).toEqual([]);
  });

  test("a token costs the same after any number of tokens, but for attention", () => {
    const [short, long] = [100, 10_000].map(
      (past) => analysed(falconH1, { past, sequence: 1 }).totals.macs ?? 0,
    );
    // Scores and values of eight heads of 64, in 36 layers.
    expect(long! - short!).toBe(36 * 2 * 8 * 64 * 9900);
    const { layers, model } = analysed(falconH1);
    const recurrences = layers.filter(
      ({ nodeId }) => model.graph.nodes[nodeId]?.op === "StateSpace",
    );
    expect(recurrences).toHaveLength(36);
    // The state of 24 heads, 128 × 64 elements each, is added to and read.
    expect(recurrences[0]?.macs).toBe(2 * 24 * 128 * 64);
  });

  test("hybrids that are not read are refused, not taken for a Llama", () => {
    const cases: readonly (readonly [Config, string])[] = [
      [{ ...llama, model_type: "jamba", mamba_d_state: 16 }, "mamba_d_state"],
      [
        { ...llama, model_type: "nemotron_h", hybrid_override_pattern: "M-M*" },
        "hybrid_override_pattern",
      ],
      [
        { ...llama, model_type: "qwen3_next", linear_num_value_heads: 32 },
        "linear_num_value_heads",
      ],
      [{ ...falconH1, mamba_n_heads: 25 }, "mamba_n_heads"],
      [{ ...falconH1, mamba_d_state: undefined }, "mamba_d_state"],
    ];
    for (const [config, field] of cases) {
      const { value, problems } = read(config);
      expect(value).toBeUndefined();
      expect(problems[0]).toMatchObject({ code: "RP1041", place: { kind: "path", path: field } });
    }
  });
});

describe("models that see", () => {
  /** LLaVA-1.5 7B, whose encoder is CLIP ViT-L/14 at 336 pixels without its last layer. */
  const llava = {
    model_type: "llava",
    vision_feature_layer: -2,
    text_config: { ...llama, intermediate_size: 11008, num_key_value_heads: 32, vocab_size: 32064 },
    vision_config: {
      hidden_size: 1024,
      image_size: 336,
      intermediate_size: 4096,
      num_attention_heads: 16,
      num_hidden_layers: 24,
      patch_size: 14,
    },
  };
  const qwen = {
    ...llama,
    model_type: "qwen2_vl",
    hidden_size: 1536,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    vision_config: {
      depth: 32,
      embed_dim: 1280,
      hidden_size: 1536,
      mlp_ratio: 4,
      num_heads: 16,
      patch_size: 14,
      spatial_merge_size: 2,
    },
  };

  function encoderOf(config: Config): {
    readonly size: number;
    readonly tokens: number;
    readonly parameters: number;
    readonly output: readonly number[] | undefined;
  } {
    const { value } = read(config);
    const image = value!.generation!.image!;
    const { totals, model, inferred, problems } = analyze(
      { ...value!, format: "onnx", graph: image.graph },
      { inputs: new Map(), dims: new Map() },
      [],
      neverCancelled,
    );
    expect([problems, totals.uncostedCount]).toEqual([[], 0]);
    const type = inferred.types[model.graph.outputs[0]!];
    return {
      size: image.size,
      tokens: image.tokens,
      parameters: totals.parameterCount,
      output: type?.kind === "tensor" ? knownShape(type.shape) : undefined,
    };
  }

  test("an image becomes a token for each patch, as wide as the text's", () => {
    const { parameters, ...encoder } = encoderOf(llava);
    expect(encoder).toEqual({ size: 336, tokens: 576, output: [1, 576, 4096] });
    const layer = 4 * (1024 * 1024 + 1024) + 2 * 1024 * 4096 + 4096 + 1024 + 4 * 1024;
    const projector = 1024 * 4096 + 4096 + 4096 * 4096 + 4096;
    expect(parameters).toBe(23 * layer + 3 * 14 * 14 * 1024 + 576 * 1024 + projector);
  });

  // Wang et al. 2024, Qwen2-VL, section 2.1: a ViT of 675 M parameters, four patches a token.
  test("patches that are merged", () => {
    const { parameters, ...encoder } = encoderOf(qwen);
    expect(encoder).toEqual({ size: 448, tokens: 256, output: [1, 256, 1536] });
    expect(Math.abs(parameters / 675e6 - 1)).toBeLessThan(0.02);
  });

  test("an encoder that is not described enough leaves the text model alone", () => {
    const { value } = read({ ...llava, vision_config: { hidden_size: 1024 } });
    expect(value!.generation!.image).toBeUndefined();
  });
});
