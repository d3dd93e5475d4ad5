import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import type { Estimate, KernelCost } from "./cost.js";

/**
 * What one kind of work takes of a model's time on a target, beside its arithmetic: a kind that is cheap by MACs may be
 * dear by time (depthwise convolutions, Chen et al. 2023, "Run, Don't Walk"; operators without any, Chen et al. 2022,
 * "RepGhost").
 */
export interface KindTime {
  readonly kind: WorkKind;
  readonly kernelCount: number;
  readonly seconds: Pick<Estimate, "value" | "low" | "high">;
  readonly macs: number;
  /** Twice the MACs, and all other arithmetic. */
  readonly flops: number;
  readonly bytes: number;
}

export type WorkKind =
  | "convolution"
  | "grouped convolution"
  | "depthwise convolution"
  | "matrix product"
  | "attention"
  | "recurrent"
  | "experts"
  | "normalization"
  | "element-wise"
  | "pooling and reduction"
  | "data movement"
  | "exchange"
  | "other";

/** Longest first. */
export function timeByKind(
  kernels: readonly Kernel[],
  costs: readonly KernelCost[],
): readonly KindTime[] {
  const sums = new Map<WorkKind, Mutable<KindTime>>();
  for (const [index, kernel] of kernels.entries()) {
    const seconds = costs[index]?.seconds;
    if (seconds === undefined) continue;
    const kind = workKindOf(kernel.shape);
    let sum = sums.get(kind);
    if (sum === undefined) {
      sum = { kind, kernelCount: 0, seconds: none, macs: 0, flops: 0, bytes: 0 };
      sums.set(kind, sum);
    }
    sum.kernelCount += 1;
    // Errors of one target's kernels go together, so that the ends add up.
    sum.seconds = {
      value: sum.seconds.value + seconds.value,
      low: sum.seconds.low + seconds.low,
      high: sum.seconds.high + seconds.high,
    };
    sum.macs += kernel.macs;
    sum.flops += 2 * kernel.macs + kernel.otherFlops;
    sum.bytes += kernel.readBytes + kernel.writeBytes + kernel.castBytes;
  }
  return [...sums.values()].sort((a, b) => b.seconds.value - a.seconds.value);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const none = { value: 0, low: 0, high: 0 };

export function workKindOf(shape: KernelShape): WorkKind {
  switch (shape.kind) {
    case "conv":
      if (shape.groups === 1) return "convolution";
      return shape.groups === shape.inputChannels ? "depthwise convolution" : "grouped convolution";
    case "matmul":
      return "matrix product";
    case "attention":
    case "recurrent":
      return shape.kind;
    case "moe":
      return "experts";
    case "normalization":
    case "softmax":
      return "normalization";
    case "elementwise":
    case "quantize":
      return "element-wise";
    case "pool":
    case "reduction":
      return "pooling and reduction";
    case "movement":
    case "gather":
    case "resize":
    case "view":
      return "data movement";
    case "collective":
      return "exchange";
    case "sort":
    case "transform":
    case "control":
      return "other";
  }
}
