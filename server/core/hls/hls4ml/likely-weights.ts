import { erf } from "../../base/erf.js";
import { signedDigits } from "../signed-digits.js";

/**
 * Distinct products of a layer's inputs that no shift and no sum of two shifts makes, where the weights' values are not known: those
 * of a normal distribution as wide as Glorot and Bengio (2010) start it, times `spread`. `products` are left of them, of all sizes alike:
 * networks that were pruned and trained on fit that better than ones whose smallest weights are zero. An input's outputs share equal
 * odd parts, as `constantProducts` counts them.
 */
export function likelyHardProducts(
  inputs: number,
  outputs: number,
  products: number,
  { bits, fraction }: { readonly bits: number; readonly fraction: number },
  spread: number,
): number {
  const deviation = spread * Math.sqrt(2 / (inputs + outputs)) * 2 ** fraction;
  const left = products / (inputs * outputs);
  const most = 2 ** (bits - 1);
  let hard = 0;
  for (let odd = 11; odd < most; odd += 2) {
    if (signedDigits(odd) <= 2) continue;
    let share = 0;
    // What is cut off towards minus infinity: k and above makes k, what is above −k−1 up to −k makes −k.
    for (let value = odd; value < most; value *= 2)
      share += between(value - 1, value + 1, deviation);
    hard += 1 - (1 - left * share) ** outputs;
    // Farther out nothing is left.
    if (odd > 8 * deviation) break;
  }
  return Math.min(products, inputs * hard);
}

function between(low: number, high: number, deviation: number): number {
  return upperTail(low / deviation) - upperTail(high / deviation);
}

/** Of the standard normal distribution. */
function upperTail(x: number): number {
  return (1 - erf(x / Math.SQRT2)) / 2;
}
