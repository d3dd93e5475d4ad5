import type { ConfigFields } from "./config-fields.js";
import type { StateSpace } from "./description.js";

export type FoundStateSpace =
  | { readonly kind: "none" }
  | { readonly kind: "found"; readonly sizes: StateSpace }
  | { readonly kind: "refused"; readonly field: string; readonly reason: string };

/**
 * The recurrent half of models that keep a state beside a cache or in its place: Mamba (Gu & Dao 2023), Mamba-2 (Dao & Gu
 * 2024), hybrids with attention (Falcon-H1, Bamba, Granite 4, Nemotron-H; Jamba with the first), and Qwen3-Next and 3.5, whose gated
 * delta rule (Yang et al. 2024, arXiv:2412.06464) has projections and a state of Mamba-2's sizes. Other hybrids are refused:
 * taken for a Llama, their numbers would be wrong throughout.
 */
export function stateSpaceOf(
  family: string,
  fields: ConfigFields,
  hidden: number,
): FoundStateSpace {
  switch (family) {
    case "mamba":
    case "falcon_mamba":
      return selective(fields, hidden);
    case "mamba2":
      return twoOf(fields, hidden, "", () => "state");
    case "falcon_h1":
      return twoOf(fields, hidden, "mamba_", () => "both");
    case "bamba": {
      const attended = new Set(fields.list("attn_layer_indices") ?? []);
      return twoOf(fields, hidden, "mamba_", (layer) =>
        attended.has(layer) ? "attention" : "state",
      );
    }
    case "granitemoehybrid": {
      const kinds = fields.list("layer_types") ?? fields.list("layers_block_type");
      if (kinds === undefined || !kinds.includes("mamba")) return { kind: "none" };
      return twoOf(fields, hidden, "mamba_", (layer) =>
        kinds[layer] === "attention" ? "attention" : "state",
      );
    }
    case "jamba": {
      const period = fields.count("attn_layer_period") ?? 8;
      const offset = Number(fields.value("attn_layer_offset") ?? 4);
      return selective(fields, hidden, (layer) =>
        layer % period === offset ? "attention" : "state",
      );
    }
    case "nemotron_h":
      return ofPattern(fields);
    case "qwen3_next":
    case "qwen3_5_text":
    case "qwen3_5_moe_text":
      return deltaOf(fields);
    default: {
      const field = otherHybrids.find((name) => fields.has(name));
      return field === undefined
        ? { kind: "none" }
        : refused(field, `tells of layers with a state, which are not read for \`${family}\` yet.`);
    }
  }
}

/** By what configurations of other hybrids are known: Zamba, LFM2, RWKV. */
const otherHybrids = [
  "mamba_d_state",
  "ssm_state_size",
  "hybrid_override_pattern",
  "linear_num_value_heads",
  "layers_block_type",
  "conv_L_cache",
  "attention_hidden_size",
] as const;

/** One state of `stateSize` elements for each channel; what goes in and out of it depends on the token. */
function selective(
  fields: ConfigFields,
  hidden: number,
  hybrid?: StateSpace["mixerOf"],
): FoundStateSpace {
  const inner =
    hybrid === undefined
      ? (fields.count("intermediate_size", "d_inner") ?? 2 * hidden)
      : (fields.count("mamba_expand") ?? 2) * hidden;
  const stateSize = fields.count("state_size", "mamba_d_state") ?? 16;
  return {
    kind: "found",
    sizes: {
      generation: 1,
      inner,
      heads: inner,
      groups: 1,
      stateSize,
      stepRank: fields.count("time_step_rank", "mamba_dt_rank") ?? Math.ceil(hidden / 16),
      kernelSize: fields.count("conv_kernel", "mamba_d_conv") ?? 4,
      hasConvolutionBias: fields.flag("use_conv_bias") ?? true,
      hasProjectionBias: fields.flag("use_bias") ?? false,
      hasNorm: false,
      mixerOf: hybrid ?? (() => "state"),
      hasFeedForward: () => hybrid !== undefined,
    },
  };
}

/** A state of head × `stateSize` for each head. Field names of hybrids begin with `mamba_`. */
function twoOf(
  fields: ConfigFields,
  hidden: number,
  prefix: "" | "mamba_",
  mixerOf: StateSpace["mixerOf"],
): FoundStateSpace {
  const isHybrid = prefix !== "";
  const expand = fields.count(`${prefix}expand`) ?? 2;
  const inner = fields.count("mamba_d_ssm") ?? expand * hidden;
  const heads = fields.count(isHybrid ? "mamba_n_heads" : "num_heads");
  const stateSize = fields.count(isHybrid ? "mamba_d_state" : "state_size");
  const groups = fields.count(isHybrid ? "mamba_n_groups" : "n_groups") ?? 1;
  if (heads === undefined || stateSize === undefined)
    return refused(
      isHybrid
        ? heads === undefined
          ? "mamba_n_heads"
          : "mamba_d_state"
        : heads === undefined
          ? "num_heads"
          : "state_size",
      "is missing or no whole number, so the size of the state is not known.",
    );
  if (inner % heads !== 0 || heads % groups !== 0)
    return refused(
      isHybrid ? "mamba_n_heads" : "num_heads",
      `is ${heads}; it should divide ${inner} channels and be a multiple of ${groups} groups.`,
    );
  return {
    kind: "found",
    sizes: {
      generation: 2,
      inner,
      heads,
      groups,
      stateSize,
      stepRank: 0,
      kernelSize: fields.count(isHybrid ? "mamba_d_conv" : "conv_kernel") ?? 4,
      hasConvolutionBias: fields.flag(isHybrid ? "mamba_conv_bias" : "use_conv_bias") ?? true,
      hasProjectionBias: fields.flag(isHybrid ? "mamba_proj_bias" : "use_bias") ?? false,
      hasNorm: fields.flag("mamba_rms_norm") ?? true,
      mixerOf,
      hasFeedForward: () => isHybrid,
    },
  };
}

/**
 * Nemotron-H (NVIDIA 2025, arXiv:2504.03624) writes a letter for each layer: `M` a state, `*` attention, `-` and `E` the
 * feed-forward behind them, plain or of experts.
 */
function ofPattern(fields: ConfigFields): FoundStateSpace {
  const given = fields.value("hybrid_override_pattern");
  const pattern = typeof given === "string" ? given : "";
  const blocks = pattern.match(/[M*][-E]?/g) ?? [];
  if (blocks.join("") !== pattern || pattern === "")
    return refused(
      "hybrid_override_pattern",
      "should be of `M`, `*`, `-` and `E`, each feed-forward behind a mixer.",
    );
  const heads = fields.count("mamba_num_heads");
  const headSize = fields.count("mamba_head_dim");
  const stateSize = fields.count("ssm_state_size");
  if (heads === undefined) return sizeless("mamba_num_heads");
  if (headSize === undefined) return sizeless("mamba_head_dim");
  if (stateSize === undefined) return sizeless("ssm_state_size");
  return {
    kind: "found",
    sizes: {
      generation: 2,
      inner: heads * headSize,
      heads,
      groups: fields.count("n_groups") ?? 1,
      stateSize,
      stepRank: 0,
      kernelSize: fields.count("conv_kernel") ?? 4,
      hasConvolutionBias: fields.flag("use_conv_bias") ?? true,
      hasProjectionBias: fields.flag("use_bias") ?? false,
      hasNorm: true,
      mixerOf: (layer) => (blocks[layer]?.startsWith("*") === true ? "attention" : "state"),
      hasFeedForward: (layer) => (blocks[layer]?.length ?? 0) > 1,
      isDense: (layer) => blocks[layer]?.endsWith("E") !== true,
      layerCount: blocks.length,
    },
  };
}

/** Values take the place of channels, keys that of what goes in and out of the states. */
function deltaOf(fields: ConfigFields): FoundStateSpace {
  const heads = fields.count("linear_num_value_heads");
  const valueSize = fields.count("linear_value_head_dim");
  const keyHeads = fields.count("linear_num_key_heads");
  const keySize = fields.count("linear_key_head_dim");
  if (heads === undefined) return sizeless("linear_num_value_heads");
  if (valueSize === undefined) return sizeless("linear_value_head_dim");
  if (keyHeads === undefined || heads % keyHeads !== 0) return sizeless("linear_num_key_heads");
  if (keySize === undefined) return sizeless("linear_key_head_dim");
  const interval = fields.count("full_attention_interval") ?? 4;
  const kinds = fields.list("layer_types");
  const isFull = (layer: number): boolean =>
    kinds === undefined ? (layer + 1) % interval === 0 : kinds[layer] === "full_attention";
  return {
    kind: "found",
    sizes: {
      generation: 2,
      inner: heads * valueSize,
      heads,
      groups: keyHeads,
      stateSize: keySize,
      stepRank: 0,
      kernelSize: fields.count("linear_conv_kernel_dim") ?? 4,
      hasConvolutionBias: false,
      hasProjectionBias: false,
      hasNorm: true,
      mixerOf: (layer) => (isFull(layer) ? "attention" : "state"),
      hasFeedForward: () => true,
    },
  };
}

function sizeless(field: string): FoundStateSpace {
  return refused(field, "is missing or does not fit, so the size of the state is not known.");
}

function refused(field: string, reason: string): FoundStateSpace {
  return { kind: "refused", field, reason };
}
