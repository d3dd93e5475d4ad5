import { peakOf } from "../../targets/catalogue.js";
import type { Target } from "../../targets/target.js";

/** What kernel models of GPUs need of a target, in plain numbers. */
export interface GpuView {
  /** Operations per second of the precision's own arithmetic. */
  readonly peak: number;
  /** Bytes per second from the farthest memory. */
  readonly bandwidth: number;
  /** Bytes of the last cache before it. */
  readonly cacheBytes: number;
  /** Streaming multiprocessors. */
  readonly units: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly cachedBytes: number;
}

/** Undefined for chips that are no GPU or have no such numbers. Kept, since every kernel asks. */
export function gpuViewOf(target: Target): GpuView | undefined {
  const kept = views.get(target);
  if (kept !== undefined || views.has(target)) return kept;
  const view = makeView(target);
  views.set(target, view);
  return view;
}

const views = new WeakMap<Target, GpuView | undefined>();

function makeView({ chip, precision }: Target): GpuView | undefined {
  const peak = peakOf(chip.peaks, precision.arithmetic)?.value;
  const bandwidth = chip.memories.at(-1)?.bandwidth.value;
  if (chip.kind !== "gpu" || peak === undefined || bandwidth === undefined) return undefined;
  return {
    peak,
    bandwidth,
    cacheBytes: chip.memories.length > 1 ? (chip.memories.at(-2)?.size.value ?? 1) : 1 << 20,
    units: chip.computeUnits?.value ?? 100,
    weightBytes: precision.weightBits / 8,
    activationBytes: precision.activationBits / 8,
    cachedBytes: precision.cacheBits / 8,
  };
}
