import type { Chip } from "./chip.js";

/** The first that a chip has; else its slowest, as the cost model has it. */
export function usedPeak(peaks: Chip["peaks"], names: readonly string[]): string | undefined {
  const found = names.find((name) => Object.hasOwn(peaks, name));
  if (found !== undefined) return found;
  return Object.entries(peaks).sort(([, a], [, b]) => a.value - b.value)[0]?.[0];
}
