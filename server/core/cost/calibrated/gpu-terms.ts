import type { Target } from "../../targets/target.js";

/** Multiprocessors; of a chip whose file does not tell, about what its kind has. */
export function unitsOf({ chip }: Target): number {
  return chip.computeUnits?.value ?? 60;
}

/** Also of nothing, and of less than a millionth. */
export function log2(value: number): number {
  return Math.log2(Math.max(value, 1e-6));
}

/** The logarithm of a count of nothing, where a feature counts what only some kernels have. */
export const nothing = -60;

/** Largest power of two up to 64 that divides an extent, as its logarithm. */
export function alignment(extent: number): number {
  const rest = extent % 64;
  return rest === 0 ? 6 : 31 - Math.clz32(rest & -rest);
}
