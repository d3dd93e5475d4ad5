import type { TextSpan } from "../base/text-span.js";
import type { Amount } from "../design/design.js";

/**
 * A kernel as the estimate needs it, whatever language it is written in. Readers (CUDA C++, Triton) make it; `occupancy` and
 * `estimate` know nothing of the source. All work is counted for one block (a CTA; in Triton one program), since that is
 * what both languages share: an instruction that each of 256 threads executes once is 8 warp instructions of a block.
 */
export interface GpuKernel {
  readonly name: string;
  /** Where its name stands; what a lens and a problem about the whole kernel are tied to. */
  readonly place: TextSpan;
  /** The whole definition. */
  readonly span: TextSpan;
  /** Undefined where no launch, bound or pin says it. */
  readonly threadsPerBlock: number | undefined;
  /** 32-bit registers a thread; no compiler ran, so that an interval is the rule. */
  readonly registers: Amount;
  /** What the author promises the compiler (second argument of `__launch_bounds__`): blocks that must fit one SM. */
  readonly minBlocksPerSm?: number;
  /** Static and dynamic together; undefined where a size is not known. */
  readonly sharedBytes: number | undefined;
  /** Blocks in the order in which they start, fastest axis first. CUDA: x, y, z; Triton: what the program id is split into. */
  readonly axes: readonly GridAxis[];
  readonly work: readonly GpuWork[];
  /** What nobody has said, as a person would pin it: `K` is the trip count of a loop. Sorted by how much depends on it. */
  readonly unknowns: readonly UnknownSize[];
  /** What was taken for granted because nothing says it: "a block of 256 threads". */
  readonly assumptions?: readonly string[];
  /** Elements of the result that one block makes, where that is known: what "per element" divides by. */
  readonly outputsPerBlock?: number;
}

export interface GridAxis {
  /** `blockIdx.x`, `pid_m`. */
  readonly name: string;
  /** Undefined where no launch or pin says it. */
  readonly extent: number | undefined;
}

export interface UnknownSize {
  /** `K`, `gridDim.x`, `blockDim`. */
  readonly name: string;
  /** `trip count of the loop in line 12`. */
  readonly role: string;
}

interface WorkBase {
  readonly place: TextSpan;
  /** Warp instructions of one block: warps that come by × turns of the loops around, as far as these are known. */
  readonly executions: number;
  /** Trip counts nobody knows, which multiply `executions`: `["K / 32"]`. Empty: all is known. */
  readonly unknownTurns: readonly string[];
  /** How often one warp must wait for the result before it can go on, over the whole kernel; 0: it never waits, or waits with another. */
  readonly waits: number;
}

export type GpuWork =
  ArithmeticWork | TensorWork | GlobalAccess | SharedAccess | AtomicWork | BarrierWork;

/** What an instruction runs on. `float16` counts halves of a half2 apart; `special` is rcp, rsqrt, ex2, lg2, sin, cos. */
export type ArithmeticPipe =
  "float32" | "float16" | "float64" | "int32" | "special" | "convert" | "shuffle";

export interface ArithmeticWork extends WorkBase {
  readonly kind: "arithmetic";
  readonly pipe: ArithmeticPipe;
  /** Results of the pipe for one warp instruction: 32, or 64 of a half2. */
  readonly results: number;
  /** Floating-point operations in one warp instruction: 64 of a fused multiply-add, 0 of integer work. */
  readonly flops: number;
}

export interface TensorWork extends WorkBase {
  readonly kind: "tensor";
  /** Key of a chip's `peaks`: `float16`, `bfloat16`, `tfloat32`, `float8`, `int8`. */
  readonly type: string;
  /** `m16n8k16`, as people name it; "" where a compiler chooses. */
  readonly shape: string;
  /** Operations in one warp instruction, 2 × m × n × k. */
  readonly flops: number;
  /** Issued asynchronously by a warp group (`wgmma`, `tcgen05`): reaches the peak where `mma.sync` does not. */
  readonly isAsynchronous: boolean;
}

export interface GlobalAccess extends WorkBase {
  readonly kind: "global";
  readonly direction: "read" | "write";
  /** The array as the source names it. */
  readonly array: string;
  /** Bytes that the active lanes of one warp instruction ask for, lanes that read the same counted once. */
  readonly usefulBytes: number;
  /** 32-byte sectors that one warp instruction touches: 4 when 32 floats lie side by side. Undefined: the index is not understood. */
  readonly sectors: number | undefined;
  /** 128-byte lines that it touches: the L1 looks up one a clock. */
  readonly lines: number | undefined;
  /** Different bytes (whole sectors) that one block touches by this access; undefined where not known: then nothing is taken to be reused. */
  readonly blockBytes: number | undefined;
  /**
   * Different bytes (whole 128-byte lines) that one block touches in one turn of the loops around: what L1 must hold until the
   * next turn for the rest of a line to be used from it. Undefined: no loop, or not known.
   */
  readonly turnBytes?: number;
  /** Different bytes that the whole launch touches by it, where they are known. */
  readonly gridBytes: number | undefined;
  /** For each axis of the grid: another place of the array in the next block along it. */
  readonly variesAlong: readonly boolean[];
  /** `cp.async`, TMA: goes past the registers into shared memory. */
  readonly isAsynchronous: boolean;
  /** How the index moves with the lane, in elements, where it is affine: what a hover says. */
  readonly laneStride?: number;
}

export interface SharedAccess extends WorkBase {
  readonly kind: "shared";
  readonly direction: "read" | "write";
  readonly array: string;
  readonly usefulBytes: number;
  /** Turns that the banks need for one warp instruction: 1 for 32 different words in 32 banks, 4 for a float4 a lane. */
  readonly wavefronts: number;
  /** Times as many as without conflicts; 1 is none. Undefined: the index is not understood, and none is assumed. */
  readonly ways: number | undefined;
}

export interface AtomicWork extends WorkBase {
  readonly kind: "atomic";
  readonly space: "global" | "shared";
  readonly array: string;
  /** Different addresses in one warp instruction: 1 is one address for the whole warp. Undefined: not understood. */
  readonly addresses: number | undefined;
  /** All blocks update the same address. */
  readonly isContended: boolean;
  readonly bytes: number;
}

export interface BarrierWork extends WorkBase {
  readonly kind: "barrier";
}
