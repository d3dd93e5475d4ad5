import { gpuViewOf } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/** Independent products side by side, such as the up- and down-projections of latent attention, head by head. */
export const kernelModel: KernelModel = {
  id: "gpu-batched-matmul",
  kinds: ["matmul"],
  features: [
    "log-batch",
    "log-m",
    "log-n",
    "log-k",
    "log-compute",
    "log-memory",
    "log-work",
    "balance",
    "bytes-in-cache",
    "waste-128x128",
    "tiles-128x128",
    "fill-64",
    "operand-bytes",
  ],
  describe: ({ shape, engine }, target) => {
    const gpu = gpuViewOf(target);
    if (shape.kind !== "matmul" || engine !== "gpu" || gpu === undefined) return undefined;
    const { batch, m, n, k } = shape;
    if ((shape.hasConstantRight && batch === 1) || batch * m * n * k === 0) return undefined;
    const rightBytes = batch * n * k * gpu.weightBytes;
    const bytes = rightBytes + batch * (m * k + m * n) * gpu.activationBytes;
    const computeSeconds = (2 * batch * m * n * k) / gpu.peak;
    const memorySeconds = bytes / gpu.bandwidth;
    const work = Math.max(computeSeconds, memorySeconds);
    const waves = (batch * Math.ceil(m / 128) * Math.ceil(n / 128)) / gpu.units;
    return {
      computeSeconds,
      memorySeconds,
      features: [
        Math.log2(batch),
        Math.log2(m),
        Math.log2(n),
        Math.log2(k),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(work * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(bytes / gpu.cacheBytes),
        Math.log2(Math.ceil(waves) / waves),
        Math.log2(waves),
        Math.log2((Math.ceil(m / 64) * 64) / m),
        gpu.weightBytes,
      ],
    };
  },
};
