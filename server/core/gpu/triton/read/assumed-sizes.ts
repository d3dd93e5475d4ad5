import type { HostValue } from "./host-value.js";

/**
 * What parameters that nobody has given a value are taken to be, by the names that they usually have, so that a kernel
 * shows what it costs before anything is pinned. Every use of one is told.
 */
export function assumedSize(name: string, hasDot: boolean): HostValue | undefined {
  const axis = /\.shape\[(-?\d+)\]$/.exec(name);
  if (axis !== null) return { kind: "number", value: 4096 };
  if (name.endsWith(".numel()")) return { kind: "number", value: 1 << 24 };
  const found = sizes.find(([pattern]) => pattern.test(name))?.[1];
  if (found !== undefined) return { kind: "number", value: found };
  if (/^cu_|indices|_ptr/i.test(name)) return undefined;
  return /^(?:M|N|K)$/.test(name) || /rows?|cols?|len|dim|size/i.test(name)
    ? { kind: "number", value: hasDot || !/^n_elements/i.test(name) ? 4096 : 1 << 24 }
    : undefined;
}

const sizes: readonly (readonly [RegExp, number])[] = [
  [/^(?:chunk_size|BT|C)$/, 64],
  [/^(?:W|width|kernel_size|kernel_width)$/, 4],
  [/^(?:Z|B|bsz|batch(?:_size)?|n_?batch(?:es)?)$/i, 4],
  [/^(?:H|HQ|num_(?:q_)?heads|n_?heads?|nheads|heads)$/i, 32],
  [/^(?:HKV|H_KV|(?:num_)?kv_heads?|kv_group_num|group(?:s|_num)?|G)$/i, 8],
  [/^(?:D|HEAD_DIM|head_dim|headdim|d_head|HEAD_SIZE|BLOCK_DMODEL|K|V)$/, 128],
  [/^(?:N_CTX|n_ctx|T|L|seq_?len\w*|S|max_seq_?len\w*|seqlen\w*|Tq|Tk)$/i, 4096],
  [/numel|n_elements|^xnumel$|total_elements|^size$/i, 1 << 24],
  [/^(?:vocab_size|VOCAB_SIZE|n_vocab)$/, 128_256],
  [/^(?:E|num_experts|NUM_EXPERTS)$/, 8],
  [/^(?:top_k|TOP_K)$/, 2],
];

/** Compile-time parameters, where no configuration or launch of the file says them. */
export function assumedConstant(name: string, hasDot: boolean): HostValue | undefined {
  if (/^(?:EVEN_|DIVISIBLE)/i.test(name)) return { kind: "boolean", value: true };
  if (
    /^(?:IS_|HAS_|USE_|STORE_|OUTPUT_|RETURN_|WITH_|ENABLE_|SAVE_|APPLY_|DO_|CAUSAL$|REVERSE$)/i.test(
      name,
    )
  )
    return { kind: "boolean", value: false };
  if (/activation/i.test(name)) return { kind: "text", value: "" };
  if (/SPLIT_?K|NUM_?SPLIT|num_?stages/i.test(name)) return { kind: "number", value: 1 };
  if (/GROUP_?(?:SIZE_?)?M/i.test(name)) return { kind: "number", value: 8 };
  if (
    /^(?:BLOCK|B[A-Z]$|TILE|XBLOCK|RBLOCK|YBLOCK)|BLOCK_?SIZE|_BLOCK$|PADDED|_P2$|^chunk_size$/i.test(
      name,
    )
  ) {
    if (!hasDot) return { kind: "number", value: 1024 };
    return { kind: "number", value: /K$/.test(name) && !/^BK$/.test(name) ? 32 : 64 };
  }
  return assumedSize(name, hasDot);
}
