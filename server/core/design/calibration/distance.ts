import type { Counted } from "./counted.js";

/**
 * How far two states of a design are from one another: the greatest change among its cycles, LUTs, flip-flops and DSPs, as a
 * logarithm. 20 more of each, so that the first few cells of something are no change of everything.
 */
export function distanceBetween(then: Counted, now: Counted): number {
  const changes = (["lut", "ff", "dsp"] as const).map((kind) =>
    logChange(then.counts[kind], now.counts[kind]),
  );
  return Math.max(0, logChange(then.latencyCycles, now.latencyCycles), ...changes);
}

export function logChange(then: number | undefined, now: number | undefined): number {
  if (then === undefined || now === undefined) return 0;
  return Math.abs(Math.log((now + 20) / (then + 20)));
}

/** How much of a report holds for a design. */
export interface Trust {
  /** The power of its ratio that is taken. */
  readonly ratio: number;
  /** The power of what an estimate's interval spans that is left. */
  readonly width: number;
}

/** For the very sources that it speaks of. */
export const fullTrust: Trust = { ratio: 1, width: 0 };

/**
 * The trust in a report `distance` away from what it speaks of. Found on HLSyn's designs (the rows for fitting), one design's report for another of the same kernel: the mean
 * error of logarithms falls from 0.59 to 0.38 for cycles and DSPs, from 0.80 to 0.51 for LUTs; a ratio that is taken whole helps
 * near by and harms from a distance of 0.6 on. Taken over for RTL, where no published set has several states of many designs.
 */
export function trustAt(distance: number): Trust {
  return {
    ratio: Math.exp(-distance / 1.5),
    width: Math.min(1, 0.2 + 0.6 * Math.cbrt(distance)),
  };
}
