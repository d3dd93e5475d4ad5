import type { HlsFunction, Loop } from "../ir.js";
import type { IntervalCause, PortsOf } from "./interval.js";
import type { Bus } from "./off-chip.js";
import type { HlsProfile } from "./profile.js";
import type { Site } from "./region.js";
import type { OperatorCount } from "./schedule.js";

/** One loop as it runs. */
export interface LoopEstimate {
  readonly loop: Loop;
  /** Iterations of the hardware loop, after unrolling. */
  readonly iterations: number;
  readonly factor: number;
  readonly isUnrolled: boolean;
  readonly isPipelined: boolean;
  /** Cycles between starts of iterations. */
  readonly interval: number;
  readonly cause: IntervalCause;
  /** Cycles of one iteration. */
  readonly depth: number;
  /** Of one execution of the loop; and of all that the kernel makes. */
  readonly cycles: number;
  readonly executions: number;
  /** Copies of the loop's hardware: coarse-grained parallel loops around it. */
  readonly copies: number;
  readonly operators: readonly OperatorCount[];
}

/** A loop that nothing holds back and whose operators are counted elsewhere. */
export function loopOf(
  loop: Loop,
  { executions, copies }: Pick<LoopEstimate, "executions" | "copies">,
  own: Partial<LoopEstimate>,
): LoopEstimate {
  return {
    loop,
    iterations: 1,
    factor: 1,
    isUnrolled: false,
    isPipelined: false,
    interval: 1,
    cause: { kind: "none", variable: "", interval: 1 },
    depth: 0,
    cycles: 0,
    executions,
    copies,
    operators: [],
    ...own,
  };
}

export interface Timing {
  readonly cycles: number;
  readonly loops: readonly LoopEstimate[];
  /** Regions outside of loops, whose operators count as well. */
  readonly regions: readonly RegionUse[];
  /** Of a dataflow region, cycles between two starts. */
  readonly interval?: number;
}

/** Operators that are at work in the same cycles; regions after one another share. */
export interface RegionUse {
  readonly operators: readonly OperatorCount[];
  readonly sites: readonly Site[];
  /** Operators start this often: interval 4 lets one multiplier do four multiplications. */
  readonly interval: number;
  readonly copies: number;
  /** The outermost loop around, by its id. */
  readonly nest?: number;
  /** Of a dataflow region, the process: each has its own hardware. */
  readonly process?: number;
}

export interface TimingContext {
  readonly target: HlsFunction;
  readonly profile: HlsProfile;
  readonly portsOf: PortsOf;
  /** Arguments behind AXI interfaces of plain C++. */
  readonly buses: ReadonlyMap<string, Bus>;
  /** What a loop runs whose trip count nothing says. */
  readonly assumedTrip: number;
}

/** Where steps stand. */
export interface Around {
  /** How often a pipelined function around starts. */
  readonly interval?: number;
  /** Whether this is what a parallel factor has left over: one copy of the body. */
  readonly isRest?: boolean;
  /** Whether a loop is around. */
  readonly isInside?: boolean;
  /** Whether a loop around is tiled, so that arrays are cut to fit. */
  readonly isTiled?: boolean;
  /** Iterations of the longest of those tiles. */
  readonly tile?: number;
  readonly iterators?: readonly string[];
  /** The outermost loop around, by its id. */
  readonly nest?: number;
  /** The process of a dataflow region. */
  readonly process?: number;
  /** The loop right around. */
  readonly parent?: Loop;
  /** Keys of array elements that are held in registers here. */
  readonly registers?: ReadonlySet<string>;
  readonly executions: number;
  readonly copies: number;
}
