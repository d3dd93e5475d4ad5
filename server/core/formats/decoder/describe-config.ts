import { quantizationOf, storedPrecision } from "./stored-quantization.js";
import { parseElementType, type ElementType } from "../../graph/element-type.js";
import type { ConfigFields } from "./config-fields.js";
import { stateSpaceOf } from "./describe-state-space.js";
import { defaults, families, llama, type Family } from "./families.js";
import { describeVision } from "./vision.js";
import type {
  DecoderDescription,
  Experts,
  FeedForward,
  LatentSizes,
  StateSpace,
} from "./description.js";

export type Described =
  | { readonly kind: "described"; readonly description: DecoderDescription; readonly note?: string }
  | { readonly kind: "refused"; readonly field: string; readonly reason: string };

/** A transformers configuration, `config.json` beside the weights. */
export function describeConfig(whole: ConfigFields, name: string): Described {
  const nested = whole.count("hidden_size", "n_embd", "d_model") === undefined;
  const inner = nested ? (whole.below("text_config") ?? whole.below("llm_config")) : undefined;
  const fields =
    inner?.over(defaults[inner.text("model_type") ?? ""]) ??
    // DBRX keeps its sizes in two objects.
    whole.over({ ...whole.object("attn_config"), ...whole.object("ffn_config") });
  const familyName = fields.text("model_type") ?? whole.text("model_type") ?? "";
  if (whole.flag("is_encoder_decoder") === true || fields.flag("is_encoder_decoder") === true)
    return refused(
      "is_encoder_decoder",
      "describes an encoder with a decoder; only decoders alone are read.",
    );
  if (fields.has("index_topk"))
    return refused(
      "index_topk",
      "asks for sparse attention by an indexer (DeepSeek-V3.2), which is not read yet.",
    );
  if (isEncoder(familyName, whole.list("architectures")))
    return refused(
      "model_type",
      `is \`${familyName}\`, which writes no text token by token; trace its Python source instead.`,
    );
  if (fields.list("attn_type_list")?.includes(0) === true)
    return refused(
      "attn_type_list",
      "tells of layers with a state (lightning attention), which are not read yet.",
    );
  const hidden = fields.count("hidden_size", "n_embd", "d_model");
  const givenLayers = fields.count("num_hidden_layers", "n_layer", "num_layers", "n_layers");
  const givenHeads = fields.count("num_attention_heads", "n_head", "n_heads");
  const vocabulary = fields.count("vocab_size", "padded_vocab_size") ?? whole.count("vocab_size");
  if (hidden === undefined) return missing("hidden_size");
  if (givenLayers === undefined) return missing("num_hidden_layers");
  const recurrent = stateSpaceOf(familyName, fields, hidden);
  if (recurrent.kind === "refused") return recurrent;
  const stateSpace = recurrent.kind === "found" ? recurrent.sizes : undefined;
  const layerCount = stateSpace?.layerCount ?? givenLayers;
  // Without attention there are none, and nothing asks for them.
  const heads = givenHeads ?? (stateSpace === undefined ? undefined : 1);
  if (heads === undefined) return missing("num_attention_heads");
  if (vocabulary === undefined) return missing("vocab_size");
  if (layerCount > layerLimit)
    return refused(
      "num_hidden_layers",
      `is ${layerCount}; more than ${layerLimit} layers are not read.`,
    );
  const family = Object.hasOwn(families, familyName) ? families[familyName] : undefined;
  const traits = family ?? llama;
  const latent = latentOf(fields);
  if (latent === "incomplete")
    return refused(
      "kv_lora_rank",
      "asks for latent attention, which needs `qk_nope_head_dim`, `qk_rope_head_dim` and `v_head_dim` too.",
    );
  const headSize =
    latent === undefined
      ? (fields.count("head_dim", "attention_head_dim", "kv_channels") ??
        Math.floor(hidden / heads))
      : latent.plainSize + latent.rotarySize;
  const keyHeads = keyHeadsOf(fields, heads);
  if (headSize < 1 || heads % keyHeads !== 0)
    return refused(
      "num_key_value_heads",
      `is ${keyHeads}; it should divide the ${heads} query heads.`,
    );
  const vision = describeVision(whole);
  const isPlain = traits.isPlain === true;
  const hasBias = fields.flag("use_bias") ?? traits.hasBias === true;
  const experts = expertsOf(fields, traits, stateSpace);
  const stored = storedPrecision(whole);
  const description: DecoderDescription = {
    name,
    family: familyName,
    layerCount,
    hidden,
    vocabulary,
    heads,
    keyHeads,
    headSize,
    feedForward: {
      inner:
        fields.count("intermediate_size_mlp") ??
        // Granite 4 without experts has what its others have beside them.
        (experts === undefined ? fields.count("shared_intermediate_size") : undefined) ??
        fields.count("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim") ??
        4 * hidden,
      isGated: !isPlain,
      activation: activationOf(fields) ?? traits.activation ?? "silu",
      hasBias: fields.flag("mlp_bias") ?? hasBias,
      isFused: traits.isGateFused === true,
    },
    ...(experts !== undefined && { experts }),
    ...(latent !== undefined && { latent }),
    ...(stateSpace !== undefined && { stateSpace }),
    ...(vision !== undefined && { vision }),
    norm:
      stateSpace !== undefined ||
      fields.has("rms_norm_eps") ||
      (!isPlain && !fields.has("layer_norm_eps"))
        ? "rms"
        : "layer",
    // Llama 4's have no weights.
    hasHeadNorms:
      familyName !== "llama4_text" && (fields.flag("use_qk_norm") ?? traits.hasHeadNorms === true),
    hasPostNorms: traits.hasPostNorms === true,
    hasPreNorms: traits.isPostNormOnly !== true,
    hasOutputGate: fields.flag("attn_output_gate") ?? traits.hasOutputGate === true,
    hasQkvBias:
      fields.flag("attention_bias") ??
      fields.flag("add_qkv_bias") ??
      (hasBias || traits.hasQkvBias === true),
    hasOutputBias: fields.flag("attention_bias") ?? hasBias,
    isQkvFused: traits.isQkvFused === true,
    isParallel:
      fields.flag("use_parallel_residual") ??
      fields.flag("parallel_attn") ??
      traits.isParallel === true,
    hasTwoNorms: traits.hasTwoNorms === true,
    isRotary: traits.isWithoutRotary !== true,
    positions:
      traits.isLearntPosition === true
        ? (fields.count("max_position_embeddings", "n_positions") ?? 0) +
          (traits.morePositions ?? 0)
        : 0,
    isTied:
      fields.flag("tie_word_embeddings") ??
      whole.flag("tie_word_embeddings") ??
      traits.isTied === true,
    hasWideHead: !isHeadQuantized(quantizationOf(whole)),
    ...(stored !== undefined && { storedPrecision: stored }),
    windowOf: windowsOf(fields, traits),
    elementType: elementTypeOf(
      fields.text("torch_dtype", "dtype") ?? whole.text("torch_dtype", "dtype"),
    ),
    contextLimit: fields.count("max_position_embeddings", "n_positions", "seq_length"),
  };
  return {
    kind: "described",
    description,
    ...(family === undefined && {
      note: `The family \`${familyName}\` is not known; its layers are taken to be like Llama's. Compare the number of parameters.`,
    }),
  };
}

/**
 * Whether a checkpoint's scheme takes in the output layer. It has to say so: GPTQ and AutoRound by `lm_head` (vLLM's
 * `lm_head_quantized`), compressed-tensors and ModelOpt by a list of what is left out that does not name it. The
 * usual recipes leave it out (`ignore=["lm_head"]` of llm-compressor, `"*lm_head*": {"enable": False}` of ModelOpt's configurations).
 */
function isHeadQuantized(scheme: ConfigFields | undefined): boolean {
  if (scheme?.flag("lm_head") === true) return true;
  const method = scheme?.text("quant_method");
  if (method !== "compressed-tensors" && method !== "modelopt") return false;
  const leftOut = scheme?.list("ignore") ?? scheme?.list("exclude_modules");
  return leftOut?.every((name) => typeof name !== "string" || !name.includes("lm_head")) === true;
}

/** Families that only read, and classes with a head for something else than the next word. */
function isEncoder(family: string, architectures: readonly unknown[] | undefined): boolean {
  if (
    /^(bert|roberta|xlm-roberta|distilbert|electra|albert|deberta|vit|clip|t5|whisper|wav2vec2)/.test(
      family,
    )
  )
    return true;
  const isKnown = Object.hasOwn(families, family);
  return (
    !isKnown &&
    architectures !== undefined &&
    architectures.length > 0 &&
    !architectures.some((name) => /CausalLM|LMHead|ConditionalGeneration|GPT/.test(String(name)))
  );
}

const layerLimit = 2000;

function missing(field: string): Described {
  return refused(field, "is missing or no whole number, so the model's size is not known.");
}

function refused(field: string, reason: string): Described {
  return { kind: "refused", field, reason };
}

/** Falcon and its like share one key head among all, under other names. */
function keyHeadsOf(fields: ConfigFields, heads: number): number {
  if (fields.flag("multi_query") === true && fields.flag("new_decoder_architecture") !== true)
    return 1;
  return (
    fields.count("num_key_value_heads", "num_kv_heads", "multi_query_group_num", "kv_n_heads") ??
    heads
  );
}

function activationOf(fields: ConfigFields): FeedForward["activation"] | undefined {
  const name = fields.text("hidden_act", "hidden_activation", "activation_function");
  if (name === undefined) return undefined;
  if (/silu|swish|swiglu/i.test(name)) return "silu";
  if (/gelu/i.test(name)) return "gelu";
  return /relu/i.test(name) ? "relu" : undefined;
}

/** Undefined for a model whose keys and values are cached as they are. */
function latentOf(fields: ConfigFields): LatentSizes | "incomplete" | undefined {
  if (!fields.has("kv_lora_rank")) return undefined;
  const rank = fields.count("kv_lora_rank");
  const plainSize = fields.count("qk_nope_head_dim");
  const rotarySize = fields.count("qk_rope_head_dim");
  const valueSize = fields.count("v_head_dim");
  if (rank === undefined || plainSize === undefined) return "incomplete";
  if (rotarySize === undefined || valueSize === undefined) return "incomplete";
  return { rank, queryRank: fields.count("q_lora_rank") ?? 0, plainSize, rotarySize, valueSize };
}

function expertsOf(
  fields: ConfigFields,
  traits: Family,
  stateSpace: StateSpace | undefined,
): Experts | undefined {
  const count = fields.count(
    "num_local_experts",
    "num_experts",
    "n_routed_experts",
    "moe_num_experts",
  );
  const chosen = fields.count(
    "num_experts_per_tok",
    "num_experts_per_token",
    "moe_topk",
    "moe_top_k",
    "moe_k",
  );
  const inner = fields.count("moe_intermediate_size", "intermediate_size", "ffn_hidden_size");
  if (count === undefined || count < 2 || chosen === undefined || inner === undefined)
    return undefined;
  const dense = new Set(fields.list("mlp_only_layers") ?? []);
  const firstDense = fields.count("first_k_dense_replace") ?? 0;
  const step =
    fields.count("decoder_sparse_step", "moe_layer_freq", "interleave_moe_layer_step") ?? 1;
  const period = fields.count("expert_layer_period");
  const offset = Number(fields.value("expert_layer_offset") ?? 0);
  return {
    count,
    chosen: Math.min(chosen, count),
    inner,
    sharedInner:
      fields.count(
        "shared_expert_intermediate_size",
        "shared_intermediate_size",
        "moe_shared_expert_intermediate_size",
      ) ??
      (fields.count("n_shared_experts", "moe_num_shared_experts") ??
        (traits.hasSharedExpert === true ? 1 : 0)) * inner,
    hasRouterBias: fields.text("topk_method") === "noaux_tc",
    isDense: (layer) =>
      stateSpace?.isDense?.(layer) === true ||
      (period !== undefined && layer % period !== offset) ||
      layer < firstDense ||
      dense.has(layer) ||
      (layer + 1) % step !== 0,
  };
}

/**
 * Keys that a layer sees, 0 for all. First tokens that are kept beside the window (`attention_sink_size`, as StreamingLLM and
 * attention_sinks call them) are as many more for every query that sees farther, and as many more in the cache.
 */
function windowsOf(fields: ConfigFields, { windowPattern }: Family): (layer: number) => number {
  const kept = fields.count("attention_sink_size") ?? 0;
  const whole = fields.count("attention_sink_window_size");
  if (whole !== undefined && whole > 0) return () => whole + kept;
  const own = fields.count("sliding_window", "attention_chunk_size") ?? 0;
  const window = own === 0 ? 0 : own + kept;
  if (window === 0 || fields.flag("use_sliding_window") === false) return () => 0;
  const kinds = fields.list("layer_types");
  if (kinds !== undefined)
    return (layer) => (/^(sliding|chunked)/.test(String(kinds[layer])) ? window : 0);
  const pattern = fields.count("sliding_window_pattern") ?? windowPattern;
  return pattern === undefined
    ? () => window
    : (layer) => ((layer + 1) % pattern === 0 ? 0 : window);
}

function elementTypeOf(text: string | undefined): ElementType {
  return parseElementType(text ?? "") ?? "float16";
}
