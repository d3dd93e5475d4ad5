import { gpuViewOf, type GpuView } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Linear layers on GPUs. What keeps them from the peaks: tiles that the shape does not fill (tile quantization), a last
 * wave of tiles that does not fill the chip (wave quantization; NVIDIA, "Matrix Multiplication Background User's
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
    "log-work",
    "balance",
    "bytes-in-cache",
    "weights-in-cache",
    "inputs-in-cache",
    "outputs-in-cache",
    "copies-in-cache",
    "waste-128x128",
    "waste-256x128",
    "waste-64x64",
    "fill-128",
    "tiles-64x64",
    "tiles-128x64",
    "tiles-128x128",
    "tiles-256x128",
    "tiles-16x64",
    "best-tile",
    "waves-128x128",
    "waves-64x64",
    "aligned-8",
  ],
  describe: ({ shape, engine }, target) => {
    if (shape.kind !== "matmul" || engine !== "gpu" || !shape.hasConstantRight) return undefined;
    // A matrix for every head is no linear layer.
    if (shape.batch > 1) return undefined;
    const gpu = gpuViewOf(target);
    const m = shape.m * shape.batch;
    const { n, k } = shape;
    if (gpu === undefined || m * n * k === 0) return undefined;
    const weightBytes = n * k * gpu.weightBytes;
    const inputBytes = m * k * gpu.activationBytes;
    const outputBytes = m * n * gpu.activationBytes;
    const bytes = weightBytes + inputBytes + outputBytes;
    const computeSeconds = (2 * m * n * k) / gpu.peak;
    const memorySeconds = bytes / gpu.bandwidth;
    const work = Math.max(computeSeconds, memorySeconds);
    const tile = (rows: number, columns: number): number =>
      tiledSeconds(gpu, shape, m, rows, columns);
    const small = tile(64, 64);
    const narrow = tile(128, 64);
    const square = tile(128, 128);
    const large = tile(256, 128);
    return {
      computeSeconds,
      memorySeconds,
      features: [
        Math.log2(m),
        Math.log2(n),
        Math.log2(k),
        Math.log2(computeSeconds * 1e9),
        Math.log2(memorySeconds * 1e9),
        Math.log2(work * 1e9),
        Math.log2(computeSeconds / memorySeconds),
        Math.log2(bytes / gpu.cacheBytes),
        Math.log2(weightBytes / gpu.cacheBytes),
        Math.log2(inputBytes / gpu.cacheBytes),
        Math.log2(outputBytes / gpu.cacheBytes),
        copiesInCache(weightBytes, gpu.cacheBytes),
        waste(gpu, m, n, 128, 128),
        waste(gpu, m, n, 256, 128),
        waste(gpu, m, n, 64, 64),
        Math.log2((Math.ceil(m / 128) * 128) / m),
        Math.log2(small / work),
        Math.log2(narrow / work),
        Math.log2(square / work),
        Math.log2(large / work),
        Math.log2(tile(16, 64) / work),
        Math.log2(Math.min(small, narrow, square, large) / computeSeconds),
        Math.log2((Math.ceil(m / 128) * Math.ceil(n / 128)) / gpu.units),
        Math.log2((Math.ceil(m / 64) * Math.ceil(n / 64)) / gpu.units),
        m % 8 === 0 ? 1 : 0,
      ],
    };
  },
};

/** Seconds at peak were the product dealt out in whole tiles, one to a multiprocessor at a time. */
function tiledSeconds(
  { units, peak }: GpuView,
  { n, k }: { readonly n: number; readonly k: number },
  m: number,
  rows: number,
  columns: number,
): number {
  const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
  return (Math.ceil(tiles / units) * 2 * rows * columns * k * units) / peak;
}

/** What the last, partly filled wave of tiles wastes, as a logarithm. */
function waste({ units }: GpuView, m: number, n: number, rows: number, columns: number): number {
  const waves = (Math.ceil(m / rows) * Math.ceil(n / columns)) / units;
  return Math.log2(Math.ceil(waves) / waves);
}

/**
 * Benchmarks of linear layers go round a few copies of the weights, as many as exceed the cache, five at most. Where
 * these fit exactly they are served from it after all.
 */
function copiesInCache(weightBytes: number, cacheBytes: number): number {
  const copies = Math.min(5, Math.ceil(cacheBytes / weightBytes));
  return Math.min(Math.max(Math.log2((copies * weightBytes) / cacheBytes), -3), 1);
}
