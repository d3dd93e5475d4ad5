import type { Amount } from "../design/design.js";
import type { GpuWork, UnknownSize } from "../gpu/gpu-kernel.js";
import type { BoundName } from "../gpu/gpu-report.js";
import type { Launch } from "../gpu/launch.js";
import type { OccupancyLimiter, OccupancyStep } from "../gpu/occupancy.js";
import type { ReportSource } from "./report-document.js";

/** A kernel written by hand. What is not known is `null`; lines are zero-based. */
export interface ReportCudaKernel {
  readonly name: string;
  /** Arguments that make several kernels of one: `<128, 8>`; "" where it has none. */
  readonly variant: string;
  readonly source: ReportSource;
  /** The launch that it is estimated for. */
  readonly launch: ReportSource | null;
  readonly threadsPerBlock: number | null;
  /** A thread; estimated from the source. */
  readonly registers: Amount;
  readonly sharedBytes: number | null;
  readonly grid: readonly { readonly name: string; readonly extent: number | null }[];
  readonly assumptions: readonly string[];
  /** Sizes that would have to be given for a time. */
  readonly unknowns: readonly UnknownSize[];
  /** Elements that one block writes. */
  readonly outputsPerBlock: number | null;
  readonly targets: readonly ReportCudaTarget[];
}

export interface ReportCudaTarget {
  /** Id of a chip. */
  readonly id: string;
  readonly computeCapability: string;
  /** Of one launch. */
  readonly seconds: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly method: "roofline";
  readonly bound: BoundName | null;
  /** Longest first: seconds of the launch, or of one block of many where `launch` is null. */
  readonly bounds: readonly { readonly name: BoundName; readonly seconds: number }[];
  readonly occupancy: {
    readonly share: number;
    /** At the most and at the fewest registers. */
    readonly low: number;
    readonly high: number;
    readonly blocksPerSm: number;
    readonly warpsPerSm: number;
    readonly limiters: readonly OccupancyLimiter[];
    readonly doesNotFit?: string;
    readonly nextStep?: OccupancyStep;
  } | null;
  readonly launch: Launch | null;
  readonly flopsPerBlock: number | null;
  readonly dramBytesPerBlock: number | null;
  readonly l2BytesPerBlock: number | null;
  /** Operations per byte of DRAM. */
  readonly intensity: number | null;
  readonly lines: readonly {
    readonly line: number;
    /** Of the kernel's time. */
    readonly share: number;
    readonly seconds: number | null;
    /** Executions are warp instructions of one block; multiplied by `unknownTurns`. */
    readonly work: readonly ReportWork[];
  }[];
}

/** Each kind of work with its own fields, without its place: that is the line. */
export type ReportWork = GpuWork extends infer Work
  ? Work extends GpuWork
    ? Omit<Work, "place">
    : never
  : never;
