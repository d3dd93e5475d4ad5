import { add, certain, rateOf, scale, sum } from "../cost/interval.js";
import type { Phases } from "./phases.js";
import { bytesFor, textsThatFit } from "./room.js";
import type { ServingPoint } from "./together.js";
import { frontEndSeconds, waitForPrompt } from "./waiting.js";
import { promptsAtOnce, type ServingLimits } from "./workload.js";

/** Groups of devices that read prompts, and groups that write; rates are those of all of them together. */
export interface ApartPoint extends ServingPoint {
  readonly readingGroups: number;
  readonly writingGroups: number;
  /** Share of the time for which the reading groups read. */
  readonly readingShare: number;
  /** Moving a prompt's cache from one group to the other. */
  readonly transferSeconds: number;
}

export interface ApartOptions {
  /** Bytes a second from one device of a group to one of another. */
  readonly linkBytesPerSecond: number;
  readonly limits: ServingLimits;
  /** Groups of either kind. */
  readonly mostGroups: number;
}

/**
 * Prompts on devices of their own, whose caches move to those that write (Patel et al. 2024, "Splitwise", section 4): the numbers of
 * groups of both kinds that give most tokens a device and keep the limit of the first token. `texts` are those of one
 * writing group.
 */
export function serveApart(
  { reading, writing }: { readonly reading: Phases; readonly writing: Phases },
  texts: number,
  options: ApartOptions,
): ApartPoint | undefined {
  const { workload } = writing;
  if (texts > textsThatFit(writing) || textsThatFit(reading) < 1) return undefined;
  const together = promptsAtOnce(workload);
  const step = writing.step(texts);
  const alone = reading.prompts(1);
  const prompts = reading.prompts(together);
  if (step === undefined || alone === undefined || prompts === undefined) return undefined;
  // Each device of a writing group takes its part of the cache.
  const parts = Math.min(reading.devices, writing.devices);
  const cacheBytes = reading.cacheBytes(workload.inputTokens) * reading.devices;
  const transferSeconds = cacheBytes / parts / options.linkBytesPerSecond;
  const each = scale(prompts.seconds, 1 / together);
  const rate = texts / (workload.outputTokens * step.seconds.value);
  let best: ApartPoint | undefined;
  for (let readingGroups = 1; readingGroups <= options.mostGroups; readingGroups++)
    for (let writingGroups = 1; writingGroups <= options.mostGroups; writingGroups++) {
      const readingShare = (writingGroups * rate * each.value) / readingGroups;
      if (readingShare > mostBusy) continue;
      const wait = waitForPrompt({ servers: readingGroups, busy: readingShare, seconds: each });
      const moving = certain(transferSeconds);
      const firstTokenSeconds = sum([frontEndSeconds, wait, alone.seconds, moving, step.seconds]);
      const limit = options.limits.firstTokenSeconds ?? Infinity;
      if (firstTokenSeconds.value > limit) continue;
      const devices = readingGroups * reading.devices + writingGroups * writing.devices;
      const joules =
        step.joules &&
        prompts.joules &&
        add(
          scale(step.joules, writing.devices / texts),
          scale(prompts.joules, reading.devices / together / workload.outputTokens),
        );
      const point: ApartPoint = {
        texts,
        readingGroups,
        writingGroups,
        devices,
        readingShare,
        transferSeconds,
        firstTokenSeconds,
        tokenSeconds: step.seconds,
        tokensPerSecond: scale(rateOf(texts, step.seconds), writingGroups),
        memoryBytes: bytesFor(writing, texts),
        joulesPerToken: joules,
        shareOfBound: Math.min(
          1,
          Math.max(step.busy.compute, step.busy.memory, step.busy.links) / step.seconds.value,
        ),
      };
      if (best === undefined || isBetter(point, best)) best = point;
    }
  return best;
}

/** Beyond, prompts wait ever longer for one another. */
const mostBusy = 0.95;

/** More tokens a device; as many with fewer of them. */
function isBetter(one: ApartPoint, other: ApartPoint): boolean {
  const ratio =
    one.tokensPerSecond.value / one.devices / (other.tokensPerSecond.value / other.devices);
  return ratio > 1.001 || (ratio > 0.999 && one.devices < other.devices);
}
