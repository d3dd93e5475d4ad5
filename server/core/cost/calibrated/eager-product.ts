import type { Kernel } from "../../lower/lowered.js";
import type { Target } from "../../targets/target.js";
import { alignment, log2, unitsOf } from "./gpu-terms.js";
import type { KernelView } from "./kernel-model.js";
import { workOfKernel } from "./work-features.js";

/** What tells a product from another in a library that picks among kernels of fixed tiles (cuBLAS, rocBLAS under PyTorch). */
export const productFeatures: readonly string[] = [
  "log-batch",
  "log-m",
  "log-n",
  "log-k",
  "log-compute",
  "log-memory",
  "balance",
  "log-l2",
  "waves-128x128",
  "waves-128x64",
  "waves-64x64",
  "waves-32x32",
  "fill-128x128",
  "fill-64x64",
  "align-m",
  "align-n",
  "align-k",
];

/**
 * How far the shape fills tiles of several sizes, how far the tiles fill the last wave over the multiprocessors, and
 * whether extents are multiples of what vector loads need. A product with one right operand for all batches is one product
 * of more rows.
 */
export function describeProduct(
  kernel: Kernel,
  target: Target,
  isBatched: boolean,
): KernelView | undefined {
  const { shape } = kernel;
  if (shape.kind !== "matmul" || target.chip.kind !== "gpu") return undefined;
  const isShared = shape.hasConstantRight;
  const batch = isShared ? 1 : shape.batch;
  const m = isShared ? shape.batch * shape.m : shape.m;
  const { n, k } = shape;
  if (batch > 1 !== isBatched || batch * m * n * k === 0) return undefined;
  const { compute, secondsOfBytes } = workOfKernel(kernel, target);
  const bytes = ((m * k + k * n + m * n) * batch * target.precision.activationBits) / 8;
  const memory = secondsOfBytes(bytes);
  const units = unitsOf(target);
  const tiles = (rows: number, columns: number): number =>
    (batch * Math.ceil(m / rows) * Math.ceil(n / columns)) / units;
  const waves = (rows: number, columns: number): number => {
    const count = tiles(rows, columns);
    return Math.log2(Math.ceil(count) / count);
  };
  const fill = (rows: number, columns: number): number =>
    Math.log2((tiles(rows, columns) * units * rows * columns) / (batch * m * n));
  return {
    computeSeconds: compute,
    memorySeconds: memory,
    features: [
      Math.log2(batch),
      Math.log2(m),
      Math.log2(n),
      Math.log2(k),
      log2(compute * 1e9),
      log2(memory * 1e9),
      Math.log2(compute / memory),
      log2(bytes / (target.chip.memories[0]?.size.value ?? 1)),
      waves(128, 128),
      waves(128, 64),
      waves(64, 64),
      waves(32, 32),
      fill(128, 128),
      fill(64, 64),
      alignment(m),
      alignment(n),
      alignment(k),
    ],
  };
}
