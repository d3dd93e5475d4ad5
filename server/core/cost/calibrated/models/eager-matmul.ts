import { describeProduct, productFeatures } from "../eager-product.js";
import type { KernelModel } from "../kernel-model.js";

/** A product by itself, linear layers too. */
export const kernelModel: KernelModel = {
  id: "eager-matmul",
  kinds: ["matmul"],
  features: productFeatures,
  describe: (kernel, target) => describeProduct(kernel, target, false),
};
