import type { Chip, Sourced } from "../targets/chip.js";
import type { ArithmeticPipe } from "./gpu-kernel.js";

/** What all devices of one compute capability share; one file each in `server/data/gpu`. */
export interface GpuCapability {
  /** `8.6`. */
  readonly computeCapability: string;
  /** `Chip.architecture` of the devices that have it. */
  readonly architectures: readonly string[];
  /** Ids of chips that have it whatever their architecture. */
  readonly chips: readonly string[];
  readonly limits: Readonly<Record<LimitName, Sourced>>;
  readonly allocation: Readonly<Record<AllocationName, Sourced>>;
  /** Per SM and clock: results of a pipe, warp instructions issued, bytes. A pipe that is missing does not exist there. */
  readonly perClock: Readonly<Partial<Record<ArithmeticPipe, Sourced>>> &
    Readonly<Record<RateName, Sourced>>;
  /** Level-1 cache of an SM; from 7.0 on shared memory is taken from it. */
  readonly l1Bytes: Sourced;
  /** Clock cycles until a result can be used. */
  readonly latency: Readonly<Record<LatencyName, Sourced>>;
  /** What `mma.sync` reaches of the tensor cores' peak. */
  readonly mmaShare: Sourced;
}

export type LimitName =
  | "threadsPerSm"
  | "blocksPerSm"
  | "threadsPerBlock"
  | "registersPerSm"
  | "registersPerBlock"
  | "registersPerThread"
  | "sharedPerSm"
  | "sharedPerBlock";
export type AllocationName = "registers" | "warps" | "shared" | "sharedReserved";
/** `loadStore` is lanes; `l2Bytes` is what one SM can take from L2. */
export type RateName = "instructions" | "loadStore" | "l2Bytes";
export type LatencyName = "l1" | "l2" | "dram" | "shared" | "arithmetic" | "tensor";

/** A GPU of the catalogue with what its compute capability says. */
export interface GpuDevice {
  readonly chip: Chip;
  readonly capability: GpuCapability;
  readonly smCount: number;
  /** Hertz; that at which the data sheet states the peak of float32. */
  readonly clock: number;
  /** Bytes per second and bytes. */
  readonly dramBandwidth: number;
  readonly l2Bandwidth: number | undefined;
  readonly l2Bytes: number | undefined;
}

export const warpLanes = 32;

/** Undefined for what is no GPU of which the tables tell: no SMs, no compute capability, no float32 peak. */
export function gpuDeviceOf(
  chip: Chip,
  capabilities: readonly GpuCapability[],
): GpuDevice | undefined {
  const capability =
    capabilities.find(({ chips }) => chips.includes(chip.id)) ??
    capabilities.find(({ architectures }) => architectures.includes(chip.architecture ?? ""));
  const peak = chip.vectorPeaks["float32"]?.value;
  const lanes = capability?.perClock.float32?.value;
  const smCount = chip.computeUnits?.value;
  const dram = chip.memories.filter(({ role }) => role === "ram").at(-1);
  if (
    chip.kind !== "gpu" ||
    capability === undefined ||
    peak === undefined ||
    lanes === undefined ||
    smCount === undefined ||
    dram === undefined
  )
    return undefined;
  const l2 = chip.memories.find(({ role }) => role === "cache");
  return {
    chip,
    capability,
    smCount,
    clock: peak / (2 * lanes * smCount),
    dramBandwidth: dram.bandwidth.value,
    l2Bandwidth: l2?.bandwidth.value,
    l2Bytes: l2?.size.value,
  };
}
