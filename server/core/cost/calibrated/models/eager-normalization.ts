import type { Kernel } from "../../../lower/lowered.js";
import { describeRows, rowFeatures } from "../gpu-rows.js";
import type { KernelModel } from "../kernel-model.js";

/** Normalization of rows (LayerNorm, RMSNorm): rows are what a block of threads takes. */
export const kernelModel: KernelModel = {
  id: "eager-normalization",
  kinds: ["normalization"],
  features: rowFeatures,
  describe: (kernel, target) =>
    kernel.shape.kind === "normalization" && !isPerChannel(kernel)
      ? describeRows(kernel, target, kernel.shape, 1)
      : undefined,
};

/** BatchNorm has four constants for each of its rows, the channels; LayerNorm has two for each column, or none known. */
function isPerChannel({ shape, weightReadBytes, writeBytes }: Kernel): boolean {
  if (shape.kind !== "normalization") return false;
  const elementBytes = writeBytes / (shape.rows * shape.columns);
  return weightReadBytes > 0 && Math.round(weightReadBytes / elementBytes) === 4 * shape.rows;
}
