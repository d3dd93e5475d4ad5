import type { Kernel } from "../../lower/lowered.js";
import type { KernelKind } from "../../ops/kernel-shape.js";
import type { Target } from "../../targets/target.js";

/**
 * One way of looking at kernels: the numbers that their utilisation depends on, and their time were there nothing but
 * peaks. One file each in `models`; the file's name is the id by which calibrations refer to it. What it says of a
 * kernel must not change once a calibration has been fitted: make another model instead.
 */
export interface KernelModel {
  readonly id: string;
  readonly kinds: readonly KernelKind[];
  /** Names of what `describe` puts into `features`, in order. */
  readonly features: readonly string[];
  /** Undefined for a kernel that is none of this model's. */
  readonly describe: (kernel: Kernel, target: Target) => KernelView | undefined;
}

export interface KernelView {
  /** Arithmetic at the chip's peak. */
  readonly computeSeconds: number;
  /** Traffic at the memory's bandwidth. */
  readonly memorySeconds: number;
  readonly features: readonly number[];
}
