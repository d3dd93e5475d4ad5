import type { Loop } from "../ir.js";
import type { Timing } from "./timing.js";
import type { HlsProfile } from "./profile.js";
import { tileOf } from "./split.js";
import type { Transfer } from "./transfers.js";

/**
 * Cycles of transfers that computing hides. Tiles of an outermost loop whose iterations are independent are loaded, computed
 * and stored at the same time, three tiles at work (Merlin compiler user guide, coarse-grained pipelining): each step takes
 * the longer of the two, and two steps more fill and drain. Each array has a port of its own; but only under SDx several are moved
 * at once. Under Vitis the loops that move them follow one another, and what is left of the ports is that all wait for memory
 * at the same time (published designs of gesummv: tiles of A and B take 90 cycles a row and one latency).
 */
export function hiddenCycles(
  timing: Timing,
  transfers: readonly Transfer[],
  isIndependent: (loop: Loop) => boolean,
  { movesAtOnce, memoryLatency }: HlsProfile,
): number {
  let hidden = 0;
  for (const { loop, cycles } of timing.loops) {
    const parts = transfers.flatMap(({ tiled }) => tiled.get(loop.id) ?? []);
    const moved = parts.map(({ cycles }) => cycles);
    const sum = moved.reduce((total, one) => total + one, 0);
    if (sum === 0 || !isIndependent(loop)) continue;
    const tiles = (loop.trip.average ?? 1) / tileOf(loop);
    const waits = parts.map(({ bursts }) => bursts * memoryLatency);
    const waited = waits.reduce((total, one) => total + one, 0);
    const longest = movesAtOnce ? Math.max(...moved) : sum - waited + Math.max(...waits);
    const overlapped = (Math.max(cycles, longest) * (tiles + 2)) / tiles;
    hidden += cycles + sum - overlapped;
  }
  return hidden;
}
