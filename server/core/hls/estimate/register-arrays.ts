import type { HlsFunction } from "../ir.js";
import type { Partition } from "./partition.js";
import { readsOf, type Site } from "./region.js";
import { wordsOf } from "./transfers.js";

/** What arrays take of which every element is a register. */
export interface RegisterArrays {
  readonly lut: number;
  readonly ff: number;
}

/** Inputs of a choice that a LUT of six inputs makes for one bit: four, with two to choose by (UG474, "Wide multiplexers"). */
const inputsPerLut = 4;
/** Beyond that an access is told by the interval, and its hardware is another. */
const mostCopies = 256;

/**
 * Of plain C++: a flip-flop for each bit, and where an index is known at run time alone a choice among all elements for a read, and an
 * enable for each element for a write. Accesses of the copies of a loop choose each for themselves.
 */
export function registerArrays(
  target: HlsFunction,
  partitions: ReadonlyMap<string, Partition>,
  regions: readonly { readonly sites: readonly Site[] }[],
): RegisterArrays {
  const held = new Map<string, { readonly words: number; readonly bits: number }>();
  let [lut, ff] = [0, 0];
  for (const variable of target.variables.values()) {
    const words = wordsOf(variable);
    const isHeld = partitions.get(variable.name)?.isComplete === true && !variable.isConstant;
    if (words === undefined || !isHeld || variable.kind === "argument") continue;
    held.set(variable.name, { words, bits: variable.type.bits * (variable.type.lanes ?? 1) });
  }
  const used = new Set<string>();
  const visit = (access: Site["target"], site: Site, isRead: boolean): void => {
    const array = access === undefined ? undefined : held.get(access.name);
    if (array === undefined || access === undefined) return;
    used.add(access.name);
    const isOpen = access.indices.some(
      (index) => index === undefined || [...index.terms.keys()].some((one) => !site.known.has(one)),
    );
    if (!isOpen) return;
    const copies = Math.min(mostCopies, site.copies);
    lut += (copies * array.words * (isRead ? array.bits : 1)) / inputsPerLut;
  };
  for (const { sites } of regions)
    for (const site of sites) {
      for (const access of readsOf(site.value)) visit(access, site, true);
      visit(site.target, site, false);
    }
  for (const name of used) {
    const { words = 0, bits = 0 } = held.get(name) ?? {};
    ff += words * bits;
  }
  return { lut, ff };
}
