import type { ValueId } from "../../graph/graph.js";
import type { LatentSizes } from "./description.js";
import { batch, linear, norm, past, type Builder } from "./layers.js";

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1 and appendix C): of every token one vector of
 * `rank` elements is cached, and a key of `rotarySize` that all heads share. A step works on these as they are: the
 * weights that would make keys are applied to the query, those that make values to the result. A prompt makes keys
 * and values for all heads, whose products are shorter.
 */
export function latentAttention(
  builder: Builder,
  layer: number,
  x: ValueId,
  sizes: LatentSizes,
): ValueId {
  const { draft, description, names, isExpanded } = builder;
  const { hidden, heads, elementType } = description;
  const { rank, rotarySize, valueSize } = sizes;
  const query = queryOf(builder, layer, x, sizes);
  const compressed = linear(builder, x, {
    name: names.of(layer, "latent"),
    role: "latent",
    from: hidden,
    to: rank + rotarySize,
    hasBias: false,
  });
  const latent = norm(
    builder,
    firstOf(builder, compressed, rank),
    names.of(layer, "latentNorm"),
    rank,
    "latent_norm",
  );
  const cache = draft.input(
    `past.${layer}.latent`,
    elementType,
    [batch, 1, past, rank + rotarySize],
    true,
  );
  const attributes = {
    num_heads: heads,
    kv_lora_rank: rank,
    qk_rope_head_dim: rotarySize,
    v_head_dim: valueSize,
    expands: isExpanded ? 1 : 0,
  };
  const attend = (own: ValueId): ValueId =>
    draft.node("ridgepoint:LatentAttention", [query, own, latent, compressed, cache], {
      name: "attention",
      attributes,
    });
  const headwise = (
    from: ValueId,
    role: "keyUp" | "valueUp",
    extents: readonly number[],
  ): ValueId =>
    draft.node("ridgepoint:HeadwiseMatMul", [from, draft.weight(names.of(layer, role), extents)], {
      name: role === "keyUp" ? "absorb_keys" : "values",
    });
  const attended = isExpanded
    ? attend(keysAndValuesOf(builder, layer, { latent, cache }, sizes))
    : headwise(attend(headwise(query, "keyUp", [heads, sizes.plainSize, rank])), "valueUp", [
        heads,
        rank,
        valueSize,
      ]);
  return linear(builder, attended, {
    name: names.of(layer, "attentionOutput"),
    role: "output",
    from: heads * valueSize,
    to: hidden,
    hasBias: description.hasOutputBias,
  });
}

/**
 * From how many new tokens on, relative to the cached ones, keys are multiplied out: with T = past + tokens, a head takes
 * T × rank × (plain + value) + tokens × T × (plain + rotary + value) multiplications so, and
 * tokens × rank × (plain + value) + tokens × T × (2 rank + rotary) on the latent vectors.
 */
export function expandedFrom({ rank, plainSize, valueSize }: LatentSizes): number {
  return (rank * (plainSize + valueSize)) / Math.max(1, 2 * rank - plainSize - valueSize);
}

function queryOf(builder: Builder, layer: number, x: ValueId, { queryRank }: LatentSizes): ValueId {
  const { description, names } = builder;
  const { hidden, heads, headSize } = description;
  const to = heads * headSize;
  if (queryRank === 0)
    return linear(builder, x, {
      name: names.of(layer, "query"),
      role: "query",
      from: hidden,
      to,
      hasBias: false,
    });
  const down = linear(builder, x, {
    name: names.of(layer, "queryDown"),
    role: "query_down",
    from: hidden,
    to: queryRank,
    hasBias: false,
  });
  const normed = norm(builder, down, names.of(layer, "queryDownNorm"), queryRank, "query_norm");
  return linear(builder, normed, {
    name: names.of(layer, "queryUp"),
    role: "query_up",
    from: queryRank,
    to,
    hasBias: false,
  });
}

/** Of all tokens, the cached ones included: a head's key without its rotated part, then its value. */
function keysAndValuesOf(
  builder: Builder,
  layer: number,
  { latent, cache }: { readonly latent: ValueId; readonly cache: ValueId },
  { rank, rotarySize, plainSize, valueSize }: LatentSizes,
): ValueId {
  const { draft, description, names } = builder;
  const cached = firstOf(
    builder,
    draft.node("Reshape", [cache, draft.whole(0, -1, rank + rotarySize)]),
    rank,
  );
  const all = draft.node("Concat", [cached, latent], { name: "latents", attributes: { axis: 1 } });
  return linear(builder, all, {
    name: names.of(layer, "latentUp"),
    role: "keys_and_values",
    from: rank,
    to: description.heads * (plainSize + valueSize),
    hasBias: false,
  });
}

function firstOf({ draft }: Builder, x: ValueId, count: number): ValueId {
  return draft.node("Slice", [x, draft.whole(0), draft.whole(count), draft.whole(-1)]);
}
