import { describeRows, rowFeatures } from "../gpu-rows.js";
import type { KernelModel } from "../kernel-model.js";

/** Softmax over rows in the framework's own kernels, which depend on the length of a row. */
export const kernelModel: KernelModel = {
  id: "eager-softmax",
  kinds: ["softmax"],
  features: rowFeatures,
  describe: (kernel, target) =>
    kernel.shape.kind === "softmax"
      ? describeRows(kernel, target, kernel.shape.rows, kernel.shape.columns)
      : undefined,
};
