import type { Target } from "../../../targets/target.js";
import { describeRows, mostInRegisters, rowFeatures } from "../gpu-rows.js";
import type { KernelModel } from "../kernel-model.js";

/** Softmax over rows in the framework's own kernels, which depend on the length of a row. */
export const kernelModel: KernelModel = {
  id: "eager-softmax",
  kinds: ["softmax"],
  features: rowFeatures,
  describe: (kernel, target) =>
    kernel.shape.kind === "softmax"
      ? describeRows(kernel, target, kernel.shape, passesOf(kernel.shape, target))
      : undefined,
};

/**
 * A row that does not fit registers is read for its maximum, for its sum and for the result (`cunn_SoftMaxForward` of ATen).
 * Caches of NVIDIA's multiprocessors keep it meanwhile; AMD's, of 16 kB, do not, and on them longer rows take twice the time.
 */
function passesOf({ columns }: { readonly columns: number }, { chip }: Target): number {
  return columns > mostInRegisters && chip.vendor === "AMD" ? 2 : 1;
}
