import type { KernelShape } from "./kernel-shape.js";

type AttentionShape = KernelShape & { readonly kind: "attention" };

/** Pairs of a query and a key that causality and window leave, of one head; the queries are the last of the sequence. */
export function visiblePairs(
  queries: number,
  keys: number,
  window: number,
  isCausal: boolean,
): number {
  const full = window > 0 ? Math.min(window, keys) : keys;
  if (queries <= 1 || !isCausal) return queries * full;
  // Query i sees min(keys - queries + i + 1, window) keys.
  const first = Math.max(1, keys - queries + 1);
  const climbing = Math.min(queries, Math.max(0, full - first + 1));
  return climbing * first + (climbing * (climbing - 1)) / 2 + (queries - climbing) * full;
}

/** Share of the scores that are computed: rules count full rectangles, kernels skip what is hidden. */
export function visibleShare(shape: KernelShape): number {
  if (shape.kind !== "attention") return 1;
  const scores = shape.queryLength * shape.keyLength;
  return scores > 0 ? Math.min(1, pairsOf(shape) / scores) : 1;
}

/** Mean number of keys that a query sees, as whole keys. */
export function meanVisibleKeys(shape: AttentionShape): number {
  return Math.max(1, Math.ceil(pairsOf(shape) / Math.max(1, shape.queryLength)));
}

/** Keys that at least one query sees: the others need not be read. */
export function reachedKeys(queries: number, keys: number, window: number): number {
  return window > 0 ? Math.min(keys, queries + window - 1) : keys;
}

function pairsOf({ queryLength, keyLength, window, isCausal }: AttentionShape): number {
  return visiblePairs(queryLength, keyLength, window, isCausal);
}
