import { log2 } from "../gpu-terms.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/**
 * Element-wise kernels of an eager framework: each streams its operands once. `operands`: bytes read per byte written; a
 * little over one is a broadcast, which costs index arithmetic. `operations`: functions evaluated per element.
 */
export const kernelModel: KernelModel = {
  id: "eager-elementwise",
  kinds: ["elementwise"],
  features: ["log-elements", "log-memory", "log-l2", "operands", "operations"],
  describe: (kernel, target) => {
    const { shape, otherFlops, readBytes, writeBytes } = kernel;
    if (shape.kind !== "elementwise" || target.chip.kind !== "gpu") return undefined;
    if (shape.elements === 0 || writeBytes === 0) return undefined;
    const { activations, weights } = workOfKernel(kernel, target);
    const memory = activations + weights;
    const operands = readBytes / writeBytes;
    return {
      computeSeconds: 0,
      memorySeconds: memory,
      features: [
        Math.log2(shape.elements),
        log2(memory * 1e9),
        log2((readBytes + writeBytes) / (target.chip.memories[0]?.size.value ?? 1)),
        // Fine where it matters: a scalar beside a tensor is no broadcast.
        operands < 1 + 1e-3 ? 1 : operands < 1.5 ? 1.25 : operands,
        otherFlops / shape.elements,
      ],
    };
  },
};
