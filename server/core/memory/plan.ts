import type { NodeId, ValueId } from "../graph/graph.js";
import type { ScratchpadCurve } from "./scratchpad.js";
import type { InPlacePlan } from "./what-ifs/in-place.js";
import type { PatchedPlan } from "./what-ifs/patches.js";
import type { RecomputedPlan } from "./what-ifs/recompute.js";

/** One buffer of activations: a value, or several that share storage (views of one another). */
export interface Buffer {
  readonly valueIds: readonly ValueId[];
  readonly bytes: number;
  /** What it is for when it holds no value of the graph: the working memory of a body of If, Loop or Scan. */
  readonly isScratch?: boolean;
  /** Steps of the execution order, inclusive: from the node that writes it to the last that reads it. */
  readonly firstStep: number;
  readonly lastStep: number;
}

export type Strategy =
  "naive" | "first-fit" | "best-fit" | "greedy-by-size" | "greedy-by-breadth" | "hill-climb";

export interface ArenaPlan {
  readonly strategy: Strategy;
  /** Byte offset of each buffer, parallel to `MemoryPlan.buffers`. */
  readonly offsets: readonly number[];
  /** Bytes of the arena. */
  readonly size: number;
}

export interface ReorderedPlan {
  /** Bytes of its smallest arena. */
  readonly size: number;
  readonly lowerBound: number;
  /** Node of the first step that runs earlier than in the order given. */
  readonly movedNodeId: NodeId;
  /** Node of the step that it then runs before. */
  readonly beforeNodeId: NodeId;
}

/** Each is undefined where it gains nothing, or the graph is too large to look. */
export interface MemoryWhatIfs {
  readonly inPlace: InPlacePlan | undefined;
  readonly recomputed: RecomputedPlan | undefined;
  readonly patched: PatchedPlan | undefined;
}

export interface MemoryPlan {
  readonly buffers: readonly Buffer[];
  /** Bytes alive at each step. */
  readonly liveBytes: readonly number[];
  /** The least any plan of this order can take: the maximum of `liveBytes`. */
  readonly lowerBound: number;
  /** Node that each step executes (the leading one of a fused kernel). */
  readonly stepNodeIds: readonly NodeId[];
  readonly peakStep: number;
  readonly peakNodeId: NodeId | undefined;
  /** Buffers (indices) alive at the peak, largest first. */
  readonly aliveAtPeak: readonly number[];
  /** The smallest arena found. */
  readonly best: ArenaPlan;
  readonly plans: readonly ArenaPlan[];
  /** Another execution order that takes less, where one is found. */
  readonly reordered?: ReorderedPlan | undefined;
  /** What goes off chip when the memory for activations is smaller than the arena; left out for large graphs. */
  readonly scratchpad?: ScratchpadCurve | undefined;
  /** What else would take less, each by itself. */
  readonly whatIfs?: MemoryWhatIfs | undefined;
  /** Strategies given up because the model has too many buffers alive at once for them. */
  readonly skipped: readonly Strategy[];
}
