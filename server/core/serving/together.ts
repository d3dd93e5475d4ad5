import { add, rateOf, scale, sum, type Interval } from "../cost/interval.js";
import type { Phases } from "./phases.js";
import { bytesFor, textsThatFit } from "./room.js";
import { frontEndSeconds, waitForPrompt } from "./waiting.js";
import { promptsAtOnce } from "./workload.js";

/** A way of serving: so many texts at once, and what each and all of them get of it. */
export interface ServingPoint {
  /** Written at once on one group of devices. */
  readonly texts: number;
  /** All that take part. */
  readonly devices: number;
  /** From a prompt's arrival to its first token, prompts arriving at random. */
  readonly firstTokenSeconds: Interval;
  /** From one token to the next, on average: texts wait while new prompts are read. */
  readonly tokenSeconds: Interval;
  /** Output tokens of all texts. */
  readonly tokensPerSecond: Interval;
  /** Of each device, its part of weights, cache and activations. */
  readonly memoryBytes: number;
  /** Of all devices, a token of the output; undefined where a chip's power is not known. */
  readonly joulesPerToken: Interval | undefined;
  /**
   * Of what the device could serve if arithmetic, memory and links never waited for one another: the busiest of them would take
   * all of the time (Zhu et al. 2025, "NanoFlow", section 3).
   */
  readonly shareOfBound: number;
}

/**
 * Prompts and steps on the same devices, in turns (continuous batching: Yu et al. 2022, "Orca", section 3): while one text
 * is written, the prompts of all that take the others' places are read. Undefined where it does not fit or is not costed.
 */
export function serveTogether(phases: Phases, texts: number): ServingPoint | undefined {
  const { workload, devices } = phases;
  if (texts > textsThatFit(phases)) return undefined;
  const perStep = texts / workload.outputTokens;
  const together = Math.max(1, Math.min(promptsAtOnce(workload), Math.round(perStep)));
  const step = phases.step(texts);
  const prompts = phases.prompts(together);
  const alone = phases.prompts(1);
  if (step === undefined || prompts === undefined || alone === undefined) return undefined;
  const share = perStep / together;
  const tokenSeconds = add(step.seconds, scale(prompts.seconds, share));
  const busy = Math.min(1, (share * prompts.seconds.value) / tokenSeconds.value);
  const wait = waitForPrompt({ servers: 1, busy, seconds: prompts.seconds });
  // Who comes meets a step half done, on average, and has its own first one behind its prompt.
  const firstTokenSeconds = sum([frontEndSeconds, wait, alone.seconds, scale(step.seconds, 1.5)]);
  const joules = step.joules && prompts.joules && add(step.joules, scale(prompts.joules, share));
  const busiest = Math.max(...parts.map((part) => step.busy[part] + share * prompts.busy[part]));
  return {
    texts,
    devices,
    firstTokenSeconds,
    tokenSeconds,
    tokensPerSecond: rateOf(texts, tokenSeconds),
    memoryBytes: bytesFor(phases, texts),
    joulesPerToken: joules && scale(joules, devices / texts),
    shareOfBound: Math.min(1, busiest / tokenSeconds.value),
  };
}

const parts = ["compute", "memory", "links"] as const;
