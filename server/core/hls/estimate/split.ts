import { directiveOf } from "../directives.js";
import type { Loop } from "../ir.js";

export function isSplit(loop: Loop): boolean {
  const trip = loop.trip.most ?? Infinity;
  const factors = [
    directiveOf(loop.directives, "parallel")?.factor ?? 1,
    directiveOf(loop.directives, "tile")?.factor ?? 1,
  ];
  return factors.some((factor) => 1 < factor && factor < trip);
}

/** Iterations of a tile: its factor counts copies, of which each has as many (HLSyn: factor 8 of 10 copies is all of 80). */
export function tileOf(loop: Loop): number {
  const tile = directiveOf(loop.directives, "tile")?.factor ?? 1;
  if (tile <= 1) return 1;
  const whole = tile * (directiveOf(loop.directives, "parallel")?.factor ?? 1);
  return whole < (loop.trip.most ?? Infinity) ? whole : 1;
}

export function splitFactor(loop: Loop): number {
  const parallel = directiveOf(loop.directives, "parallel")?.factor ?? 1;
  return Math.max(tileOf(loop), parallel < (loop.trip.most ?? Infinity) ? parallel : 1);
}
