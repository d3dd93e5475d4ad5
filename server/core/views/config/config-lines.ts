import type { TextSpan } from "../../base/text-span.js";

/** What of a language model's cost a field of its configuration decides. */
export type ConfigFact =
  "layers" | "attention" | "cache" | "feedForward" | "context" | "vocabulary";

/** A field as it stands in the text, name and value. */
export interface ConfigLine {
  readonly fact: ConfigFact;
  readonly span: TextSpan;
}

/** Names of their fields, in the order in which `describeConfig` takes them. */
export const namesOfFacts: Readonly<Record<ConfigFact, readonly string[]>> = {
  layers: ["num_hidden_layers", "n_layer", "num_layers", "n_layers"],
  attention: ["num_attention_heads", "n_head", "n_heads"],
  cache: ["kv_lora_rank", "num_key_value_heads", "num_kv_heads", "multi_query_group_num"],
  feedForward: [
    "moe_intermediate_size",
    "intermediate_size",
    "ffn_hidden_size",
    "n_inner",
    "ffn_dim",
  ],
  context: ["max_position_embeddings", "n_positions", "seq_length"],
  vocabulary: ["vocab_size"],
};
