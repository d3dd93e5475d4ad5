import type { NodeId } from "../graph/graph.js";
import type { KernelShape } from "../ops/kernel-shape.js";

/** What a runtime executes as one call: one node, or several that it fuses. */
export interface Kernel {
  /** First node is the one that does the work and names the kernel. */
  readonly nodeIds: readonly NodeId[];
  readonly shape: KernelShape;
  readonly macs: number;
  readonly otherFlops: number;
  /** Bytes as this target stores them. */
  readonly weightBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  /** Where it runs: the runtime's engine, or its fallback. */
  readonly engine: string;
  /** Bits of the operands of its arithmetic, when the model itself fixes them (an int8 QDQ convolution). */
  readonly arithmetic?: string;
}

/** The graph as one runtime executes it. */
export interface Lowered {
  readonly kernels: readonly Kernel[];
  /** Index into `kernels` by node; -1 for a node that vanishes (a constant, a view). */
  readonly kernelOfNode: readonly number[];
  /** Nodes whose cost is not known, with the reason. */
  readonly uncosted: readonly { readonly nodeId: NodeId; readonly reason: string }[];
}

/** A lowering pass marks nodes; passes are listed per runtime in its data file and applied in order. */
export type PassId =
  | "fold-constants"
  | "fold-batch-norm"
  | "fuse-activation"
  | "fuse-elementwise"
  | "fuse-quantization"
  | "fuse-attention"
  | "drop-views";
