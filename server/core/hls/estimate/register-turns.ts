import type { HlsFunction, Loop } from "../ir.js";
import type { Legality } from "./legality.js";
import type { DirectivePlan } from "./plan.js";
import type { HlsProfile } from "./profile.js";
import { eachAccess } from "./region.js";
import { staysInMemory } from "./streamed.js";

/**
 * Cycles that copies of a loop wait for an array that they read column by column, when another loop has cut its rows into
 * registers. A row is one thing then and no copy has a part of it to itself: every read goes through all registers of the row
 * and asks each copy, one read after another, however many there are. Under Vitis 2020.2 a read takes a cycle for each register and two
 * for each copy (published designs of covariance and gemver, to within 100 cycles of a million). What no loop writes is
 * copied for each loop, what the copies write themselves is theirs, and neither waits.
 */
export function registerTurns(
  loop: Loop,
  copies: number,
  { target, profile }: { readonly target: HlsFunction; readonly profile: HlsProfile },
  { isMerlin, planOf }: DirectivePlan,
  legality: Legality,
): number {
  if (copies <= 1 || !isMerlin || !profile.hasPartialSums) return 0;
  const whole = legality.wholeDims();
  const written = legality.writtenArrays();
  const own = new Set<string>();
  eachAccess(loop.body, ({ name }, isRead) => {
    if (!isRead) own.add(name);
  });
  let cycles = 0;
  eachAccess(loop.body, ({ name, indices }, isRead, around) => {
    if (!isRead || indices.length < 2 || !written.has(name) || own.has(name)) return;
    const innermost = around.at(-1);
    // Reads that are unrolled whole are all there at once, and none has to be looked for.
    if (innermost === undefined || planOf(innermost).isFull) return;
    const last = indices.length - 1;
    const variable = target.variables.get(name);
    const registers = variable?.dims[last];
    if (indices[last]?.terms.has(loop.iterator) !== true) return;
    if (registers === undefined || !whole.has(`${name}:${last}`)) return;
    // What stays in memory has no rows of registers.
    if (staysInMemory(variable)) return;
    const reads = [loop, ...around].reduce((product, { trip }) => product * (trip.average ?? 1), 1);
    cycles += reads * (registers + 2 * copies);
  });
  return cycles;
}
