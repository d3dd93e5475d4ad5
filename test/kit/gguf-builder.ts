/** Makes GGUF bytes (ggml, docs/gguf.md, version 3); weights themselves are left out, readers do not look at them. */
export interface GgufParts {
  readonly metadata: Readonly<Record<string, number | boolean | string | readonly string[]>>;
  /** Shape slowest extent first; number of ggml's type. */
  readonly tensors: readonly (readonly [name: string, shape: readonly number[], type: number])[];
}

export function buildGguf({ metadata, tensors }: GgufParts): Uint8Array {
  const parts: Buffer[] = [Buffer.from("GGUF"), u32(3), u64(tensors.length)];
  const entries = Object.entries(metadata);
  parts.push(u64(entries.length));
  for (const [key, value] of entries) {
    parts.push(text(key));
    if (typeof value === "string") parts.push(u32(8), text(value));
    else if (typeof value === "boolean") parts.push(u32(7), Buffer.from([value ? 1 : 0]));
    else if (typeof value === "number") parts.push(u32(4), u32(value));
    else parts.push(u32(9), u32(8), u64(value.length), ...value.map(text));
  }
  for (const [name, shape, type] of tensors)
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(type), u64(0));
  return Uint8Array.from(Buffer.concat(parts));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

/** A Llama of two small layers with quantized weights, or what `change` makes of it. */
export function smallLlama(): GgufParts {
  const [hidden, inner, words] = [256, 512, 1000];
  const block = (layer: number): GgufParts["tensors"] => [
    [`blk.${layer}.attn_norm.weight`, [hidden], 0],
    [`blk.${layer}.attn_q.weight`, [hidden, hidden], 12],
    [`blk.${layer}.attn_k.weight`, [hidden / 2, hidden], 12],
    [`blk.${layer}.attn_v.weight`, [hidden / 2, hidden], 14],
    [`blk.${layer}.attn_output.weight`, [hidden, hidden], 12],
    [`blk.${layer}.ffn_norm.weight`, [hidden], 0],
    [`blk.${layer}.ffn_gate.weight`, [inner, hidden], 12],
    [`blk.${layer}.ffn_up.weight`, [inner, hidden], 12],
    [`blk.${layer}.ffn_down.weight`, [hidden, inner], 14],
  ];
  return {
    metadata: {
      "general.architecture": "llama",
      "general.name": "Small",
      "llama.block_count": 2,
      "llama.embedding_length": hidden,
      "llama.feed_forward_length": inner,
      "llama.attention.head_count": 4,
      "llama.attention.head_count_kv": 2,
      "llama.context_length": 2048,
      "tokenizer.ggml.tokens": Array.from({ length: words }, (_, index) => `word ${index}`),
    },
    tensors: [
      ["token_embd.weight", [words, hidden], 12],
      ...block(0),
      ...block(1),
      ["output_norm.weight", [hidden], 0],
      ["output.weight", [words, hidden], 14],
    ],
  };
}
