import type { HlsFunction, Variable } from "../ir.js";
import { readsOf, type Site } from "./region.js";
import { mostCachedBits, wordsOf } from "./transfers.js";

/** Rows of a tile from which on it is moved as one block. */
const longBurst = 8;

/** Whether an array is fed row by row from memory: it is too large to be held, or the tiles of a loop around are short. */
export function isStreamed(sites: readonly Site[], target: HlsFunction, tile = 1): boolean {
  if (1 < tile && tile < longBurst) return true;
  return sites.some(({ value }) =>
    readsOf(value).some(({ name }) => staysInMemory(target.variables.get(name))),
  );
}

/** Words that an iteration takes from arrays that stay in memory, one a cycle: more operators would idle. */
export function wordsFromMemory(sites: readonly Site[], target: HlsFunction): number {
  let words = 1;
  for (const site of sites)
    for (const { name, indices } of readsOf(site.value)) {
      if (!staysInMemory(target.variables.get(name))) continue;
      let own = 1;
      for (const [iterator, copies] of site.unrolled)
        if (indices.some((index) => index?.terms.has(iterator) === true)) own *= copies;
      words = Math.max(words, own);
    }
  return words;
}

/** Whether an argument is too large to be held on the chip. */
export function staysInMemory(variable: Variable | undefined): boolean {
  if (variable?.kind !== "argument") return false;
  return (wordsOf(variable) ?? 0) * variable.type.bits > mostCachedBits;
}
