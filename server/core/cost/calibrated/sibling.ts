import type { Chip } from "../../targets/chip.js";
import type { Precision } from "../../targets/precision.js";
import type { Target } from "../../targets/target.js";

/**
 * Who lends its utilisation to a target without measurements. The runtime must be of the same family and the precision
 * alike; of the chips that are of the same kind the one that is nearest: same architecture, same vendor, then peak
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
  if (!isLikePrecision(target.precision, candidate.precision)) return Infinity;
  if (runtimeFamily(candidate) !== runtimeFamily(target)) return Infinity;
  const runtime = candidate.runtime.id === target.runtime.id ? 0 : 2;
  const precision = candidate.precision.id === target.precision.id ? 0 : 0.25;
  return runtime + precision + chipDistance(target.chip, candidate.chip);
}

/** The same, or one that moves and multiplies as many bits: fp16 for bf16. */
function isLikePrecision(left: Precision, right: Precision): boolean {
  if (left.id === right.id) return true;
  const width = ({ arithmetic }: Precision): string =>
    arithmetic[0]?.replace("bfloat", "float") ?? "";
  return (
    left.weightBits === right.weightBits &&
    left.activationBits === right.activationBits &&
    left.cacheBits === right.cacheBits &&
    left.quantizesOnTheFly === right.quantizesOnTheFly &&
    width(left) === width(right)
  );
}

export function isSameArchitecture(left: Chip, right: Chip): boolean {
  if (left.id === right.id) return true;
  return left.architecture !== undefined && left.architecture === right.architecture;
}

/** 0 for the same chip; a different kind is out of reach. */
function chipDistance(left: Chip, right: Chip): number {
  if (left.id === right.id) return 0;
  if (left.kind !== right.kind || left.vendor !== right.vendor) return Infinity;
  return (
    (isSameArchitecture(left, right) ? 0 : 2) +
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
