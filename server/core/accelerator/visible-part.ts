import type { Kernel } from "../lower/lowered.js";
import { visibleShare } from "../ops/visible-keys.js";

/** A kernel as an engine runs it: scores that causality or a window hides are not computed. */
export function visiblePart(kernel: Kernel): Kernel {
  const share = visibleShare(kernel.shape);
  return share === 1
    ? kernel
    : { ...kernel, macs: kernel.macs * share, otherFlops: kernel.otherFlops * share };
}
