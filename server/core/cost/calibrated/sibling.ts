import { peakOf } from "../../targets/catalogue.js";
import type { Chip } from "../../targets/chip.js";
import type { Precision } from "../../targets/precision.js";
import type { Target } from "../../targets/target.js";

/**
 * Who lends its utilisation to a target without measurements. The runtime must be of the same family and the precision
 * alike; of the chips that are of the same kind the one that is nearest: same architecture, same vendor, then the
 * precision's peak, bandwidth and cache. Nearest first; those that are too far to be better than a roofline are left out.
 */
export function siblingsOf(target: Target, measured: readonly Target[]): readonly Target[] {
  return measured
    .filter(({ id }) => id !== target.id)
    .map((candidate) => ({ candidate, distance: distanceOf(target, candidate) }))
    .filter(({ distance }) => distance < farthest)
    .sort((left, right) => left.distance - right.distance)
    .map(({ candidate }) => candidate);
}

function distanceOf(target: Target, candidate: Target): number {
  if (!isLikePrecision(target.precision, candidate.precision)) return Infinity;
  if (runtimeFamily(candidate) !== runtimeFamily(target)) return Infinity;
  const runtime = candidate.runtime.id === target.runtime.id ? 0 : 2;
  const precision = candidate.precision.id === target.precision.id ? 0 : 0.25;
  return runtime + precision + chipDistance(target, candidate);
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
function chipDistance({ chip: left, precision }: Target, { chip: right }: Target): number {
  if (left.id === right.id) return 0;
  if (left.kind !== right.kind || left.vendor !== right.vendor) return Infinity;
  const peak = ({ peaks }: Chip): number => peakOf(peaks, precision.arithmetic)?.value ?? 0;
  return (
    (isSameArchitecture(left, right) ? 0 : 2) +
    (left.segment === right.segment ? 0 : 0.5) +
    ratio(peak(left), peak(right)) +
    ratio(bandwidthOf(left), bandwidthOf(right)) +
    ratio(cacheOf(left), cacheOf(right))
  );
}

/**
 * `pytorch-2.4-eager-nchw` and `pytorch-2.9-eager-nchw` are one family: versions are left out, and so is the layout that
 * `pytorch-eager` has by default.
 */
function runtimeFamily(target: Target): string {
  if (isServing(target)) return "serving";
  const { runtime } = target;
  return runtime.id.replace(/-?\d+(\.\d+)*/g, "").replace(/-nchw$/, "");
}

/** Runs language models for many users at once. */
export function isServing({ runtime }: Target): boolean {
  return servingRuntimes.has(runtime.id);
}

/** They call the same libraries: cuBLAS, FlashInfer, CUTLASS, TensorRT-LLM's own experts. */
const servingRuntimes: ReadonlySet<string> = new Set(["tensorrt-llm", "vllm"]);

function ratio(left: number, right: number): number {
  if (left === right) return 0;
  return left > 0 && right > 0 ? Math.abs(Math.log2(left / right)) : 1;
}

function bandwidthOf({ memories }: Chip): number {
  return memories.at(-1)?.bandwidth.value ?? 0;
}

/** Bytes of the last cache before the memory: large ones hide a slow memory. */
function cacheOf({ memories }: Chip): number {
  return memories.filter(({ role }) => role === "cache").at(-1)?.size.value ?? 0;
}

const farthest = 8;
