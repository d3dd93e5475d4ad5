/** What is asked of a server: prompts of one length, answered by so many tokens each. */
export interface Workload {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What those who wait for an answer accept. */
export interface ServingLimits {
  /** To the first token. */
  readonly firstTokenSeconds?: number;
  /** From one token to the next. */
  readonly tokenSeconds?: number;
}

/** Prompts that are read in one call: as many as fill the usual 8,192 tokens (`max_num_tokens`, TensorRT-LLM's default). */
export function promptsAtOnce({ inputTokens }: Workload): number {
  return Math.max(1, Math.floor(tokensAtOnce / inputTokens));
}

const tokensAtOnce = 8192;
