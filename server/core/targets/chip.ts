import type { PassId } from "../lower/lowered.js";

/** A number with where it comes from. Data files never hold a bare number. */
export interface Sourced {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  readonly note?: string;
}

export type ChipKind = "gpu" | "cpu" | "npu" | "mcu" | "dpu" | "fpga" | "tpu";

/** Hardware as its data sheet describes it. One file each in `server/data/chips`. */
export interface Chip {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly kind: ChipKind;
  /** What people filter by: `datacenter`, `workstation`, `desktop`, `laptop`, `phone`, `embedded`, `board`, `microcontroller`. */
  readonly segment: string;
  /** Name of the design that siblings share: `Hopper`, `Ada`, `Cortex-A76`. */
  readonly architecture?: string;
  /** Streaming multiprocessors of a GPU, cores of a CPU: what work is dealt out to in whole tiles. */
  readonly computeUnits?: Sourced;
  /** Dense peak of the matrix or SIMD engine by arithmetic (`float16`, `bfloat16`, `int8`, `float8`, `float4`…), op/s where 1 MAC = 2 op. */
  readonly peaks: Readonly<Record<string, Sourced>>;
  /** Peak of ordinary (non-matrix) arithmetic by type, op/s; what element-wise work runs at. */
  readonly vectorPeaks: Readonly<Record<string, Sourced>>;
  /** From nearest to farthest: L2, then DRAM; SRAM, then flash. The last writable one holds activations. */
  readonly memories: readonly MemoryLevel[];
  readonly power: { readonly typical?: Sourced; readonly idle?: Sourced };
  /** Runtimes and precisions that make targets of this chip. */
  readonly runtimes: readonly {
    readonly runtime: string;
    readonly precisions: readonly string[];
    /** Replaces the runtime's own, where launches cost something else here: threads of a CPU, an old driver. */
    readonly kernelOverhead?: Sourced;
    /** Passes that the build of the runtime on this device has beyond the runtime's own. */
    readonly passes?: readonly PassId[];
    /** Where it runs everything on this device, other than the runtime's own engine: an NPU that it cannot use. */
    readonly engine?: string;
  }[];
}

export interface MemoryLevel {
  readonly name: string;
  /** `cache` is filled by hardware; `scratchpad` and `ram` hold activations; `flash` holds weights only. */
  readonly role: "cache" | "scratchpad" | "ram" | "flash";
  /** Bytes. */
  readonly size: Sourced;
  /** Bytes per second. */
  readonly bandwidth: Sourced;
}
