import { scale, type Interval } from "../cost/interval.js";

/**
 * Until one of several servers is free for a prompt, where prompts arrive at random and all take equally long: half of what
 * M/M/n says (Pollaczek and Khinchine, exact for one server), by Sakasegawa's approximation (1977, Annals of the Institute of
 * Statistical Mathematics 29, p. 67). `busy` is the share of time for which they read.
 */
export function waitForPrompt({
  servers,
  busy,
  seconds,
}: {
  readonly servers: number;
  readonly busy: number;
  readonly seconds: Interval;
}): Interval {
  if (busy >= 1) return { value: Infinity, low: Infinity, high: Infinity };
  const factor = busy ** (Math.sqrt(2 * (servers + 1)) - 1) / (servers * (1 - busy) * 2);
  return scale(seconds, factor);
}

/**
 * What a server's front end adds before the first token (tokenizing, queues between processes): what measured servers under
 * TensorRT-LLM and vLLM, from 4 to 512 texts at once, take longer than their devices (`npm run bench serving`).
 */
export const frontEndSeconds: Interval = { value: 0.022, low: 0, high: 0.06 };
