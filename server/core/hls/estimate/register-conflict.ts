import type { Loop } from "../ir.js";
import type { IntervalCause } from "./interval.js";
import type { Legality } from "./legality.js";
import type { HlsProfile } from "./profile.js";
import { readsOf, type Site } from "./region.js";

interface ConflictContext {
  readonly profile: HlsProfile;
  readonly legality: Legality;
  /** Cycles of an iteration, and copies of the body that it runs. */
  readonly depth: number;
  readonly factor: number;
}

/**
 * An array that another loop unrolls whole lies in registers: reached by a running index there is no telling which
 * register, so that each iteration waits for the one before.
 */
export function registerConflict(
  loop: Loop,
  around: { readonly iterators?: readonly string[]; readonly copies: number },
  sites: readonly Site[],
  { profile, legality, depth, factor }: ConflictContext,
): IntervalCause | undefined {
  const outer = around.iterators ?? [];
  const isCopied = around.copies > 1;
  // Copies of an outer loop leave one port for all: even the copies of this loop take turns.
  const turn = (profile.operators["add.f64"]?.latency ?? 1) + 1;
  const alone = profile.hasPartialSums ? depth : turn;
  for (const { target, value, span } of sites) {
    if (target === undefined || target.indices.length === 0) continue;
    if (!legality.reductions().has(target.name)) continue;
    const isRevisited =
      target.indices.some((index) => index?.terms.size === 0) ||
      outer.some((iterator) =>
        target.indices.every((index) => index?.terms.has(iterator) === false),
      );
    if (!isRevisited && !(isCopied && profile.readsEarly)) continue;
    const dim = target.indices.findIndex((index) => index?.terms.has(loop.iterator) === true);
    if (dim < 0 || !legality.wholeDims().has(`${target.name}:${dim}`)) continue;
    if (!readsOf(value).some(({ name }) => name === target.name)) continue;
    return {
      kind: "recurrence",
      variable: target.name,
      interval: Math.max(2, isCopied ? factor * turn : alone),
      latency: depth,
      distance: 1,
      span,
    };
  }
  return undefined;
}
