import { positThreshold, positValue } from "./posit.js";

/** The numbers that a format can hold before any scale. */
export type Grid =
  /** `step` × whole numbers in [low, high]. */
  | {
      readonly kind: "integer";
      readonly bits: number;
      readonly low: number;
      readonly high: number;
      readonly step: number;
    }
  | MinifloatGrid
  /** Sorted values; the code is the index. Midpoints go to the even code. */
  | { readonly kind: "codebook"; readonly bits: number; readonly values: readonly number[] }
  | { readonly kind: "posit"; readonly bits: number; readonly exponentSize: number }
  /** ±(k / (2^(bits−1) − 1))^exponent: uniform in the exponent-th root (NUPES, arXiv 2308.05600, section 3.1). */
  | { readonly kind: "power"; readonly bits: number; readonly exponent: number };

export interface MinifloatGrid {
  readonly kind: "minifloat";
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  readonly isSigned: boolean;
  /**
   * What the codes at the top stand for. `ieee`: the last exponent is infinity and NaN. `nan`: only the last code of
   * each sign is NaN (OCP E4M3). `fnuz`: minus zero is the one NaN. `finite`: every code is a number.
   */
  readonly specials: "ieee" | "nan" | "fnuz" | "finite";
}

/** All finite values in rising order, for grids of up to 2^16 codes. Minus zero is left out. */
export function gridValues(grid: Grid): readonly number[] {
  const known = valuesCache.get(grid);
  if (known !== undefined) return known;
  const values = makeValues(grid);
  valuesCache.set(grid, values);
  return values;
}

const valuesCache = new WeakMap<Grid, readonly number[]>();

function makeValues(grid: Grid): readonly number[] {
  switch (grid.kind) {
    case "integer":
      return range(grid.low, grid.high).map((code) => code * grid.step);
    case "codebook":
      return grid.values;
    case "posit":
      return range(-(2 ** (grid.bits - 1)) + 1, 2 ** (grid.bits - 1) - 1).map((code) =>
        positValue(code, grid.bits, grid.exponentSize),
      );
    case "power": {
      const top = 2 ** (grid.bits - 1) - 1;
      return range(-top, top).map(
        (code) => Math.sign(code) * (Math.abs(code) / top) ** grid.exponent,
      );
    }
    case "minifloat": {
      const positive = range(0, 2 ** (grid.exponentBits + grid.mantissaBits) - 1)
        .map((code) => minifloatValue(grid, code))
        .filter((value) => Number.isFinite(value));
      if (!grid.isSigned) return positive;
      return [
        ...positive
          .slice(1)
          .reverse()
          .map((value) => -value),
        ...positive,
      ];
    }
  }
}

/** Value of a code without its sign bit. */
export function minifloatValue(grid: MinifloatGrid, magnitude: number): number {
  const { exponentBits, mantissaBits, bias, specials } = grid;
  const exponent = Math.floor(magnitude / 2 ** mantissaBits);
  const mantissa = magnitude % 2 ** mantissaBits;
  const lastExponent = 2 ** exponentBits - 1;
  if (specials === "ieee" && exponent === lastExponent) return mantissa === 0 ? Infinity : NaN;
  if (specials === "nan" && exponent === lastExponent && mantissa === 2 ** mantissaBits - 1)
    return NaN;
  return exponent === 0
    ? mantissa * 2 ** (1 - bias - mantissaBits)
    : (2 ** mantissaBits + mantissa) * 2 ** (exponent - bias - mantissaBits);
}

/** Largest finite magnitude. */
export function gridMax(grid: Grid): number {
  switch (grid.kind) {
    case "integer":
      return grid.high * grid.step;
    case "codebook":
      return Math.max(-(grid.values[0] ?? 0), grid.values[grid.values.length - 1] ?? 0);
    case "posit":
      return 2 ** (2 ** grid.exponentSize * (grid.bits - 2));
    case "power":
      return 1;
    case "minifloat": {
      const { exponentBits, mantissaBits, bias, specials } = grid;
      const lastExponent = 2 ** exponentBits - 1 - (specials === "ieee" ? 1 : 0);
      const lastMantissa = 2 ** mantissaBits - 1 - (specials === "nan" ? 1 : 0);
      // Without mantissa bits the code before the NaN belongs to the exponent below.
      if (lastMantissa < 0) return 2 ** (lastExponent - 1 - bias);
      return lastExponent === 0
        ? lastMantissa * 2 ** (1 - bias - mantissaBits)
        : (1 + lastMantissa / 2 ** mantissaBits) * 2 ** (lastExponent - bias);
    }
  }
}

/** Where rounding changes from one value of the grid to the next; parallel to the gaps of `gridValues`. */
export function gridThresholds(grid: Grid): readonly number[] {
  const values = gridValues(grid);
  if (grid.kind === "posit") {
    const first = -(2 ** (grid.bits - 1)) + 1;
    return values
      .slice(1)
      .map((_, index) => positThreshold(first + index, grid.bits, grid.exponentSize));
  }
  return values.slice(1).map((value, index) => ((values[index] ?? 0) + value) / 2);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
