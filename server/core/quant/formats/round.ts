import { type Grid, type MinifloatGrid, gridMax, gridThresholds, gridValues } from "./grid.js";

/**
 * The value of the grid for `value`: nearest, ties to even, and saturated at the ends. `chance` in [0, 1) rounds
 * stochastically instead: up with the probability that makes the mean exact. NaN stays NaN.
 */
export function roundToGrid(grid: Grid, value: number, chance?: number): number {
  if (Number.isNaN(value)) return NaN;
  switch (grid.kind) {
    case "integer": {
      const { low, high, step } = grid;
      return Math.max(low, Math.min(high, roundWhole(value / step, chance))) * step;
    }
    case "minifloat":
      return roundToMinifloat(grid, value, chance);
    case "codebook":
    case "posit":
    case "power":
      return roundToTable(grid, value, chance);
  }
}

/** Nearest whole number, ties to even; or by chance. */
export function roundWhole(value: number, chance?: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (chance !== undefined) return rest > chance ? floor + 1 : floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function roundToMinifloat(grid: MinifloatGrid, value: number, chance?: number): number {
  const { mantissaBits, bias, isSigned } = grid;
  if (!isSigned && value < 0) return 0;
  const max = maxOf(grid);
  const magnitude = Math.abs(value);
  if (magnitude >= max * 2) return value < 0 ? -max : max;
  // Below the first normal number the distance between values no longer shrinks.
  const quantum = powerOfTwo(Math.max(exponentOf(magnitude), 1 - bias) - mantissaBits);
  const steps =
    chance === undefined
      ? // Adding 2^52 leaves no room for a fraction: it is rounded, ties to even.
        magnitude / quantum + 2 ** 52 - 2 ** 52
      : roundWhole(magnitude / quantum, chance);
  const rounded = Math.min(max, steps * quantum);
  return value < 0 ? -rounded : rounded;
}

const maxCache = new WeakMap<Grid, number>();

function maxOf(grid: Grid): number {
  const known = maxCache.get(grid);
  if (known !== undefined) return known;
  const made = gridMax(grid);
  maxCache.set(grid, made);
  return made;
}

const powers = Float64Array.from({ length: 2200 }, (_, index) => 2 ** (index - 1100));

function powerOfTwo(exponent: number): number {
  return powers[exponent + 1100] ?? 2 ** exponent;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** ⌊log2⌋ of a positive number, from its bits: `Math.log2` errs just below powers of two. Zero has that of the least. */
export function exponentOf(magnitude: number): number {
  double[0] = magnitude;
  const field = ((words[1] ?? 0) >>> 20) & 0x7ff;
  if (field > 0) return field - 1023;
  return magnitude === 0 ? -1074 : Math.floor(Math.log2(magnitude));
}

function roundToTable(grid: Grid, value: number, chance?: number): number {
  const values = gridValues(grid);
  const last = values.length - 1;
  if (value <= (values[0] ?? 0)) return values[0] ?? 0;
  if (value >= (values[last] ?? 0)) return values[last] ?? 0;
  let low = 0;
  let high = last;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const below = values[low] ?? 0;
  const above = values[high] ?? 0;
  if (value === below) return below;
  if (chance !== undefined) return (value - below) / (above - below) > chance ? above : below;
  const threshold = thresholdsOf(grid)[low] ?? 0;
  if (grid.kind === "posit" && (below === 0 || above === 0)) return below === 0 ? above : below;
  if (value !== threshold) return value < threshold ? below : above;
  return isEvenIndex(grid, low) ? below : above;
}

/** A posit's code counts from zero in the middle of the table; a codebook's is its index. */
function isEvenIndex(grid: Grid, index: number): boolean {
  const code = grid.kind === "posit" ? index - (2 ** (grid.bits - 1) - 1) : index;
  return code % 2 === 0;
}

const thresholdCache = new WeakMap<Grid, readonly number[]>();

function thresholdsOf(grid: Grid): readonly number[] {
  const known = thresholdCache.get(grid);
  if (known !== undefined) return known;
  const made = gridThresholds(grid);
  thresholdCache.set(grid, made);
  return made;
}
