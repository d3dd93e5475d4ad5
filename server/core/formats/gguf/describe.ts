import type { DecoderDescription, Experts } from "../decoder/description.js";
import type { GgufHeader, GgufValue } from "./header.js";

export type GgufDescribed =
  | { readonly kind: "described"; readonly description: DecoderDescription }
  | { readonly kind: "refused"; readonly path: string; readonly reason: string };

/** The decoder that a GGUF file holds: sizes from its metadata, traits from which tensors are there. */
export function describeGguf({ metadata, tensors }: GgufHeader, fileName: string): GgufDescribed {
  const family = textOf(metadata.get("general.architecture"));
  if (family === "")
    return refused("general.architecture", "is missing: the file does not say what it holds.");
  const count = (key: string): number | undefined => countOf(metadata.get(`${family}.${key}`));
  const names = new Map(tensors.map((tensor) => [tensor.name, tensor.shape]));
  const has = (name: string): boolean => names.has(name);
  const inFirst = (role: string): boolean => has(`blk.0.${role}`) || has(`blk.1.${role}`);
  const hidden = count("embedding_length");
  const layerCount = count("block_count");
  const heads = count("attention.head_count");
  const vocabulary =
    names.get("token_embd.weight")?.[0] ??
    count("vocab_size") ??
    countOf(metadata.get("tokenizer.ggml.tokens.length"));
  if (!has("token_embd.weight") || !(inFirst("attn_q.weight") || inFirst("attn_qkv.weight")))
    return refused(
      "tensor_infos",
      `name no token embedding and attention layers, so \`${family}\` is no decoder that is read.`,
    );
  if (inFirst("attn_kv_a_mqa.weight") || inFirst("ssm_in.weight"))
    return refused(
      "general.architecture",
      `is \`${family}\`, whose layers (latent attention or state spaces) are not built from GGUF.`,
    );
  if (hidden === undefined) return missing(`${family}.embedding_length`);
  if (layerCount === undefined || layerCount > 2000) return missing(`${family}.block_count`);
  if (heads === undefined) return missing(`${family}.attention.head_count`);
  if (vocabulary === undefined) return missing("tokenizer.ggml.tokens");
  const keyHeads = count("attention.head_count_kv") ?? heads;
  const headSize = count("attention.key_length") ?? Math.floor(hidden / heads);
  if (headSize < 1 || heads % keyHeads !== 0) return missing(`${family}.attention.head_count_kv`);
  const isGateFused =
    !inFirst("ffn_gate.weight") &&
    rowsOf(names, "ffn_up.weight") === 2 * (count("feed_forward_length") ?? 0);
  const experts = expertsOf(metadata, family, has);
  const window = count("attention.sliding_window") ?? 0;
  const pattern = windowPatterns[family];
  return {
    kind: "described",
    description: {
      name: textOf(metadata.get("general.name")) || fileName.replace(/\.gguf$/i, ""),
      family,
      layerCount,
      hidden,
      vocabulary,
      heads,
      keyHeads,
      headSize,
      feedForward: {
        inner: count("feed_forward_length") ?? rowsOf(names, "ffn_up.weight") ?? 4 * hidden,
        isGated: isGateFused || inFirst("ffn_gate.weight") || inFirst("ffn_gate_exps.weight"),
        activation: /gemma|gpt|phi2|bloom|falcon|starcoder/.test(family) ? "gelu" : "silu",
        hasBias: inFirst("ffn_up.bias"),
        isFused: isGateFused,
      },
      ...(experts !== undefined && { experts }),
      norm: inFirst("attn_norm.bias") ? "layer" : "rms",
      hasHeadNorms: inFirst("attn_q_norm.weight"),
      hasPostNorms: inFirst("post_attention_norm.weight") && inFirst("post_ffw_norm.weight"),
      hasPreNorms: inFirst("attn_norm.weight"),
      hasQkvBias: inFirst("attn_q.bias") || inFirst("attn_qkv.bias"),
      hasOutputBias: inFirst("attn_output.bias"),
      isQkvFused: inFirst("attn_qkv.weight"),
      isParallel:
        metadata.get(`${family}.use_parallel_residual`) === true ||
        (!inFirst("ffn_norm.weight") &&
          !inFirst("post_ffw_norm.weight") &&
          !inFirst("post_attention_norm.weight")),
      hasTwoNorms: inFirst("ffn_norm.weight"),
      isRotary: !has("position_embd.weight") && family !== "bloom",
      positions: names.get("position_embd.weight")?.[0] ?? 0,
      isTied: !has("output.weight"),
      windowOf: (layer) =>
        window > 0 && (pattern === undefined || (layer + 1) % pattern !== 0) ? window : 0,
      elementType: "float16",
      contextLimit: count("context_length"),
    },
  };
}

/** One layer in so many sees the whole context. */
const windowPatterns: Readonly<Record<string, number>> = { gemma2: 2, gemma3: 6, "gpt-oss": 2 };

function expertsOf(
  metadata: GgufHeader["metadata"],
  family: string,
  has: (name: string) => boolean,
): Experts | undefined {
  const count = countOf(metadata.get(`${family}.expert_count`));
  const chosen = countOf(metadata.get(`${family}.expert_used_count`));
  const inner = countOf(
    metadata.get(`${family}.expert_feed_forward_length`) ??
      metadata.get(`${family}.feed_forward_length`),
  );
  if (count === undefined || chosen === undefined || inner === undefined) return undefined;
  const shared = countOf(metadata.get(`${family}.expert_shared_feed_forward_length`));
  const sharedCount = countOf(metadata.get(`${family}.expert_shared_count`));
  return {
    count,
    chosen: Math.min(chosen, count),
    inner,
    sharedInner: shared ?? (sharedCount ?? 0) * inner,
    hasRouterBias: has("blk.0.exp_probs_b.bias") || has("blk.3.exp_probs_b.bias"),
    isDense: (layer) => !has(`blk.${layer}.ffn_gate_inp.weight`),
  };
}

function rowsOf(names: ReadonlyMap<string, readonly number[]>, role: string): number | undefined {
  return names.get(`blk.0.${role}`)?.[0];
}

/** A number for all layers; of a list with one for each the first. */
function countOf(value: GgufValue | undefined): number | undefined {
  const number = typeof value === "object" ? value[0] : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 && number <= 1e8
    ? number
    : undefined;
}

function textOf(value: GgufValue | undefined): string {
  return typeof value === "string" ? value.slice(0, 128) : "";
}

function missing(path: string): GgufDescribed {
  return refused(path, "is missing or cannot be, so the model's size is not known.");
}

function refused(path: string, reason: string): GgufDescribed {
  return { kind: "refused", path, reason };
}
