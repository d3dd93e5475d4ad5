import type { NodeId, ValueId } from "../graph/graph.js";
import type { KernelShape } from "../ops/kernel-shape.js";

/** What a runtime executes as one call: one node, or several that it fuses. */
export interface Kernel {
  /** First node is the one that does the work and names the kernel; the others follow in execution order. */
  readonly nodeIds: readonly NodeId[];
  /** Parallel to `nodeIds`: each node's part of the kernel's time, by its arithmetic; they add up to 1. */
  readonly shares: readonly number[];
  readonly shape: KernelShape;
  readonly macs: number;
  readonly otherFlops: number;
  /** Bytes as this target stores them. */
  readonly weightBytes: number;
  /** Everything read, weights included. */
  readonly readBytes: number;
  /** The part of `readBytes` that is weights: less than `weightBytes` when only some rows of a table are read. */
  readonly weightReadBytes: number;
  readonly writeBytes: number;
  /** Where it runs: the runtime's engine, or its fallback. */
  readonly engine: string;
  /** Values read and written from outside the kernel, views resolved to what they look at; weights left out. */
  readonly reads: readonly ValueId[];
  readonly writes: readonly ValueId[];
  /** Bytes that another engine wrote and that must be brought over before the kernel starts. */
  readonly transferBytes: number;
  /**
   * Bytes read and written beside the operands: to convert or pack these before the kernel starts, or between the
   * parts of what the runtime does not fuse; and how many such passes there are.
   */
  readonly castBytes: number;
  readonly castCount: number;
  /** Its first operand is an image whose channels lie side by side, in a runtime whose tensors have strides. */
  readonly isChannelsLast: boolean;
  /** Elements of floating-point activations that are quantized on the way in. */
  readonly quantizedElements: number;
  /** Bits of the operands of its arithmetic, when the model itself fixes them (an int8 QDQ convolution). */
  readonly arithmetic?: string;
  /** Share of the elements that are not zero of the weights that it multiplies by, where the target makes use of it and they were counted. */
  readonly weightDensity?: number;
}

/** The graph as one runtime executes it. */
export interface Lowered {
  readonly kernels: readonly Kernel[];
  /** Index into `kernels` by node; -1 for a node that vanishes (a constant, a view). */
  readonly kernelOfNode: readonly number[];
  /** Nodes whose cost is not known, with the reason. */
  readonly uncosted: readonly { readonly nodeId: NodeId; readonly reason: string }[];
  /** Bytes of all weights as this target stores them, shared ones once. */
  readonly weightBytes: number;
  /** What each value is a view of; itself when it has storage of its own. */
  readonly aliasOf: Int32Array;
  /** Path of the module that a node came from (`Node.scope`); absent where that is not known. */
  readonly scopeOf?: (nodeId: NodeId) => string;
  /** Bits of each value where they differ from the precision's (autocast). */
  readonly valueBits: Uint8Array | undefined;
}

/** A lowering pass marks nodes; passes are listed per runtime in its data file and applied in order. */
export type PassId =
  | "fold-constants"
  | "fold-batch-norm"
  | "fold-zeros"
  | "fuse-activation"
  | "fuse-elementwise"
  | "fuse-pointwise"
  | "fuse-quantization"
  | "fuse-attention"
  | "merge-bias"
  | "merge-products"
  | "drop-views"
  | "keep-wide"
  | "strided-views";
