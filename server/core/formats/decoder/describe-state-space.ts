import type { ConfigFields } from "./config-fields.js";
import type { StateSpace } from "./description.js";

export type FoundStateSpace =
  | { readonly kind: "none" }
  | { readonly kind: "found"; readonly sizes: StateSpace }
  | { readonly kind: "refused"; readonly field: string; readonly reason: string };

/**
 * The recurrent half of models that keep a state beside a cache or in its place: Mamba (Gu & Dao 2023), Mamba-2 (Dao & Gu
 * 2024) and hybrids of the latter with attention (Falcon-H1, Bamba). Other hybrids are refused: taken for a Llama, their
 * numbers would be wrong throughout.
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
    default: {
      const field = otherHybrids.find((name) => fields.has(name));
      return field === undefined
        ? { kind: "none" }
        : refused(field, `tells of layers with a state, which are not read for \`${family}\` yet.`);
    }
  }
}

/** By what configurations of other hybrids are known: Jamba, Zamba, Nemotron-H, Qwen3-Next, Granite 4, LFM2, RWKV. */
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
function selective(fields: ConfigFields, hidden: number): FoundStateSpace {
  const inner = fields.count("intermediate_size", "d_inner") ?? 2 * hidden;
  const stateSize = fields.count("state_size") ?? 16;
  return {
    kind: "found",
    sizes: {
      generation: 1,
      inner,
      heads: inner,
      groups: 1,
      stateSize,
      stepRank: fields.count("time_step_rank") ?? Math.ceil(hidden / 16),
      kernelSize: fields.count("conv_kernel") ?? 4,
      hasConvolutionBias: fields.flag("use_conv_bias") ?? true,
      hasProjectionBias: fields.flag("use_bias") ?? false,
      hasNorm: false,
      mixerOf: () => "state",
      hasFeedForward: false,
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
      hasFeedForward: isHybrid,
    },
  };
}

function refused(field: string, reason: string): FoundStateSpace {
  return { kind: "refused", field, reason };
}
