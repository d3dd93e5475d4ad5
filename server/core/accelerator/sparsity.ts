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
 * kept busy.
 */
export function sparsePrecision(precision: AcceleratorPrecision): AcceleratorPrecision {
  const { sparsity, ...dense } = precision;
  if (sparsity === undefined) return precision;
  const { weights, balance, indexBits } = sparsity;
  const ideal = 1 / productsLeft(precision);
  return {
    ...dense,
    sparsity,
    weightBits: weights === 1 ? dense.weightBits : weights * (dense.weightBits + indexBits),
    throughput: dense.throughput * Math.max(1, ideal * balance),
  };
}

/** Share of the products whose operands are both no zeros, zeros of the two falling independently. */
export function productsLeft({ sparsity }: AcceleratorPrecision): number {
  return sparsity === undefined ? 1 : sparsity.weights * sparsity.activations;
}
