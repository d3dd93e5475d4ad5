import { leftUncosted } from "./left-uncosted.js";
import type { Kernel, Lowered } from "./lowered.js";

/**
 * An operator by itself that has nothing to do, because an extent is 0, takes no time that would mean anything: its
 * kernel is left uncosted. Inside of models empty tensors are common and cost what a launch costs.
 */
export function withoutEmptyKernels(lowered: Lowered): Lowered {
  return leftUncosted(lowered, lowered.kernels.map(isNothing), emptyReason);
}

export const emptyReason = "An extent is 0, so there is nothing to time; give sizes of 1 or more.";

function isNothing({ shape, macs, readBytes, writeBytes }: Kernel): boolean {
  switch (shape.kind) {
    case "view":
    case "control":
      return false;
    case "matmul":
    case "conv":
    case "attention":
    case "recurrent":
    case "moe":
      return macs === 0;
    default:
      return readBytes === 0 || writeBytes === 0;
  }
}
