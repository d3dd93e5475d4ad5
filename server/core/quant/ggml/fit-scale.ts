import { clamp, leastMagnitude, nearest } from "./block-type.js";
import { extremeOf } from "./plain-blocks.js";

const { fround } = Math;

/**
 * Scale for codes in [−top, top − 1] with the least error, each weighted by its square: 18 scales around the plain one are
 * tried, each with the least-squares scale of its codes (ggml-quants.c, make_qx_quants with rmse_type 1).
 */
export function fitSymmetric(x: Float32Array, top: number): number {
  const extreme = extremeOf(x);
  if (Math.abs(extreme) < leastMagnitude) return 0;
  let products = 0;
  let squares = 0;
  const sum = (inverse: number): void => {
    products = 0;
    squares = 0;
    for (let index = 0; index < x.length; index++) {
      const value = x[index] ?? 0;
      const code = clamp(nearest(inverse * value), -top, top - 1);
      const weight = fround(value * value);
      products = fround(products + fround(fround(weight * value) * code));
      squares = fround(squares + fround(fround(weight * code) * code));
    }
  };
  sum(fround(-top / extreme));
  let scale = squares === 0 ? 0 : fround(products / squares);
  let best = fround(scale * products);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    sum(fround(-fround(top + fround(fround(0.1) * step)) / extreme));
    if (squares > 0 && fround(products * products) > fround(best * squares)) {
      scale = fround(products / squares);
      best = fround(scale * products);
    }
  }
  return scale;
}

/**
 * Codes in [−top, top − 1] and their scale, by moving one code after another to where the weighted error is less
 * (ggml-quants.c, make_q3_quants).
 */
export function fitByCode(x: Float32Array, top: number, codes: Int8Array): number {
  const extreme = extremeOf(x);
  codes.fill(0);
  if (Math.abs(extreme) < leastMagnitude) return 0;
  const inverse = fround(-top / extreme);
  let products = 0;
  let squares = 0;
  for (let index = 0; index < x.length; index++) {
    const value = x[index] ?? 0;
    const code = clamp(nearest(inverse * value), -top, top - 1);
    codes[index] = code;
    const weight = fround(value * value);
    products = fround(products + fround(fround(weight * value) * code));
    squares = fround(squares + fround(fround(weight * code) * code));
  }
  for (let round = 0; round < 5; round++) {
    let changed = 0;
    for (let index = 0; index < x.length; index++) {
      const value = x[index] ?? 0;
      const code = codes[index] ?? 0;
      const weight = fround(value * value);
      let otherProducts = fround(products - fround(fround(weight * value) * code));
      if (!(otherProducts > 0)) continue;
      let otherSquares = fround(squares - fround(fround(weight * code) * code));
      const moved = clamp(
        nearest(fround(fround(value * otherSquares) / otherProducts)),
        -top,
        top - 1,
      );
      if (moved === code) continue;
      otherProducts = fround(otherProducts + fround(fround(weight * value) * moved));
      otherSquares = fround(otherSquares + fround(fround(weight * moved) * moved));
      const isBetter =
        fround(fround(otherProducts * otherProducts) * squares) >
        fround(fround(products * products) * otherSquares);
      if (!(otherSquares > 0 && isBetter)) continue;
      codes[index] = moved;
      products = otherProducts;
      squares = otherSquares;
      changed += 1;
    }
    if (changed === 0) break;
  }
  for (let index = 0; index < x.length; index++) codes[index] = (codes[index] ?? 0) + top;
  return squares > 0 ? fround(products / squares) : 0;
}

/** How `fitAffine` looks for a scale: that of `top + first + step · i` steps over the range, for i up to `last`. */
export interface AffineSearch {
  readonly top: number;
  readonly first: number;
  readonly last: number;
  /** Errors count by their magnitude, not by their square. */
  readonly isAbsolute: boolean;
}

/** Codes in [0, top] as `scale · code − least` with `least` at least zero (ggml-quants.c, make_qkx2_quants). */
export function fitAffine(
  x: Float32Array,
  weights: Float32Array,
  { top, first, last, isAbsolute }: AffineSearch,
  codes: Uint8Array,
): { readonly scale: number; readonly least: number } {
  let low = x[0] ?? 0;
  let high = low;
  let sumOfWeights = weights[0] ?? 0;
  let sumOfValues = fround(sumOfWeights * low);
  for (let index = 1; index < x.length; index++) {
    const value = x[index] ?? 0;
    const weight = weights[index] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
    sumOfWeights = fround(sumOfWeights + weight);
    sumOfValues = fround(sumOfValues + fround(weight * value));
  }
  if (low > 0) low = 0;
  if (high === low) {
    codes.fill(0);
    return { scale: 0, least: -low };
  }
  // What was found best so far moves the start of the range for the scales that are tried next.
  const codeOf = (inverse: number, value: number): number =>
    clamp(nearest(fround(inverse * fround(value - low))), 0, top);
  const errorOf = (scale: number, least: number, own: Uint8Array): number => {
    let sum = 0;
    for (let index = 0; index < x.length; index++) {
      const off = fround(fround(fround(scale * (own[index] ?? 0)) + least) - (x[index] ?? 0));
      const size = isAbsolute ? Math.abs(off) : fround(off * off);
      sum = fround(sum + fround((weights[index] ?? 0) * size));
    }
    return sum;
  };
  const plain = fround(top / fround(high - low));
  let scale = fround(1 / plain);
  for (let index = 0; index < x.length; index++) codes[index] = codeOf(plain, x[index] ?? 0);
  let best = errorOf(scale, low, codes);
  const tried = new Uint8Array(x.length);
  for (let step = 0; step <= last; step++) {
    const inverse = fround(
      fround(fround(first + fround(fround(0.1) * step)) + top) / fround(high - low),
    );
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let index = 0; index < x.length; index++) {
      const value = x[index] ?? 0;
      const weight = weights[index] ?? 0;
      const code = codeOf(inverse, value);
      tried[index] = code;
      const weighted = fround(weight * code);
      sum = fround(sum + weighted);
      squares = fround(squares + fround(weighted * code));
      products = fround(products + fround(weighted * value));
    }
    const determinant = fround(fround(sumOfWeights * squares) - fround(sum * sum));
    if (!(determinant > 0)) continue;
    let triedScale = fround(
      fround(fround(sumOfWeights * products) - fround(sumOfValues * sum)) / determinant,
    );
    let triedLow = fround(
      fround(fround(squares * sumOfValues) - fround(sum * products)) / determinant,
    );
    if (triedLow > 0) {
      triedLow = 0;
      triedScale = fround(products / squares);
    }
    const error = errorOf(triedScale, triedLow, tried);
    if (error < best) {
      codes.set(tried);
      best = error;
      scale = triedScale;
      low = triedLow;
    }
  }
  return { scale, least: -low };
}
