import type { Amount } from "../design/design.js";
import type { GpuWork, UnknownSize } from "../gpu/gpu-kernel.js";
import type { BoundName } from "../gpu/gpu-report.js";
import type { KernelLanguage } from "../gpu/kernel-file.js";
import type { Launch } from "../gpu/launch.js";
import type { OccupancyLimiter, OccupancyStep } from "../gpu/occupancy.js";
import type { ReportSource } from "./report-document.js";

/** A GPU kernel written by hand, in the document of the command line. What is not known is `null`; lines are zero-based. */
export interface ReportKernel {
  readonly name: string;
  readonly language: KernelLanguage;
  /** Arguments that make several kernels of one: `<128, 8>`; "" where it has none. */
  readonly variant: string;
  readonly source: ReportSource;
  /** The launch that it is estimated for; null as well where the reader does not tell which. */
  readonly launch: ReportSource | null;
  /** Triton: what the numbers rest on, with who says so: `pin`, `launch`, `benchmark`, `convention`, `assumed`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly value: string;
    readonly from: string;
  }[];
  /** What was taken for granted because nothing says it. */
  readonly assumptions: readonly string[];
  /** Sizes that would have to be given for a time. */
  readonly unknowns: readonly UnknownSize[];
  /** Those of `@triton.autotune`; one without text where nothing is tuned. */
  readonly configurations: readonly {
    readonly text: string;
    readonly source: ReportSource | null;
  }[];
  readonly devices: readonly ReportKernelDevice[];
}

export interface ReportKernelDevice {
  /** Id of a chip. */
  readonly id: string;
  readonly name: string;
  readonly computeCapability: string;
  /** Index of the configuration that is predicted to be the fastest. */
  readonly best: number | null;
  /** One for each of the kernel's configurations, in their order. */
  readonly configurations: readonly ReportKernelEstimate[];
  /** Of the best configuration, or of the first where none has a time. */
  readonly lines: readonly ReportKernelLine[];
}

export interface ReportKernelLine {
  readonly line: number;
  /** Of the kernel's time. */
  readonly share: number;
  readonly seconds: number | null;
  /** Executions are warp instructions of one block; multiplied by `unknownTurns`. */
  readonly work: readonly ReportWork[];
}

export interface ReportKernelEstimate {
  /** Of one launch. */
  readonly seconds: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly method: "roofline";
  readonly bound: BoundName | null;
  /** Longest first: seconds of the launch, or of one block of many where `launch` is null. */
  readonly bounds: readonly { readonly name: BoundName; readonly seconds: number }[];
  readonly threadsPerBlock: number | null;
  /** A thread; estimated from the source. */
  readonly registers: Amount;
  /** What a thread would take if there were no limit: above it they spill. Null where the reader does not tell. */
  readonly neededRegisters: number | null;
  readonly sharedBytes: number | null;
  readonly sharedLimitBytes: number;
  readonly occupancy: {
    readonly share: number;
    /** At the most and at the fewest registers. */
    readonly low: number;
    readonly high: number;
    readonly blocksPerSm: number;
    readonly warpsPerSm: number;
    readonly limiters: readonly OccupancyLimiter[];
    /** Why not even one block fits. */
    readonly doesNotFit?: string;
    readonly nextStep?: OccupancyStep;
  } | null;
  readonly grid: readonly { readonly name: string; readonly extent: number | null }[];
  readonly launch: Launch | null;
  readonly flopsPerBlock: number | null;
  readonly dramBytesPerBlock: number | null;
  readonly l2BytesPerBlock: number | null;
  /** Elements that one block writes. */
  readonly outputsPerBlock: number | null;
  /** Operations per byte of DRAM. */
  readonly intensity: number | null;
}

/** Each kind of work with its own fields, without its place: that is the line. */
export type ReportWork = GpuWork extends infer Work
  ? Work extends GpuWork
    ? Omit<Work, "place">
    : never
  : never;
