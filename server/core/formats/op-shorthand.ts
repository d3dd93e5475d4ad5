import type { Attribute } from "../graph/graph.js";
import { tensor, type TensorType } from "../graph/value-type.js";

/** One input of an operator that was written as text. */
export type OpInput =
  | { readonly kind: "tensor"; readonly name: string; readonly type: TensorType }
  | { readonly kind: "constant"; readonly name: string; readonly data: readonly number[] }
  | { readonly kind: "absent" };

export interface OpCall {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly OpInput[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** The call in ONNX's own terms, or what is wrong with it. */
export type Expanded = OpCall | { readonly complaint: string };

/** Short forms that the command line takes beside ONNX's own: README tells of them. */
export function expandShorthand(call: OpCall): Expanded {
  if (call.domain !== "") return call;
  switch (call.op) {
    case "Attention":
      return withWindow(call);
    case "MLA":
      return latentAttention(call);
    case "MoE":
      return call.inputs.length > 1 ? { ...call, domain: "com.microsoft" } : expertsByNumber(call);
    case "AllReduce":
    case "AllGather":
    case "ReduceScatter":
    case "AllToAll":
      return collective(call);
    default:
      return call;
  }
}

/**
 * `window=N`: a query sees itself and the N - 1 keys before it; 0 is no window. `first=M`: and the first M keys of all, which are as
 * many more for each query that sees farther than the window (StreamingLLM, Xiao et al., ICLR 2024).
 */
function withWindow(call: OpCall): Expanded {
  const window = call.attributes.get("window");
  const first = call.attributes.get("first");
  if (window === undefined)
    return first === undefined ? call : { complaint: "`first` goes with `window`" };
  if (window.kind !== "int" || window.value < 0)
    return { complaint: "`window` should be a whole number, 0 for none" };
  if (first !== undefined && (first.kind !== "int" || first.value < 0))
    return { complaint: "`first` should be a whole number" };
  const attributes = new Map(call.attributes);
  attributes.delete("window");
  attributes.delete("first");
  if (window.value > 0) {
    const kept = first?.kind === "int" ? first.value : 0;
    attributes.set("left_window_size", { kind: "int", value: window.value + kept - 1 });
    attributes.set("right_window_size", { kind: "int", value: 0 });
  }
  return { ...call, attributes };
}

/**
 * DeepSeek's multi-head latent attention (DeepSeek-V2, section 2.1): q[B,H,S,192] holds 128 elements without and 64
 * with rotary position, the cache kv[B,T,576] a latent of 512 and the 64 shared by all heads. S = 1 is one step of decode in
 * the latent space, all heads against one key head of 576; S > 1 is prefill with keys of 192 and values of 128.
 */
function latentAttention(call: OpCall): Expanded {
  const [query, cache] = call.inputs;
  const q = query?.kind === "tensor" ? query.type.shape : undefined;
  const kv = cache?.kind === "tensor" ? cache.type.shape : undefined;
  if (query?.kind !== "tensor" || cache?.kind !== "tensor" || q?.length !== 4 || kv?.length !== 3)
    return { complaint: "`MLA` takes q=TYPE[B,H,S,192] and kv=TYPE[B,T,576]" };
  const rope = intOf(call, "qk_rope_head_dim") ?? 64;
  const rank = intOf(call, "kv_lora_rank") ?? 512;
  const valueSize = intOf(call, "v_head_dim") ?? 128;
  const [batch = 1, heads = 1, length = 1, size = 192] = q;
  const [, keys = 1, width] = kv;
  if (typeof size !== "number" || size <= rope || width !== rank + rope)
    return {
      complaint: `q should have heads of more than ${rope} elements, and kv ${rank + rope} elements (kv_lora_rank + qk_rope_head_dim)`,
    };
  const of = (shape: typeof q, type: TensorType, name: string): OpInput => ({
    kind: "tensor",
    name,
    type: tensor(type.elementType, shape),
  });
  const inputs =
    length === 1
      ? [
          of([batch, heads, 1, rank + rope], query.type, "q"),
          of([batch, 1, keys, rank + rope], cache.type, "k"),
          of([batch, 1, keys, rank], cache.type, "v"),
        ]
      : [
          of([batch, heads, length, size], query.type, "q"),
          of([batch, heads, keys, size], cache.type, "k"),
          of([batch, heads, keys, valueSize], cache.type, "v"),
        ];
  const attributes = new Map<string, Attribute>([["is_causal", { kind: "int", value: 1 }]]);
  return { op: "Attention", domain: "", inputs, attributes };
}

/**
 * `MoE(bf16[tokens,hidden], experts=E, top_k=K, inter=I, activation_type=swiglu, tp=1, ep=1)`: E and I are the model's
 * totals, `tp` cuts the inner size of each expert, `ep` deals the experts out; the report is of one rank.
 */
function expertsByNumber(call: OpCall): Expanded {
  const [input] = call.inputs;
  const shape = input?.kind === "tensor" ? input.type.shape : undefined;
  if (input?.kind !== "tensor" || shape === undefined || shape.length < 2)
    return { complaint: "`MoE` takes TYPE[tokens,hidden] first" };
  const experts = intOf(call, "experts") ?? 0;
  const inter = intOf(call, "inter") ?? 0;
  const chosen = intOf(call, "top_k") ?? intOf(call, "k") ?? 1;
  const tensorParallel = intOf(call, "tp") ?? 1;
  const expertParallel = intOf(call, "ep") ?? 1;
  if (experts < 1 || inter < 1)
    return { complaint: "`MoE` without weights needs `experts=` and `inter=`, whole numbers" };
  if (chosen < 1 || chosen > experts)
    return { complaint: `\`top_k\` should lie between 1 and ${experts}` };
  if (tensorParallel < 1 || inter % tensorParallel !== 0)
    return { complaint: `\`tp\` should divide \`inter\`, ${inter}` };
  if (expertParallel < 1 || experts % expertParallel !== 0)
    return { complaint: `\`ep\` should divide \`experts\`, ${experts}` };
  const activation = call.attributes.get("activation_type");
  const isGated = activation?.kind !== "string" || activation.value === "swiglu";
  const hidden = shape.at(-1) ?? 1;
  const tokens = shape
    .slice(0, -1)
    .reduce<number>((product, extent) => product * (typeof extent === "number" ? extent : 1), 1);
  const own = experts / expertParallel;
  const inner = inter / tensorParallel;
  const of = (name: string, extents: TensorType["shape"]): OpInput => ({
    kind: "tensor",
    name,
    type: tensor(input.type.elementType, extents),
  });
  const attributes = new Map(call.attributes);
  for (const name of ["experts", "inter", "top_k", "tp", "ep"]) attributes.delete(name);
  attributes.set("k", { kind: "int", value: chosen });
  attributes.set("activation_type", activation ?? { kind: "string", value: "swiglu" });
  return {
    op: "MoE",
    domain: "com.microsoft",
    inputs: [
      input,
      of("router_probs", [tokens, experts]),
      of("fc1_experts_weights", [own, isGated ? 2 * inner : inner, hidden]),
      { kind: "absent" },
      of("fc2_experts_weights", [own, hidden, inner]),
    ],
    attributes,
  };
}

/** `group=8` is ONNX Runtime's `group_size`. */
function collective(call: OpCall): Expanded {
  const group = call.attributes.get("group") ?? call.attributes.get("group_size");
  if (group?.kind !== "int" || group.value < 1)
    return { complaint: `\`${call.op}\` needs \`group=\`, the number of devices` };
  const attributes = new Map(call.attributes);
  attributes.delete("group");
  attributes.set("group_size", group);
  return { ...call, domain: "com.microsoft", attributes };
}

function intOf({ attributes }: OpCall, name: string): number | undefined {
  const attribute = attributes.get(name);
  return attribute?.kind === "int" ? attribute.value : undefined;
}
