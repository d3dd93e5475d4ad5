import type { ByteSource, Neighbourhood } from "../base/byte-source.js";
import type { Cancel } from "../base/cancel.js";
import type { Outcome } from "../base/problem.js";
import type { Model } from "../graph/graph.js";

/** One model format. `sniff` decides; extensions only rank. */
export interface ModelFormat {
  readonly id: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  /** True when the first bytes (up to 4 KiB) look like this format. */
  readonly sniff: (head: Uint8Array) => boolean;
  /** Never throws for bad input, only for cancellation: as much of the model as can be had, and problems. */
  readonly read: (source: ByteSource, context: ReadContext) => Outcome<Model | undefined>;
}

export interface ReadContext {
  /** File name without folder, for messages. */
  readonly fileName: string;
  readonly neighbourhood: Neighbourhood;
  readonly cancel: Cancel;
  /** That share the model; only descriptions of language models can be read as one device's part. 1 where left out. */
  readonly devices?: number;
}
