import { signedDigits } from "../signed-digits.js";

/** The weights of a dense layer by value, an input's next to one another. */
export interface WeightMatrix {
  readonly inputs: number;
  readonly outputs: number;
  readonly values: Float32Array;
}

/** What products with known constants come to. */
export interface ConstantProducts {
  /** Products that are left: the weight is not zero. */
  readonly nonZero: number;
  /** Of those, products with no power of two: that is a shift. */
  readonly notShifts: number;
  /**
   * Distinct products of an input that need three shifts and more: an even constant is its odd part shifted, and outputs
   * with the same constant share the product.
   */
  readonly hard: number;
}

/**
 * Weights as a fixed point of `bits` with `fraction` of them behind the point. What is finer is cut off towards minus infinity,
 * as `ap_fixed` does unless told otherwise (UG1399, AP_TRN), so that a small negative weight is no zero but a shift; larger ones
 * saturate here, for a configuration that lets weights wrap is none that anybody keeps.
 */
export function constantProducts(
  { inputs, outputs, values }: WeightMatrix,
  bits: number,
  fraction: number,
): ConstantProducts {
  const scale = 2 ** fraction;
  const [least, most] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  let nonZero = 0;
  let notShifts = 0;
  let hard = 0;
  for (let input = 0; input < inputs; input += 1) {
    const seen = new Set<number>();
    for (let output = 0; output < outputs; output += 1) {
      const exact = (values[input * outputs + output] ?? 0) * scale;
      let odd = Math.abs(Math.min(most, Math.max(least, Math.floor(exact))));
      if (!(odd > 0)) continue;
      nonZero += 1;
      while (odd % 2 === 0) odd /= 2;
      if (odd === 1) continue;
      notShifts += 1;
      if (!seen.has(odd) && signedDigits(odd) > 2) hard += 1;
      seen.add(odd);
    }
  }
  return { nonZero, notShifts, hard };
}
