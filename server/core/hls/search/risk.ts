import { directiveOf } from "../directives.js";
import { loopsOf } from "../estimate-kernel.js";
import { tileOf } from "../estimate/split.js";
import type { HlsFunction } from "../ir.js";

/** How far a design is from one that is made as it is written: what estimates of cycles go wrong with. */
export interface Reach {
  /** Doublings of copies that stand for a part of a loop: 3 for 8 copies of 80 rows. Loops that are unrolled whole are plain. */
  readonly doublings: number;
  /** Loops that run in tiles. */
  readonly tiles: number;
  /** All doublings, of whole loops and tiles too, and pipelines: what is there to be written. */
  readonly written: number;
}

export function reachOf(target: HlsFunction): Reach {
  let doublings = 0;
  let tiles = 0;
  let written = 0;
  for (const loop of loopsOf(target.body)) {
    const trip = loop.trip.most ?? Infinity;
    const unroll = directiveOf(loop.directives, "unroll");
    const asked =
      directiveOf(loop.directives, "parallel")?.factor ??
      (unroll?.isOff === false ? (unroll.factor ?? trip) : 1);
    const factor = Math.min(asked, trip);
    if (1 < factor && factor < trip) doublings += Math.log2(factor);
    if (tileOf(loop) > 1) tiles += 1;
    const tile = directiveOf(loop.directives, "tile")?.factor ?? 1;
    written += Math.log2(Math.max(1, Number.isFinite(factor) ? factor : 1)) + Math.log2(tile);
    const pipeline = directiveOf(loop.directives, "pipeline");
    if (pipeline?.isOff === false) written += 1;
  }
  return { doublings, tiles, written };
}

/**
 * Logarithm of true over estimated cycles within a kernel that three of four published designs stay below (HLSyn, 4,400 designs
 * that fit, kernels of equal weight; a quantile regression that leaves any family of kernels out gives 0.008 to 0.012, 0.05 to
 * 0.06, 0.06 to 0.21). Of designs that are foretold alike, the best bet is the one whose true cycles are least likely to be far more.
 */
const upperQuartile = { doubling: 0.01, tile: 0.05, part: 0.15 } as const;

/** The same of all kernels together, where nine of ten stay below. */
const upperTenth = { level: 0.12, doubling: 0.035, tile: 0.07, part: 0.84 } as const;

/** Among designs with the same estimate the one with less to write. */
const perWritten = 0.0005;

/** What is added to the logarithm of cycles to compare designs of one kernel by. */
export function riskOf({ doublings, tiles, written }: Reach, utilisation: number): number {
  const { doubling, tile, part } = upperQuartile;
  return (
    doubling * doublings + tile * tiles + part * Math.min(1, utilisation) + perWritten * written
  );
}

/** Cycles that nine of ten designs as far from plain stay below. */
export function upperCycles(cycles: number, { doublings, tiles }: Reach, part: number): number {
  const { level, doubling, tile, part: perPart } = upperTenth;
  return (
    cycles * Math.exp(level + doubling * doublings + tile * tiles + perPart * Math.min(1, part))
  );
}

/** Where one of two designs fits after all, as a share of the limit, and how the logarithm of the share tells (HLSyn, 5,294 designs). */
const evenShare = 0.875;
const shareScale = 0.11;

/** The chance that a design keeps a limit for the largest share of any resource, by the share that is foretold. */
export function chanceToFit(utilisation: number, limit: number): number {
  const beyond = Math.log(Math.max(utilisation, 1e-9) / (evenShare * limit)) / shareScale;
  return 1 / (1 + Math.exp(beyond));
}
