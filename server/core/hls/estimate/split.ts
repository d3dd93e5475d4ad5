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

export function tileOf(loop: Loop): number {
  const tile = directiveOf(loop.directives, "tile")?.factor ?? 1;
  return tile < (loop.trip.most ?? Infinity) ? tile : 1;
}

export function splitFactor(loop: Loop): number {
  const parallel = directiveOf(loop.directives, "parallel")?.factor ?? 1;
  const tile = directiveOf(loop.directives, "tile")?.factor ?? 1;
  const trip = loop.trip.most ?? Infinity;
  return Math.max(parallel < trip ? parallel : 1, tile < trip ? tile : 1);
}
