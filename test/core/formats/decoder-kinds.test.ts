import { describe, expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { knownShape } from "../../../server/core/graph/value-type.js";
import { analysed, llama, read, type Config } from "../../kit/config-model.js";

describe("models with a state", () => {
  // The configurations as their authors published them. The counts are ours, of the shapes that these say: the models are
  // published as of 130 million and of 7 billion.
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

  const jamba = {
    ...llama,
    model_type: "jamba",
    num_experts: 16,
    num_experts_per_tok: 2,
    expert_layer_period: 2,
    expert_layer_offset: 1,
    attn_layer_period: 8,
    attn_layer_offset: 4,
    mamba_d_state: 16,
    mamba_dt_rank: 256,
    vocab_size: 65536,
  };
  const graniteTiny = {
    model_type: "granitemoehybrid",
    hidden_size: 1536,
    intermediate_size: 512,
    shared_intermediate_size: 1024,
    num_attention_heads: 12,
    num_key_value_heads: 4,
    num_hidden_layers: 40,
    num_local_experts: 64,
    num_experts_per_tok: 6,
    layer_types: Array.from({ length: 40 }, (_, i) => (i % 10 === 5 ? "attention" : "mamba")),
    mamba_d_state: 128,
    mamba_n_heads: 48,
    vocab_size: 100352,
    tie_word_embeddings: true,
  };
  const nemotron = {
    model_type: "nemotron_h",
    hidden_size: 4096,
    intermediate_size: 21504,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    attention_head_dim: 128,
    num_hidden_layers: 52,
    hybrid_override_pattern: "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-",
    mamba_num_heads: 128,
    mamba_head_dim: 64,
    ssm_state_size: 128,
    n_groups: 8,
    vocab_size: 131072,
    rms_norm_eps: 1e-5,
  };
  const qwenNext = {
    model_type: "qwen3_next",
    hidden_size: 2048,
    moe_intermediate_size: 512,
    shared_expert_intermediate_size: 512,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    num_hidden_layers: 48,
    num_experts: 512,
    num_experts_per_tok: 10,
    linear_key_head_dim: 128,
    linear_num_key_heads: 16,
    linear_num_value_heads: 32,
    linear_value_head_dim: 128,
    vocab_size: 151936,
  };

  // Model cards: 51.6, 7, 8.1 and 80 billion.
  test.each([
    ["Jamba v0.1", jamba, 51_570_315_264],
    ["Granite 4.0 H Tiny", graniteTiny, 6_939_037_248],
    ["Nemotron-H 8B", nemotron, 8_100_852_736],
    ["Qwen3-Next 80B", qwenNext, 79_672_077_696],
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
      [{ ...llama, model_type: "zamba2", mamba_d_state: 16 }, "mamba_d_state"],
      [{ ...llama, model_type: "minimax_text_01", attn_type_list: [0, 0, 1] }, "attn_type_list"],
      [
        { ...llama, model_type: "nemotron_h", hybrid_override_pattern: "M-?*" },
        "hybrid_override_pattern",
      ],
      [{ ...llama, model_type: "qwen3_next", linear_num_value_heads: 32 }, "linear_value_head_dim"],
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
