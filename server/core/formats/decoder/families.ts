import type { FeedForward } from "./description.js";

/** Traits of families whose configurations do not spell them out (transformers, `models/<family>/modeling_*.py`). */
export interface Family {
  readonly isPlain?: boolean;
  readonly hasBias?: boolean;
  readonly hasQkvBias?: boolean;
  readonly isQkvFused?: boolean;
  readonly isGateFused?: boolean;
  readonly isParallel?: boolean;
  readonly hasTwoNorms?: boolean;
  /** Rows of the table of positions beyond those that are used. */
  readonly morePositions?: number;
  readonly isLearntPosition?: boolean;
  readonly isWithoutRotary?: boolean;
  readonly isTied?: boolean;
  readonly hasHeadNorms?: boolean;
  readonly hasPostNorms?: boolean;
  readonly isPostNormOnly?: boolean;
  readonly activation?: FeedForward["activation"];
  /** One layer in so many sees the whole context, the others a window. */
  readonly windowPattern?: number;
  /** Attention's output passes a gate, as wide as the queries (Qwen3-Next). */
  readonly hasOutputGate?: boolean;
  /** A part that every token visits stands beside the experts, as wide as one of them, where no field speaks of it. */
  readonly hasSharedExpert?: boolean;
}

export const llama: Family = {};
const gemma3: Family = {
  isTied: true,
  hasHeadNorms: true,
  hasPostNorms: true,
  activation: "gelu",
  windowPattern: 6,
};
const gpt2: Family = {
  isPlain: true,
  hasBias: true,
  isQkvFused: true,
  isLearntPosition: true,
  isWithoutRotary: true,
  isTied: true,
  activation: "gelu",
};
export const families: Readonly<Record<string, Family>> = {
  llama,
  mistral: llama,
  mixtral: llama,
  ministral: llama,
  granite: llama,
  granitemoe: llama,
  internlm2: llama,
  baichuan: llama,
  stablelm: llama,
  smollm3: llama,
  exaone: llama,
  deepseek: llama,
  deepseek_v2: llama,
  deepseek_v3: llama,
  kimi_k2: llama,
  seed_oss: llama,
  phimoe: { hasBias: true },
  ernie4_5: llama,
  ernie4_5_moe: llama,
  minimax_m2: llama,
  llama4_text: { windowPattern: 4, hasSharedExpert: true },
  jamba: { isWithoutRotary: true },
  granitemoehybrid: llama,
  nemotron_h: { isPlain: true, activation: "relu", isWithoutRotary: true },
  chatglm: { isQkvFused: true, isGateFused: true },
  dbrx: { isQkvFused: true },
  gpt_oss: { hasQkvBias: true, windowPattern: 2 },
  qwen2: { hasQkvBias: true },
  qwen2_moe: { hasQkvBias: true },
  qwen2_vl: { hasQkvBias: true },
  qwen2_5_vl: { hasQkvBias: true },
  qwen2_5_vl_text: { hasQkvBias: true },
  qwen3: { hasHeadNorms: true },
  qwen3_next: { hasHeadNorms: true, hasOutputGate: true },
  qwen3_5_text: { hasHeadNorms: true, hasOutputGate: true },
  qwen3_5_moe_text: { hasHeadNorms: true, hasOutputGate: true },
  qwen3_vl_text: { hasHeadNorms: true },
  qwen3_vl_moe_text: { hasHeadNorms: true },
  qwen3_moe: { hasHeadNorms: true },
  glm4: { isGateFused: true, hasPostNorms: true },
  glm4_moe: { hasHeadNorms: true },
  olmo: llama,
  olmoe: { hasHeadNorms: true },
  olmo2: { hasHeadNorms: true, hasPostNorms: true, isPostNormOnly: true },
  gemma: { isTied: true, activation: "gelu" },
  gemma2: { isTied: true, hasPostNorms: true, activation: "gelu", windowPattern: 2 },
  gemma3,
  gemma3_text: gemma3,
  phi3: { isQkvFused: true, isGateFused: true },
  phi: { isPlain: true, hasBias: true, isParallel: true, activation: "gelu" },
  cohere: { isParallel: true, isTied: true },
  cohere2: { isParallel: true, isTied: true, windowPattern: 4 },
  gpt2,
  gpt_bigcode: gpt2,
  gpt_neox: {
    isPlain: true,
    hasBias: true,
    isQkvFused: true,
    isParallel: true,
    hasTwoNorms: true,
    activation: "gelu",
  },
  gptj: { isPlain: true, isParallel: true, activation: "gelu" },
  opt: {
    isPlain: true,
    hasBias: true,
    isLearntPosition: true,
    morePositions: 2,
    isWithoutRotary: true,
    isTied: true,
    activation: "relu",
  },
  bloom: {
    isPlain: true,
    hasBias: true,
    isQkvFused: true,
    isWithoutRotary: true,
    isTied: true,
    activation: "gelu",
  },
  falcon: { isPlain: true, isQkvFused: true, isParallel: true, isTied: true, activation: "gelu" },
  falcon_h1: llama,
  bamba: llama,
  mamba: { isTied: true },
  mamba2: llama,
  falcon_mamba: { isTied: true },
  starcoder2: { isPlain: true, hasBias: true, isTied: true, activation: "gelu" },
  nemotron: { isPlain: true, activation: "relu" },
};

/**
 * A text model inside another is written without what is as its class has it by default (transformers,
 * `configuration_<family>.py`): so much that LLaVA's may tell no size at all.
 */
export const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama: {
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    vocab_size: 32000,
    rms_norm_eps: 1e-6,
    max_position_embeddings: 2048,
  },
  mistral: {
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 32000,
    rms_norm_eps: 1e-6,
    max_position_embeddings: 131072,
  },
  qwen2: {
    hidden_size: 4096,
    intermediate_size: 22016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    vocab_size: 151936,
    rms_norm_eps: 1e-6,
    max_position_embeddings: 32768,
  },
  gemma3_text: {
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    vocab_size: 262208,
    rms_norm_eps: 1e-6,
    sliding_window: 4096,
    max_position_embeddings: 131072,
  },
};
