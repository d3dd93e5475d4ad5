import type { ElementType } from "../../graph/element-type.js";

/**
 * Numbers as the bits of formats of 4 to 16 bits, which is how ONNX text writes them. Layouts after IEEE 754-2019
 * (float16), the OCP 8-bit Floating Point Specification 1.0 (float8e4m3fn, float8e5m2), the OCP Microscaling Formats
 * Specification 1.0 (float8e8m0, float4e2m1) and, for the `fnuz` variants, Noune et al., arXiv:2206.02915.
 *
 * The result is the representable number nearest to `value`, ties to the even one; NaN has one canonical pattern.
 */
export function encodeSmallFloat(type: SmallFloat, value: number): number {
  if (type === "float8e8m0")
    return value > 0 ? Math.min(254, Math.max(0, Math.round(Math.log2(value)) + 127)) : 0xff;
  const { exponentBits, mantissaBits, bias, specials } = layouts[type];
  const signMask = 1 << (exponentBits + mantissaBits);
  const topExponent = (1 << exponentBits) - 1;
  if (Number.isNaN(value)) {
    if (specials === "ieee") return (topExponent << mantissaBits) | (1 << (mantissaBits - 1));
    return specials === "negative-zero" ? signMask : signMask - 1;
  }
  const isNegative = value < 0 || Object.is(value, -0);
  const largest = largestBits(type);
  const overflow = specials === "ieee" ? largest + 1 : largest;
  const magnitude = Math.abs(value);
  let bits = overflow;
  if (Number.isFinite(magnitude)) {
    const smallestExponent = 1 - bias;
    const exponent =
      magnitude === 0
        ? smallestExponent
        : Math.max(smallestExponent, Math.floor(Math.log2(magnitude)));
    const steps = roundToEven(magnitude / 2 ** (exponent - mantissaBits));
    bits = Math.min(steps + (exponent - smallestExponent) * 2 ** mantissaBits, overflow);
  }
  const isMinusZero = bits === 0 && specials === "negative-zero";
  return isNegative && !isMinusZero ? bits | signMask : bits;
}

export type SmallFloat = keyof typeof layouts | "float8e8m0";

export function isSmallFloat(type: ElementType): type is SmallFloat {
  return type === "float8e8m0" || Object.hasOwn(layouts, type);
}

/** `specials`: how the format writes infinities and NaN. */
const layouts = {
  float16: { exponentBits: 5, mantissaBits: 10, bias: 15, specials: "ieee" },
  bfloat16: { exponentBits: 8, mantissaBits: 7, bias: 127, specials: "ieee" },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, specials: "ieee" },
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, specials: "all-ones" },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, specials: "negative-zero" },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, specials: "negative-zero" },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, specials: "none" },
} as const;

/** The largest finite number, without its sign. */
function largestBits(type: keyof typeof layouts): number {
  const { exponentBits, mantissaBits, specials } = layouts[type];
  const allOnes = 2 ** (exponentBits + mantissaBits) - 1;
  if (specials === "ieee") return allOnes - 2 ** mantissaBits;
  return specials === "all-ones" ? allOnes - 1 : allOnes;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
