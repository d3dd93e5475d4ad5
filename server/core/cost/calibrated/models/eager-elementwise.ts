import { streamSeconds } from "../cached-stream.js";
import { log2 } from "../gpu-terms.js";
import type { KernelModel } from "../kernel-model.js";
import { workOfKernel } from "../work-features.js";

/**
 * Element-wise kernels of an eager framework: each streams its operands once. `operands`: bytes read per byte written; a
 * little over one is a broadcast, which costs index arithmetic. What is broadcast is read again for every repetition, from
 * memory where the streams beside it push it out of the cache. `operations`: functions evaluated per element.
 */
export const kernelModel: KernelModel = {
  id: "eager-elementwise",
  kinds: ["elementwise"],
  features: ["log-elements", "log-memory", "log-l2", "operands", "operations", "log-broadcast"],
  describe: (kernel, target) => {
    const { shape, otherFlops, readBytes, writeBytes } = kernel;
    if (shape.kind !== "elementwise" || target.chip.kind !== "gpu") return undefined;
    if (shape.elements === 0 || writeBytes === 0) return undefined;
    const cacheBytes = target.chip.memories[0]?.size.value ?? 1;
    const broadcast = readBytes % writeBytes;
    const isReread = broadcast > rereadShare * cacheBytes && broadcast <= writeBytes / 8;
    const bytes =
      readBytes + writeBytes + (isReread && readBytes > writeBytes ? writeBytes - broadcast : 0);
    const { secondsOfBytes } = workOfKernel(kernel, target);
    const memory = streamSeconds(target, bytes, secondsOfBytes(bytes));
    const operands = readBytes / writeBytes;
    return {
      computeSeconds: 0,
      memorySeconds: memory,
      features: [
        Math.log2(shape.elements),
        log2(memory * 1e9),
        log2(bytes / cacheBytes),
        // Fine where it matters: a scalar beside a tensor is no broadcast.
        operands < 1 + 1e-3 ? 1 : operands < 1.5 ? 1.25 : operands,
        otherFlops / shape.elements,
        log2(readBytes > writeBytes ? broadcast / cacheBytes : 0),
      ],
    };
  },
};

/** A mask of a third of L4's cache did not stay in it while scores of 32 heads went by. */
const rereadShare = 0.3;
