import { type Grid, gridMax, gridValues, minifloatValue } from "./grid.js";
import { positValue } from "./posit.js";
import { exponentOf, roundToGrid } from "./round.js";

/** The bits that a format stores for `value`, as an unsigned number: sign and magnitude, or two's complement. */
export function encode(grid: Grid, value: number): number {
  const rounded = roundToGrid(grid, value);
  const signBit = 2 ** (bitsOf(grid) - 1);
  switch (grid.kind) {
    case "integer": {
      const code = Math.round(rounded / grid.step);
      return code < 0 ? code + 2 ** grid.bits : code;
    }
    case "codebook":
      return grid.values.indexOf(rounded);
    case "power": {
      const code = gridValues(grid).indexOf(rounded) - (signBit - 1);
      return code < 0 ? code + 2 ** grid.bits : code;
    }
    case "posit": {
      if (Number.isNaN(rounded)) return signBit;
      const code = gridValues(grid).indexOf(rounded) - (signBit - 1);
      return code < 0 ? code + 2 ** grid.bits : code;
    }
    case "minifloat": {
      const { specials, isSigned } = grid;
      const isNegative = isSigned && (value < 0 || Object.is(value, -0));
      // Of `fnuz` formats the code of minus zero is the NaN.
      if (Number.isNaN(value)) return specials === "fnuz" ? signBit : nanCode(grid);
      const magnitude = magnitudeCode(grid, Math.abs(rounded));
      if (isNegative && magnitude === 0 && specials === "fnuz") return 0;
      return magnitude + (isNegative ? signBit : 0);
    }
  }
}

/** The value of a stored code; NaN for codes that are no number. */
export function decode(grid: Grid, code: number): number {
  const bits = bitsOf(grid);
  const signBit = 2 ** (bits - 1);
  switch (grid.kind) {
    case "integer":
      return (code >= signBit && grid.low < 0 ? code - 2 ** bits : code) * grid.step;
    case "codebook":
      return grid.values[code] ?? NaN;
    case "power": {
      const signed = code >= signBit ? code - 2 ** bits : code;
      return gridValues(grid)[signed + signBit - 1] ?? NaN;
    }
    case "posit": {
      if (code === signBit) return NaN;
      return positValue(code >= signBit ? code - 2 ** bits : code, bits, grid.exponentSize);
    }
    case "minifloat": {
      if (!grid.isSigned) return minifloatValue(grid, code);
      if (grid.specials === "fnuz" && code === signBit) return NaN;
      const magnitude = minifloatValue(grid, code % signBit);
      return code >= signBit ? -magnitude : magnitude;
    }
  }
}

/** Bits of one code. */
export function bitsOf(grid: Grid): number {
  return grid.kind === "minifloat"
    ? grid.exponentBits + grid.mantissaBits + (grid.isSigned ? 1 : 0)
    : grid.bits;
}

function magnitudeCode(grid: Extract<Grid, { kind: "minifloat" }>, magnitude: number): number {
  const { mantissaBits, bias } = grid;
  const exponent = Math.max(exponentOf(magnitude), 1 - bias);
  const steps = magnitude / 2 ** (exponent - mantissaBits);
  const isNormal = steps >= 2 ** mantissaBits;
  return isNormal ? (exponent + bias) * 2 ** mantissaBits + (steps - 2 ** mantissaBits) : steps;
}

function nanCode(grid: Extract<Grid, { kind: "minifloat" }>): number {
  const all = 2 ** (grid.exponentBits + grid.mantissaBits) - 1;
  if (grid.specials === "finite") return magnitudeCode(grid, gridMax(grid));
  return all;
}

/**
 * FP6 stored as a plane of 2-bit and a plane of 4-bit pieces, so that both are aligned (ZeroQuant(4+2), arXiv
 * 2312.08583, section 4.1; FP6-LLM): four codes take one byte of high bits and two bytes of low bits.
 */
export function pack42(codes: Uint8Array): { readonly high: Uint8Array; readonly low: Uint8Array } {
  const high = new Uint8Array(Math.ceil(codes.length / 4));
  const low = new Uint8Array(Math.ceil(codes.length / 2));
  for (const [index, code] of codes.entries()) {
    high[index >> 2] = (high[index >> 2] ?? 0) | ((code >> 4) << ((index & 3) * 2));
    low[index >> 1] = (low[index >> 1] ?? 0) | ((code & 15) << ((index & 1) * 4));
  }
  return { high, low };
}

export function unpack42(
  planes: { readonly high: Uint8Array; readonly low: Uint8Array },
  count: number,
): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => {
    const high = ((planes.high[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3;
    const low = ((planes.low[index >> 1] ?? 0) >> ((index & 1) * 4)) & 15;
    return high * 16 + low;
  });
}
