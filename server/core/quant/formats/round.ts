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
  const max = gridMax(grid);
  const magnitude = Math.abs(value);
  if (magnitude >= max * 2) return value < 0 ? -max : max;
  // Below the first normal number the distance between values no longer shrinks.
  const quantum = 2 ** (Math.max(exponentOf(magnitude), 1 - bias) - mantissaBits);
  const rounded = Math.min(max, roundWhole(magnitude / quantum, chance) * quantum);
  return value < 0 ? -rounded : rounded;
}

/** ⌊log2⌋ of a positive number, exactly: `Math.log2` errs just below powers of two. */
export function exponentOf(magnitude: number): number {
  if (magnitude === 0) return -1074;
  const guess = Math.floor(Math.log2(magnitude));
  const power = 2 ** guess;
  if (magnitude < power) return guess - 1;
  return magnitude >= power * 2 ? guess + 1 : guess;
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
