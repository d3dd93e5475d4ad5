import { describeProduct, productFeatures } from "../eager-product.js";
import type { KernelModel } from "../kernel-model.js";

/** Many products of one shape in a call (`torch.bmm`): libraries have kernels of their own for these. */
export const kernelModel: KernelModel = {
  id: "eager-batched-matmul",
  kinds: ["matmul"],
  features: productFeatures,
  describe: (kernel, target) => describeProduct(kernel, target, true),
};
