import { type MinifloatGrid, type Grid, gridMax } from "./grid.js";
import type { NumberFormat, ScaleFormat } from "./number-format.js";
import { exponentOf, roundToGrid } from "./round.js";

const e4m3: MinifloatGrid = {
  kind: "minifloat",
  exponentBits: 4,
  mantissaBits: 3,
  bias: 7,
  isSigned: false,
  specials: "nan",
};
const ue5m3: MinifloatGrid = { ...e4m3, exponentBits: 5, bias: 15 };
export const float16: MinifloatGrid = {
  kind: "minifloat",
  exponentBits: 5,
  mantissaBits: 10,
  bias: 15,
  isSigned: false,
  specials: "ieee",
};

/** The small float that scales of this format are stored in; none for float32 and powers of two. */
export function smallScaleGrid(format: ScaleFormat): MinifloatGrid | undefined {
  switch (format) {
    case "float16":
      return float16;
    case "e4m3":
      return e4m3;
    case "ue5m3":
      return ue5m3;
    case "float32":
    case "e8m0":
      return undefined;
  }
}

/** What the scales of a tensor have in common: its largest magnitude for formats with two levels of scales. */
export interface TensorRange {
  readonly low: number;
  readonly high: number;
}

/** Scale of a block; `amax` is its largest magnitude after clipping. A block of zeros has scale 1. */
export function scaleOf(format: NumberFormat, amax: number, tensor: TensorRange): number {
  if (format.scaleRule === "unit" || !(amax > 0)) return 1;
  const top = gridMax(format.grid);
  if (format.scale === "e8m0") return powerScale(format.grid, amax);
  const tensorScale = tensorScaleOf(format, tensor);
  return storedScale(format.scale, amax / top, tensorScale);
}

/** OCP MX v1.0, section 6.3: the power of two that brings the largest magnitude into the grid's last binade. */
function powerScale(grid: Grid, amax: number): number {
  const exponent = exponentOf(amax) - exponentOf(gridMax(grid));
  return 2 ** Math.max(-127, Math.min(127, exponent));
}

/** Brings the block scales into the range of their own small format (NVFP4: amax / (6 × 448)). */
export function tensorScaleOf({ grid, scale }: NumberFormat, { low, high }: TensorRange): number {
  if (scale !== "e4m3" && scale !== "ue5m3") return 1;
  const amax = Math.max(-low, high);
  const scaleTop = gridMax(scale === "e4m3" ? e4m3 : ue5m3);
  return amax > 0 ? Math.fround(amax / (gridMax(grid) * scaleTop)) : 1;
}

function storedScale(format: ScaleFormat, scale: number, tensorScale: number): number {
  switch (format) {
    case "float32":
      return Math.fround(scale) || 1;
    case "float16":
      return roundToGrid(float16, scale) || 2 ** -24;
    case "e4m3":
    case "ue5m3": {
      const grid = format === "e4m3" ? e4m3 : ue5m3;
      const stored = roundToGrid(grid, scale / tensorScale);
      // A block that rounds to scale zero would lose all its values to it anyway.
      return Math.fround((stored === 0 ? 2 ** (1 - grid.bias - 3) : stored) * tensorScale);
    }
    case "e8m0":
      return 2 ** exponentOf(scale);
  }
}

/** Scale and zero point of an affine block; zero itself is always a value of the grid (Jacob et al. 2018, section 2.1). */
export function affineOf(
  format: NumberFormat,
  low: number,
  high: number,
  tensor: TensorRange,
): { readonly scale: number; readonly zero: number } {
  const { grid } = format;
  const least = Math.min(0, low);
  const most = Math.max(0, high);
  if (grid.kind !== "integer" || most === least) return { scale: 1, zero: 0 };
  const scale = storedScale(
    format.scale,
    (most - least) / (grid.high - grid.low),
    tensorScaleOf(format, tensor),
  );
  const zero = Math.max(grid.low, Math.min(grid.high, Math.round(grid.low - least / scale)));
  return { scale, zero };
}
