import { buildDecoder } from "../../server/core/formats/decoder/build-decoder.js";
import { ConfigFields } from "../../server/core/formats/decoder/config-fields.js";
import { shardOf } from "../../server/core/formats/decoder/sharding.js";
import { describeConfig } from "../../server/core/formats/decoder/describe-config.js";
import { huggingFaceNames } from "../../server/core/formats/decoder/weight-names.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { Subject } from "./set.js";

type Config = Readonly<Record<string, unknown>>;

const llama = (
  layers: number,
  hidden: number,
  inner: number,
  heads: number,
  keyHeads: number,
  vocabulary: number,
  more: Config = {},
): Config => ({
  model_type: "llama",
  num_hidden_layers: layers,
  hidden_size: hidden,
  intermediate_size: inner,
  num_attention_heads: heads,
  num_key_value_heads: keyHeads,
  vocab_size: vocabulary,
  rms_norm_eps: 1e-5,
  ...more,
});

/** Sizes as their publishers' configurations give them, by names that measurements use. */
const configs: readonly (readonly [RegExp, Config])[] = [
  [/^llama-[12]-7b$/, llama(32, 4096, 11008, 32, 32, 32000)],
  [/^llama-[12]-13b$/, llama(40, 5120, 13824, 40, 40, 32000)],
  [/^llama-1-30b$/, llama(60, 6656, 17920, 52, 52, 32000)],
  [/^llama-1-65b$/, llama(80, 8192, 22016, 64, 64, 32000)],
  [/^llama-2-70b$/, llama(80, 8192, 28672, 64, 8, 32000)],
  [/^llama-?(3|3\.1)[-:]8b$/, llama(32, 4096, 14336, 32, 8, 128256)],
  [/^llama-?(3|3\.[13])[-:]70b$/, llama(80, 8192, 28672, 64, 8, 128256)],
  [/^llama-?3\.1[-:]405b$/, llama(126, 16384, 53248, 128, 8, 128256)],
  [
    /^llama-?3\.2[-:]1b/,
    llama(16, 2048, 8192, 32, 8, 128256, { head_dim: 64, tie_word_embeddings: true }),
  ],
  [/^llama-?3\.2[-:]3b/, llama(28, 3072, 8192, 24, 8, 128256, { tie_word_embeddings: true })],
  [/^baichuan2-7b$/, llama(32, 4096, 11008, 32, 32, 125696)],
  [/^phi-3\.5-mini$/, llama(32, 3072, 8192, 32, 32, 32064)],
  [/^plamo-1b$/, llama(16, 2048, 8192, 16, 1, 50432)],
  [/^qwen2-7b$/, llama(28, 3584, 18944, 28, 4, 152064, { model_type: "qwen2" })],
  [/^deepseek-?r1[-:]14b$/, llama(48, 5120, 13824, 40, 8, 152064, { model_type: "qwen2" })],
  [
    /^deepseek-?r1[-:]1\.5b$/,
    llama(28, 1536, 8960, 12, 2, 151936, { model_type: "qwen2", tie_word_embeddings: true }),
  ],
  [
    /^gpt-oss[-:]120b$/,
    llama(36, 2880, 2880, 64, 8, 201088, {
      model_type: "gpt_oss",
      head_dim: 64,
      num_local_experts: 128,
      num_experts_per_tok: 4,
      sliding_window: 128,
    }),
  ],
  [
    /^gpt-oss[-:]20b$/,
    llama(24, 2880, 2880, 64, 8, 201088, {
      model_type: "gpt_oss",
      head_dim: 64,
      num_local_experts: 32,
      num_experts_per_tok: 4,
      sliding_window: 128,
    }),
  ],
];

/** A model by the name that a measurement gives it; undefined for one whose sizes are not known here. */
export function configOf(name: string): Config | undefined {
  const plain = name.toLowerCase().replaceAll(" ", name.includes(":") ? "" : "-");
  return configs.find(([pattern]) => pattern.test(plain))?.[1];
}

export function decoderOf(name: string, config: Config, devices = 1): Model | undefined {
  const found = describeConfig(new ConfigFields(config), name);
  const shard = found.kind === "refused" ? undefined : shardOf(found.description, devices);
  return shard === undefined || "reason" in shard
    ? undefined
    : buildDecoder(shard, {
        format: "hf-config",
        producer: "",
        metadata: new Map(),
        names: huggingFaceNames,
        findWeight: () => undefined,
      });
}

/** `tokens` new tokens after `past` cached ones, of each text of a batch. */
export function callOf(
  name: string,
  config: Config,
  tokens: number,
  past: number,
  batch = 1,
  devices = 1,
): Subject {
  return {
    kind: "model",
    id: `${name} ${devices === 1 ? "" : `on ${devices} devices `}${batch === 1 ? "" : `${batch} × `}${tokens} after ${past}`,
    load: () => Promise.resolve(decoderOf(name, config, devices)),
    bindings: {
      batch,
      inputs: new Map(),
      dims: new Map([
        ["sequence", tokens],
        ["past", past],
      ]),
    },
  };
}
