import type { GenerationFacts } from "../graph/graph.js";
import { targetBytes } from "../lower/target-bytes.js";
import type { Target } from "../targets/target.js";
import type { Dataflow } from "../work/dataflow.js";

/** What all texts of a call keep from one call to the next: keys and values, and states of recurrences. */
export function rememberedBytes(
  flow: Dataflow,
  { precision }: Target,
): { readonly cacheBytes: number; readonly stateBytes: number } {
  const bytes = targetBytes(flow, precision);
  let cacheBytes = 0;
  let stateBytes = 0;
  for (const id of flow.graph.inputs) {
    const { isCache, isState } = flow.graph.values[id] ?? {};
    if (isCache === true) cacheBytes += bytes.of(id) ?? 0;
    if (isState === true) stateBytes += bytes.of(id) ?? 0;
  }
  return { cacheBytes, stateBytes };
}

/**
 * What llama.cpp allots beside weights and cache: the largest tensors that are alive at once while it works off a part
 * of a prompt (512 tokens). Either the scores of all heads over the whole context with six tensors of the hidden size
 * around them, or the scores of all words with one; and, on the host, a mask and the hidden state. Its own logs say 560 and
 * 24 MiB for Llama 3 8B with a context of 8,192, 258.5 and 9 MiB with one of 512. FlashAttention, which
 * needs no scores, is off by default there.
 */
export function computeBufferBytes(
  { heads, hidden, vocabulary }: GenerationFacts,
  { runtime }: Target,
  context: number,
): number | undefined {
  if (!runtime.id.startsWith("llama-cpp")) return undefined;
  const hiddenBytes = 4 * part * hidden;
  const scores = 4 * part * context * heads + 6 * hiddenBytes;
  const words = 4 * part * vocabulary + hiddenBytes;
  const onHost = 4 * part * context + hiddenBytes;
  return Math.max(scores, words) + onHost;
}

/** Tokens of a prompt that are worked off at once (`n_ubatch`). */
const part = 512;
