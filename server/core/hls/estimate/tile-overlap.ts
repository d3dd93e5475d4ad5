import type { Loop } from "../ir.js";
import type { Timing } from "./kernel.js";
import { tileOf } from "./split.js";
import type { Transfer } from "./transfers.js";

/**
 * Cycles of transfers that computing hides. Tiles of an outermost loop whose iterations are independent are loaded, computed
 * and stored at the same time, three tiles at work (Merlin compiler user guide, coarse-grained pipelining): each step takes
 * the longer of the two, and two steps more fill and drain. Arrays are moved side by side, each on its own port.
 */
export function hiddenCycles(
  timing: Timing,
  transfers: readonly Transfer[],
  isIndependent: (loop: Loop) => boolean,
): number {
  let hidden = 0;
  for (const { loop, cycles } of timing.loops) {
    const moved = transfers.map(({ tiled }) => tiled.get(loop.id) ?? 0);
    const sum = moved.reduce((total, one) => total + one, 0);
    if (sum === 0 || !isIndependent(loop)) continue;
    const tiles = (loop.trip.average ?? 1) / tileOf(loop);
    const overlapped = (Math.max(cycles, ...moved) * (tiles + 2)) / tiles;
    hidden += cycles + sum - overlapped;
  }
  return hidden;
}
