import type { Chip } from "../../targets/chip.js";
import type { Target } from "../../targets/target.js";

/**
 * Who lends its utilisation to a target without measurements. The runtime must be of the same family and the precision
 * the same; of the chips that are of the same kind the one that is nearest: same architecture, same vendor, then peak
 * and bandwidth. Undefined when nobody is near enough to be better than a roofline.
 */
export function findSibling(target: Target, measured: readonly Target[]): Target | undefined {
  let best: Target | undefined;
  let nearest = farthest;
  for (const candidate of measured) {
    if (candidate.id === target.id) continue;
    const distance = distanceOf(target, candidate);
    if (distance >= nearest) continue;
    nearest = distance;
    best = candidate;
  }
  return best;
}

function distanceOf(target: Target, candidate: Target): number {
  if (candidate.precision.id !== target.precision.id) return Infinity;
  if (runtimeFamily(candidate) !== runtimeFamily(target)) return Infinity;
  const runtime = candidate.runtime.id === target.runtime.id ? 0 : 2;
  return runtime + chipDistance(target.chip, candidate.chip);
}

/** 0 for the same chip; a different kind is out of reach. */
export function chipDistance(left: Chip, right: Chip): number {
  if (left.id === right.id) return 0;
  if (left.kind !== right.kind || left.vendor !== right.vendor) return Infinity;
  const isSameArchitecture =
    left.architecture !== undefined && left.architecture === right.architecture;
  return (
    (isSameArchitecture ? 0 : 2) +
    (left.segment === right.segment ? 0 : 0.5) +
    ratio(largestPeak(left), largestPeak(right)) +
    ratio(bandwidthOf(left), bandwidthOf(right))
  );
}

/** `pytorch-2.4-eager-nchw` and `pytorch-2.9-eager-nchw` are one family: versions are left out. */
function runtimeFamily({ runtime }: Target): string {
  return runtime.id.replace(/-?\d+(\.\d+)*/g, "");
}

function ratio(left: number, right: number): number {
  return left > 0 && right > 0 ? Math.abs(Math.log2(left / right)) : 1;
}

function largestPeak({ peaks }: Chip): number {
  return Math.max(0, ...Object.values(peaks).map((peak) => peak.value));
}

function bandwidthOf({ memories }: Chip): number {
  return memories.at(-1)?.bandwidth.value ?? 0;
}

const farthest = 8;
