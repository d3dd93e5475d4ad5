import { describeRows, rowFeatures, vectorFeatures, vectorsOf, withFeatures } from "../gpu-rows.js";
import type { KernelModel } from "../kernel-model.js";

/** Softmax over rows in the framework's own kernels, which depend on the length of a row. */
export const kernelModel: KernelModel = {
  id: "eager-softmax",
  kinds: ["softmax"],
  features: [...rowFeatures, ...vectorFeatures],
  describe: (kernel, target) =>
    kernel.shape.kind === "softmax"
      ? withFeatures(
          describeRows(kernel, target, kernel.shape.rows, kernel.shape.columns),
          vectorsOf(kernel.shape.columns),
        )
      : undefined,
};
