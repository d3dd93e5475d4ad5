import { directiveOf } from "../directives.js";
import type { Loop } from "../ir.js";
import type { IntervalCause } from "./interval.js";
import { isUneven } from "./legality.js";
import type { HlsProfile } from "./profile.js";
import { readsOf, type Site } from "./region.js";

interface Copies {
  readonly profile: HlsProfile;
  /** Cycles of an iteration, and copies of the body that it runs. */
  readonly depth: number;
  readonly factor: number;
  /** Copies of the loops around. */
  readonly around: number;
}

/**
 * Updates of an array under a condition (`if (j <= i) c[i][j] += …`) among copies: no tool tells that the copies leave one
 * another alone. Vitis 2020.2 lets each wait for the update before it, and chooses the bank anew where all of an inner loop is
 * unrolled; in SDx 2018.3 they take turns (published designs of syrk). A loop that nobody asks anything of then is no pipeline at all
 * there, whatever is updated (those of trmm-opt show the same for sums in a scalar).
 */
export function guardedUpdate(
  loop: Loop,
  sites: readonly Site[],
  { profile, depth, factor, around }: Copies,
): IntervalCause | undefined {
  for (const { target, value, isConditional, unrolled, copies, span } of sites) {
    if (!isConditional || target === undefined) continue;
    if (target.indices.length === 0) {
      const isUpdate = readsOf(value).some(({ name }) => name === target.name);
      const isAlone = around <= 1 && isLeftAlone(loop) && unrolled.size > 0;
      if (!isUpdate || !isAlone || profile.hasPartialSums) continue;
      return { kind: "recurrence", variable: target.name, interval: depth, latency: depth, span };
    }
    const reads = readsOf(value).filter(({ indices }) => indices.length > 0);
    if (!reads.some(({ name }) => name === target.name)) continue;
    const update = { kind: "recurrence", variable: target.name, distance: 1, span } as const;
    const hasInner = [...unrolled.keys()].some((name) => name !== loop.iterator);
    if (profile.hasPartialSums) {
      if (around <= 1) continue;
      const latency = hasInner
        ? depth + profile.bankChoiceLatency
        : (profile.operators["add.f64"]?.latency ?? 1) + 1;
      return { ...update, interval: latency, latency };
    }
    if (hasInner && isLeftAlone(loop))
      return { ...update, interval: depth * copies, latency: depth };
    // What is unrolled whole inside of the loop takes turns as the loop's own copies do.
    if (around > 1 && copies > 1 && !isUneven(loop, factor))
      return { ...update, kind: "ports", interval: copies, accesses: copies, reads: 0, ports: 1 };
    if (!isUneven(loop, factor)) continue;
    const accesses =
      1 +
      reads.filter(({ indices }) => indices.some((index) => index?.terms.has(loop.iterator)))
        .length;
    const interval = factor * profile.bankTurn * accesses;
    return {
      ...update,
      kind: "ports",
      interval,
      accesses,
      reads: accesses - 1,
      ports: profile.ports,
    };
  }
  return undefined;
}

/** Whether the pipeline is off and no copies are asked for: then the tool keeps each condition a branch of its own. */
function isLeftAlone(loop: Loop): boolean {
  return (
    directiveOf(loop.directives, "pipeline")?.isOff === true &&
    (directiveOf(loop.directives, "parallel")?.factor ?? 1) === 1
  );
}
