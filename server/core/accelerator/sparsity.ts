import type { AcceleratorPrecision, Sparsity } from "./accelerator.js";

/**
 * `N:M`, at most N of M neighbours are no zeros: each kept weight is stored with its place, and all are multiplied in N/M of the
 * time, which is exact because no element waits for another (Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021:
 * 2:4 doubles the rate, two bits of index each).
 */
export function patternOf(text: string): Omit<Sparsity, "activations"> | undefined {
  const match = /^(\d{1,2}):(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [kept, among] = [Number(match[1]), Number(match[2])];
  if (kept < 1 || among <= kept) return undefined;
  return {
    id: `${kept}of${among}`,
    weights: kept / among,
    indexBits: Math.ceil(Math.log2(among)),
    balance: 1,
  };
}

/**
 * What an engine that skips zeros makes of a layer with weights: fewer bits of weights to move, and a rate that grows by the
 * products that are left out (of weights and activations as in SCNN, Parashar et al., ISCA 2017), as far as its elements are
 * kept busy. `density` is the share of the layer's own weights where it was counted.
 */
export function sparsePrecision(
  precision: AcceleratorPrecision,
  density?: number,
): AcceleratorPrecision {
  const { sparsity: stated, ...dense } = precision;
  if (stated === undefined) return precision;
  const isOwn = stated.isCounted === true && density !== undefined;
  const sparsity = isOwn ? { ...stated, weights: Math.max(leastShare, density) } : stated;
  const ideal = 1 / productsLeft({ sparsity });
  return {
    ...dense,
    sparsity,
    weightBits: storedBits(dense.weightBits, sparsity.indexBits, sparsity.weights),
    throughput: dense.throughput * Math.max(1, ideal * sparsity.balance),
  };
}

/** Below this nothing gets faster: a layer of zeros still takes its outputs' time. */
export const leastShare = 1 / 64;

/** Bits of one weight of the tensor: those that are no zeros each with its place, or all where that is less. */
export function storedBits(bits: number, indexBits: number, density: number): number {
  return Math.min(bits, Math.max(leastShare, density) * (bits + indexBits));
}

/** Share of the products whose operands are both no zeros, zeros of the two falling independently. */
export function productsLeft({ sparsity }: Pick<AcceleratorPrecision, "sparsity">): number {
  return sparsity === undefined ? 1 : sparsity.weights * sparsity.activations;
}
