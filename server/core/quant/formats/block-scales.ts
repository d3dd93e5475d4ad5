import { gridMax } from "./grid.js";
import type { NumberFormat } from "./number-format.js";
import { scaleOf, smallScaleGrid, tensorScaleOf, type TensorRange } from "./scales.js";

/**
 * `scaleOf` for many blocks at once: there may be one for every sixteen weights, so exponents come from the bits of the
 * float32 and small floats are rounded by adding and taking away a large number. Results are those of `scaleOf`.
 */
export function writeBlockScales(
  format: NumberFormat,
  blocks: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> },
  tensor: TensorRange,
  into: Float32Array,
): void {
  const { low, high } = blocks;
  const count = low.length;
  if (format.scaleRule === "unit") {
    into.fill(1, 0, count);
    return;
  }
  for (let index = 0; index < count; index++)
    into[index] = Math.max(-(low[index] ?? 0), high[index] ?? 0);
  switch (format.scale) {
    case "e8m0": {
      powers(into, count, gridMax(format.grid));
      return;
    }
    case "float32": {
      quotients(into, count, gridMax(format.grid));
      return;
    }
    case "float16":
    case "e4m3":
    case "ue5m3": {
      smallFloats(format, into, count, tensor);
      return;
    }
  }
}

function quotients(into: Float32Array, count: number, top: number): void {
  for (let index = 0; index < count; index++) {
    const amax = into[index] ?? 0;
    into[index] = amax > 0 ? Math.fround(amax / top) || 1 : 1;
  }
}

/** 2^(⌊log2 amax⌋ − ⌊log2 top⌋): the exponent field alone, moved. Magnitudes below 2^−126 are left to the long way. */
function powers(into: Float32Array, count: number, top: number): void {
  const bits = new Int32Array(into.buffer, into.byteOffset, count);
  const shift = Math.floor(Math.log2(top)) * 2 ** 23;
  const one = 127 * 2 ** 23;
  const least = 2 ** 23;
  for (let index = 0; index < count; index++) {
    const field = (bits[index] ?? 0) & 0x7f800000;
    bits[index] = field === 0 ? one : Math.max(least, field - shift);
  }
}

function smallFloats(
  format: NumberFormat,
  into: Float32Array,
  count: number,
  tensor: TensorRange,
): void {
  const grid = smallScaleGrid(format.scale);
  if (grid === undefined) return;
  const tensorScale = tensorScaleOf(format, tensor);
  const top = gridMax(format.grid);
  const most = gridMax(grid);
  const firstNormal = 2 ** (1 - grid.bias);
  // Adding 2^52 quanta rounds a double to whole quanta, ties to even.
  const round = 2 ** (52 - grid.mantissaBits);
  for (let index = 0; index < count; index++) {
    const amax = into[index] ?? 0;
    if (!(amax > firstNormal * top * tensorScale)) {
      into[index] = scaleOf(format, amax, tensor);
      continue;
    }
    const scale = amax / top / tensorScale;
    // Rounding to the mantissa: Dekker's splitting, exact for doubles (Dekker 1971, section 5).
    const spread = scale * (round + 1);
    const rounded = spread - (spread - scale);
    into[index] = Math.fround(Math.min(most, rounded) * tensorScale);
  }
}
