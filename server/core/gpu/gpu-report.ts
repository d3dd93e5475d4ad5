import type { Amount } from "../design/design.js";
import type { GpuDevice } from "./gpu-device.js";
import type { GpuKernel, GpuWork } from "./gpu-kernel.js";
import type { Launch } from "./launch.js";
import type { Occupancy } from "./occupancy.js";

/** Parts of the machine that can hold a kernel up. `latency` is what warps wait for, however much the machine could do at once. */
export const boundNames = [
  "dram",
  "l2",
  "load-store",
  "tensor",
  "float32",
  "float16",
  "float64",
  "int32",
  "special",
  "convert",
  "shuffle",
  "issue",
  "atomics",
  "latency",
] as const;
export type BoundName = (typeof boundNames)[number];

/** What one item of work takes in one block, whatever multiplies it (`GpuWork.unknownTurns`). */
export interface WorkCost {
  readonly work: GpuWork;
  /** Cycles for which it occupies a part of its SM, or of the SM's share of L2 and DRAM. */
  readonly cycles: Readonly<Partial<Record<BoundName, number>>>;
  /** Cycles that a warp waits for it. */
  readonly latency: number;
}

export interface KernelEstimate {
  readonly kernel: GpuKernel;
  readonly device: GpuDevice;
  /** Undefined where the threads of a block are not known. */
  readonly occupancy: Occupancy | undefined;
  /** At the most and at the fewest registers. */
  readonly occupancyRange: { readonly low: Occupancy; readonly high: Occupancy } | undefined;
  /** Undefined where the grid or the block is not known. */
  readonly launch: Launch | undefined;
  /** One for each of the kernel's `work`, in its order. */
  readonly costs: readonly WorkCost[];
  readonly cyclesPerBlock: Readonly<Record<BoundName, number>>;
  /** Largest first: seconds of the launch, or of one block where there is no `launch`; parts that nothing uses are left out. */
  readonly bounds: readonly { readonly name: BoundName; readonly seconds: number }[];
  readonly bound: BoundName | undefined;
  /** What all bounds come to together: seconds of the launch, or of one block of many where there is no `launch`. */
  readonly boundSeconds: number;
  /** Each item's part of the time, in the order of `work`; they add up to 1. */
  readonly shares: readonly number[];
  /** Of one launch. Undefined where a trip count, the grid or the block is unknown, or the block does not fit. */
  readonly seconds: Amount | undefined;
  /** Undefined where trip counts are unknown. */
  readonly flopsPerBlock: number | undefined;
  readonly dramBytesPerBlock: number | undefined;
  readonly l2BytesPerBlock: number | undefined;
  /** Floating-point operations per byte of DRAM; for unknown trip counts that of the innermost loops. */
  readonly intensity: number | undefined;
}
