import { exponentOf } from "./round.js";

/**
 * L-Mul (Luo & Sun 2024, Addition is All You Need, arXiv 2410.00907, equation 1): with x = (1 + xm) 2^xe and y likewise, the
 * product (1 + xm)(1 + ym) is taken as 1 + xm + ym + 2^−l, which is an integer addition. l depends on the mantissa's bits.
 */
export function lMul(x: number, y: number, mantissaBits: number): number {
  if (x === 0 || y === 0) return 0;
  const sum = mantissaOf(x, mantissaBits) + mantissaOf(y, mantissaBits);
  const exponent = exponentOf(Math.abs(x)) + exponentOf(Math.abs(y));
  return Math.sign(x) * Math.sign(y) * (1 + sum + 2 ** -offsetOf(mantissaBits)) * 2 ** exponent;
}

/** l(m), equation 1. */
function offsetOf(mantissaBits: number): number {
  return mantissaBits <= 3 ? mantissaBits : mantissaBits === 4 ? 3 : 4;
}

/** Fraction of the significand, rounded to the bits there are; never carried into the exponent. */
function mantissaOf(value: number, bits: number): number {
  const fraction = Math.abs(value) / 2 ** exponentOf(Math.abs(value)) - 1;
  return Math.min(2 ** bits - 1, Math.round(fraction * 2 ** bits)) / 2 ** bits;
}

/** Operand mantissas over which the error of a product is averaged. */
const operandCount = 64;

/**
 * Root of the mean square relative error of products of `x` with operands whose significand is spread evenly over a
 * binade: what the approximate product makes of a weight whatever it meets.
 */
export function lMulError(x: number, mantissaBits: number): number {
  if (x === 0) return 0;
  let sum = 0;
  for (let index = 0; index < operandCount; index++) {
    const y = 1 + (index + 0.5) / operandCount;
    sum += (lMul(x, y, mantissaBits) / (x * y) - 1) ** 2;
  }
  return Math.sqrt(sum / operandCount);
}
