import type { Analysis } from "../../server/core/analysis.js";
import { analyze } from "../../server/core/analyze.js";
import { bytesOf, emptyNeighbourhood } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { format } from "../../server/core/formats/hf-config.js";

/** A `config.json` of transformers. */
export type Config = Readonly<Record<string, unknown>>;

export function read(config: Config | string, devices = 1): ReturnType<typeof format.read> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  return format.read(bytesOf(new Uint8Array(Buffer.from(text))), {
    fileName: "config.json",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
    devices,
  });
}

export function analysed(
  config: Config,
  dims: Readonly<Record<string, number>> = {},
  devices = 1,
): Analysis {
  const { value } = read(config, devices);
  if (value === undefined) throw new Error("no model");
  return analyze(
    value,
    { inputs: new Map(), dims: new Map(Object.entries(dims)) },
    [],
    neverCancelled,
  );
}

/** Llama 3 8B. */
export const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 8192,
};
