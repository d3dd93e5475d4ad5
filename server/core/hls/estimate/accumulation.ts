import type { Loop } from "../ir.js";
import { isUneven, type Legality } from "./legality.js";
import type { Expression } from "../ir.js";
import type { Site } from "./region.js";
import { accessKey, type Chain } from "./schedule.js";

/** Copies that accumulate into the same element, and whether they may be added as a tree. */
export function accumulationOf(site: Site, loop: Loop | undefined, legality: Legality): Chain {
  const { target } = site;
  const none: Chain = { copies: 1, isTree: false, isGuarded: false };
  if (target === undefined) return none;
  if (!isSum(site)) return none;
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

/**
 * Whether a statement adds to its own target (or multiplies, or chooses the larger): of such steps the order may be changed.
 * What goes through other operators on the way (`a[i] = (a[i - 1] + x) / 9`) has to be taken one by one.
 */
export function isSum({ target, value }: Site): boolean {
  if (target === undefined) return false;
  const own = accessKey(target);
  const reaches = (one: Expression, op: string): boolean => {
    if (one.kind === "access") return accessKey(one.access) === own;
    if (one.kind === "number") return false;
    const family = one.op === "sub" ? "add" : one.op;
    if (family === "convert") return one.args.some((arg) => reaches(arg, op));
    return (op === "" || op === family) && one.args.some((arg) => reaches(arg, family));
  };
  return reaches(value, "");
}
