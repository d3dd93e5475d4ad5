/** Parts of a block that have weights. */
export type WeightRole =
  | "inputNorm"
  | "feedForwardNorm"
  | "attentionPostNorm"
  | "feedForwardPostNorm"
  | "query"
  | "key"
  | "value"
  | "qkv"
  | "queryNorm"
  | "keyNorm"
  | "queryDown"
  | "queryDownNorm"
  | "queryUp"
  | "latent"
  | "latentNorm"
  | "latentUp"
  | "keyUp"
  | "valueUp"
  | "attentionOutput"
  | "gate"
  | "up"
  | "gateUp"
  | "down"
  | "sharedGate"
  | "sharedUp"
  | "sharedDown"
  | "router"
  | "routerBias"
  | "stateIn"
  | "stateConvolution"
  | "stateSelect"
  | "stateStep"
  | "stateStepBias"
  | "stateDecay"
  | "stateDirect"
  | "stateNorm"
  | "stateOut"
  | "expertsIn"
  | "expertsOut";

export type ModulePart = "embedding" | "block" | "attention" | "state" | "feedForward" | "output";

/** How a format calls weights and modules. */
export interface WeightNames {
  readonly embedding: string;
  readonly positions: string;
  readonly finalNorm: string;
  readonly output: string;
  readonly of: (layer: number, role: WeightRole) => string;
  readonly scope: (layer: number | undefined, part: ModulePart) => string;
}

/** Of transformers' Llama, whose names most of its decoders share. */
export const huggingFaceNames: WeightNames = {
  embedding: "model.embed_tokens.weight",
  positions: "model.embed_positions.weight",
  finalNorm: "model.norm.weight",
  output: "lm_head.weight",
  of: (layer, role) => `model.layers.${layer}.${huggingFaceRoles[role]}.weight`,
  scope: (layer, part) => {
    if (layer === undefined) return part === "output" ? "" : "model";
    const block = `model/layers/${layer}`;
    if (part === "attention") return `${block}/self_attn`;
    if (part === "state") return `${block}/mamba`;
    return part === "feedForward" ? `${block}/mlp` : block;
  },
};

const huggingFaceRoles: Readonly<Record<WeightRole, string>> = {
  inputNorm: "input_layernorm",
  feedForwardNorm: "post_attention_layernorm",
  attentionPostNorm: "post_self_attn_layernorm",
  feedForwardPostNorm: "post_feedforward_layernorm",
  query: "self_attn.q_proj",
  key: "self_attn.k_proj",
  value: "self_attn.v_proj",
  qkv: "self_attn.qkv_proj",
  queryNorm: "self_attn.q_norm",
  keyNorm: "self_attn.k_norm",
  queryDown: "self_attn.q_a_proj",
  queryDownNorm: "self_attn.q_a_layernorm",
  queryUp: "self_attn.q_b_proj",
  latent: "self_attn.kv_a_proj_with_mqa",
  latentNorm: "self_attn.kv_a_layernorm",
  latentUp: "self_attn.kv_b_proj",
  // The two halves of `kv_b_proj`, as runtimes keep them for generation.
  keyUp: "self_attn.kv_b_proj.keys",
  valueUp: "self_attn.kv_b_proj.values",
  attentionOutput: "self_attn.o_proj",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  gateUp: "mlp.gate_up_proj",
  down: "mlp.down_proj",
  sharedGate: "mlp.shared_expert.gate_proj",
  sharedUp: "mlp.shared_expert.up_proj",
  sharedDown: "mlp.shared_expert.down_proj",
  router: "mlp.gate",
  routerBias: "mlp.gate.e_score_correction_bias",
  stateIn: "mamba.in_proj",
  stateConvolution: "mamba.conv1d",
  stateSelect: "mamba.x_proj",
  stateStep: "mamba.dt_proj",
  stateStepBias: "mamba.dt_bias",
  stateDecay: "mamba.A_log",
  stateDirect: "mamba.D",
  stateNorm: "mamba.norm",
  stateOut: "mamba.out_proj",
  expertsIn: "mlp.experts.gate_up_proj",
  expertsOut: "mlp.experts.down_proj",
};

/** Of GGUF (llama.cpp, gguf-py/gguf/constants.py). Experts' gates and inputs are two tensors there. */
export const ggufNames: WeightNames = {
  embedding: "token_embd.weight",
  positions: "position_embd.weight",
  finalNorm: "output_norm.weight",
  output: "output.weight",
  of: (layer, role) => `blk.${layer}.${ggufRoles[role]}.weight`,
  scope: (layer, part) => {
    if (layer === undefined) return "";
    const parts: Partial<Record<ModulePart, string>> = {
      block: "",
      attention: "/attn",
      state: "/ssm",
    };
    return `blk/${layer}${parts[part] ?? "/ffn"}`;
  },
};

const ggufRoles: Readonly<Record<WeightRole, string>> = {
  inputNorm: "attn_norm",
  feedForwardNorm: "ffn_norm",
  attentionPostNorm: "post_attention_norm",
  feedForwardPostNorm: "post_ffw_norm",
  query: "attn_q",
  key: "attn_k",
  value: "attn_v",
  qkv: "attn_qkv",
  queryNorm: "attn_q_norm",
  keyNorm: "attn_k_norm",
  queryDown: "attn_q_a",
  queryDownNorm: "attn_q_a_norm",
  queryUp: "attn_q_b",
  latent: "attn_kv_a_mqa",
  latentNorm: "attn_kv_a_norm",
  latentUp: "attn_kv_b",
  keyUp: "attn_k_b",
  valueUp: "attn_v_b",
  attentionOutput: "attn_output",
  gate: "ffn_gate",
  up: "ffn_up",
  gateUp: "ffn_up",
  down: "ffn_down",
  sharedGate: "ffn_gate_shexp",
  sharedUp: "ffn_up_shexp",
  sharedDown: "ffn_down_shexp",
  router: "ffn_gate_inp",
  routerBias: "exp_probs_b",
  stateIn: "ssm_in",
  stateConvolution: "ssm_conv1d",
  stateSelect: "ssm_x",
  stateStep: "ssm_dt",
  stateStepBias: "ssm_dt.bias",
  stateDecay: "ssm_a",
  stateDirect: "ssm_d",
  stateNorm: "ssm_norm",
  stateOut: "ssm_out",
  expertsIn: "ffn_gate_up_exps",
  expertsOut: "ffn_down_exps",
};
