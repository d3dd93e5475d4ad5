import type { Amount } from "../../design/design.js";
import type { GpuKernel } from "../gpu-kernel.js";

/**
 * Registers a thread, with no compiler at hand: what is declared where the most is alive, results of loads that are waited for together,
 * and what addresses and temporaries take. nvcc shares registers between what is not alive at once and keeps some values twice, so that
 * the interval is wide; `__launch_bounds__` caps it as it caps the compiler.
 */
export function estimateRegisters(
  { declared, pending }: { readonly declared: number; readonly pending: number },
  cap: number,
): Amount {
  const value = base + declared + Math.min(pending, mostPending);
  const bound = (registers: number): number =>
    Math.round(Math.min(cap, Math.max(least, registers)));
  return { value: bound(value), low: bound(value * 0.65), high: bound(value * 1.45 + 4) };
}

const base = 14;
const least = 16;
const mostPending = 32;

/** What `__launch_bounds__(threads, blocks)` leaves to a thread, in units of eight; 255 is what an instruction can name. */
export function registerCap(
  threads: number | undefined,
  minBlocks: GpuKernel["minBlocksPerSm"],
): number {
  if (threads === undefined) return 255;
  const each = Math.floor(65536 / (Math.ceil(threads / 128) * 128 * (minBlocks ?? 1)) / 8) * 8;
  return Math.max(least, Math.min(255, each));
}
