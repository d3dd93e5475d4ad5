/**
 * Bit patterns of narrow floats to numbers. Layouts: IEEE 754-2019 (binary16); bfloat16 is the upper half of binary32;
 * FP8: Micikevicius et al., "FP8 Formats for Deep Learning", 2022, arXiv:2209.05433, and its "fnuz" variants, Noune et
 * al., arXiv:2206.02915; E8M0 and E2M1: OCP Microscaling Formats (MX) Specification 1.0, section 5.
 */
export function halfToNumber(bits: number): number {
  return ieeeLike(bits, { exponentBits: 5, mantissaBits: 10, bias: 15, hasInfinity: true });
}

export function bfloat16ToNumber(bits: number): number {
  return ieeeLike(bits, { exponentBits: 8, mantissaBits: 7, bias: 127, hasInfinity: true });
}

/** One infinity-free NaN pattern per sign: all ones. */
export function e4m3fnToNumber(bits: number): number {
  return (bits & 0x7f) === 0x7f
    ? NaN
    : ieeeLike(bits, { exponentBits: 4, mantissaBits: 3, bias: 7, hasInfinity: false });
}

/** The pattern of minus zero is the only NaN. */
export function e4m3fnuzToNumber(bits: number): number {
  return bits === 0x80
    ? NaN
    : ieeeLike(bits, { exponentBits: 4, mantissaBits: 3, bias: 8, hasInfinity: false });
}

export function e5m2ToNumber(bits: number): number {
  return ieeeLike(bits, { exponentBits: 5, mantissaBits: 2, bias: 15, hasInfinity: true });
}

export function e5m2fnuzToNumber(bits: number): number {
  return bits === 0x80
    ? NaN
    : ieeeLike(bits, { exponentBits: 5, mantissaBits: 2, bias: 16, hasInfinity: false });
}

/** A power of two: only exponents, no sign, no zero. */
export function e8m0ToNumber(bits: number): number {
  return bits === 0xff ? NaN : 2 ** (bits - 127);
}

export function e2m1ToNumber(bits: number): number {
  return ieeeLike(bits, { exponentBits: 2, mantissaBits: 1, bias: 1, hasInfinity: false });
}

interface Layout {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** The highest exponent means infinity and NaN. */
  readonly hasInfinity: boolean;
}

function ieeeLike(bits: number, layout: Layout): number {
  const { exponentBits, mantissaBits, bias, hasInfinity } = layout;
  const sign = (bits >> (exponentBits + mantissaBits)) & 1 ? -1 : 1;
  const highest = 2 ** exponentBits - 1;
  const exponent = (bits >> mantissaBits) & highest;
  const mantissa = bits & (2 ** mantissaBits - 1);
  if (hasInfinity && exponent === highest) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
  return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}
