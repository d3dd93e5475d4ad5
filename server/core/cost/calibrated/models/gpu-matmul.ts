import { peakOf } from "../../../targets/catalogue.js";
import type { Target } from "../../../targets/target.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Dense products on GPUs. What keeps them from the peaks: tiles that the shape does not fill (tile quantization), a
 * last wave of tiles that does not fill the chip (wave quantization; NVIDIA, "Matrix Multiplication Background User's
 * Guide"), short reductions that do not amortise their prologue, and working sets around the size of the L2.
 */
export const kernelModel: KernelModel = {
  id: "gpu-matmul",
  kinds: ["matmul"],
  features: [
    "log-m",
    "log-n",
    "log-k",
    "log-compute",
    "log-memory",
    "log-base",
    "balance",
    "log-l2",
    "waves-128x128",
    "waves-256x128",
    "waves-64x64",
    "fill-m128",
    "log-batch",
  ],
  describe: ({ shape, engine }, target) => {
    if (shape.kind !== "matmul" || engine !== "gpu") return undefined;
    const { batch, m, n, k } = shape;
    if (batch * m * n * k === 0) return undefined;
    const { precision } = target;
    const peak = peakOf(target.chip.peaks, precision.arithmetic)?.value;
    const memory = target.chip.memories.at(-1)?.bandwidth.value;
    if (peak === undefined || memory === undefined) return undefined;
    const weightBits = shape.hasConstantRight ? precision.weightBits : precision.activationBits;
    const bytes =
      (batch * (m * k * precision.activationBits + n * k * weightBits + 16 * m * n)) / 8;
    const computeSeconds = (2 * batch * m * n * k) / peak;
    const memorySeconds = bytes / memory;
    const waves = (rows: number, columns: number): number => {
      const tiles = (batch * Math.ceil(m / rows) * Math.ceil(n / columns)) / unitsOf(target);
      return Math.log2(Math.ceil(tiles) / tiles);
    };
    const base = Math.max(computeSeconds, memorySeconds);
    return {
      computeSeconds,
      memorySeconds,
      features: [
        Math.log2(m),
        Math.log2(n),
        Math.log2(k),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(base * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(bytes / (target.chip.memories[0]?.size.value ?? 1)),
        waves(128, 128),
        waves(256, 128),
        waves(64, 64),
        Math.log2((Math.ceil(m / 128) * 128) / m),
        Math.log2(batch),
      ],
    };
  },
};

/** Of a chip whose file does not tell: about what its kind has. */
function unitsOf({ chip }: Target): number {
  return chip.computeUnits?.value ?? 100;
}
