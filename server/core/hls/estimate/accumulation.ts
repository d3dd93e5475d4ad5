import type { Loop } from "../ir.js";
import { isUneven, type Legality } from "./legality.js";
import { readsOf, type Site } from "./region.js";
import type { Chain } from "./schedule.js";

/** Copies that accumulate into the same element, and whether they may be added as a tree. */
export function accumulationOf(site: Site, loop: Loop | undefined, legality: Legality): Chain {
  const { target } = site;
  const none: Chain = { copies: 1, isTree: false, isGuarded: false };
  if (target === undefined) return none;
  const reads = readsOf(site.value);
  if (!reads.some(({ name }) => name === target.name)) return none;
  let copies = 1;
  let forced = 1;
  for (const [name, count] of site.unrolled)
    if (
      target.indices.every((index) => index !== undefined && !index.terms.has(name)) &&
      // A scalar that is declared in the loop is each copy's own.
      !(
        name === loop?.iterator &&
        target.indices.length === 0 &&
        !legality.isOuter(target.name, loop)
      )
    ) {
      copies *= count;
      if (site.forced.has(name) && target.type.kind === "float") forced *= count;
    }
  const isTree = legality.isReduction(target.name);
  // Where the factor does not divide the trip count, guards keep the copies in order.
  const isGuarded =
    loop !== undefined &&
    isUneven(loop, site.unrolled.get(loop.iterator) ?? 1) &&
    (site.isConditional || !legality.reductions().has(target.name));
  return { copies, isTree, forced, isGuarded };
}
