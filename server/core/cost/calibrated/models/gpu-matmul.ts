import { gpuViewOf, type GpuView } from "../gpu-view.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Linear layers on GPUs. What keeps them from the peaks: tiles that the shape does not fill (tile quantization), a last
 * wave of tiles that does not fill the chip (wave quantization; NVIDIA, "Matrix Multiplication Background User's
 * Guide"), short reductions that do not amortise their prologue, and working sets around the size of the L2.
 * `schedule` plays through what libraries choose from.
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
    "benchmark-in-cache",
    "waste-256x256",
    "waste-128x256",
    "split-fill",
    "split-depth",
    "schedule",
    "log-schedule",
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
    const splits = splitsOf(gpu, m, n, k);
    const schedule = Math.max(memorySeconds, bestSchedule(gpu, shape, m));
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
        // The inputs and outputs of a benchmark are the same ones each time, beside the copies of its weights.
        clamped(
          Math.log2(
            (copiesOf(weightBytes, gpu.cacheBytes) * weightBytes + inputBytes + outputBytes) /
              gpu.cacheBytes,
          ),
          -4,
          3,
        ),
        waste(gpu, m, n, 256, 256),
        waste(gpu, m, n, 128, 256),
        Math.log2((splits * Math.ceil(m / 128) * Math.ceil(n / 128)) / gpu.units),
        Math.log2(k / splits),
        Math.log2(schedule / work),
        Math.log2(schedule * 1e9),
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
  const copies = copiesOf(weightBytes, cacheBytes);
  return clamped(Math.log2((copies * weightBytes) / cacheBytes), -3, 1);
}

function copiesOf(weightBytes: number, cacheBytes: number): number {
  return Math.min(5, Math.ceil(cacheBytes / weightBytes));
}

/** Parts that the reduction is dealt out in where tiles alone leave multiprocessors idle ("split-k"). */
function splitsOf({ units }: GpuView, m: number, n: number, k: number): number {
  const tiles = Math.ceil(m / 128) * Math.ceil(n / 128);
  return Math.max(1, Math.min(Math.floor(units / tiles), Math.floor(k / 256)));
}

/**
 * Seconds of the fastest of the schedules that a library chooses among: tiles of several sizes, the reduction in up to 32
 * parts. A wave takes its arithmetic at the share of the peak that such tiles reach, or its operands at 2.5 times a
 * multiprocessor's share of the bandwidth (they come from the cache), and 0.7 µs to begin; parts are added up in float32.
 * Round numbers: what a chip makes of them is fitted.
 */
function bestSchedule(
  { units, peak, bandwidth, weightBytes, activationBytes }: GpuView,
  { n, k }: { readonly n: number; readonly k: number },
  m: number,
): number {
  const arithmetic = (2 * k * units) / peak;
  const ingest = (k * units) / (2.5 * bandwidth);
  const addition = (8 * m * n) / (3 * bandwidth);
  let best = Infinity;
  for (const { rows, columns, efficiency } of schedules) {
    const tiles = Math.ceil(m / rows) * Math.ceil(n / columns);
    const whole = Math.max(
      (arithmetic * rows * columns) / efficiency,
      ingest * (rows * activationBytes + columns * weightBytes),
    );
    // Even were all multiprocessors busy to the end.
    if ((tiles * whole) / units >= best) continue;
    for (const parts of partCounts) {
      if (parts > 1 && k < 128 * parts) break;
      const waves = Math.ceil((tiles * parts) / units);
      const seconds =
        waves * (whole / parts + 0.7e-6) + (parts > 1 ? 0.5e-6 + parts * addition : 0);
      if (seconds < best) best = seconds;
    }
  }
  return best;
}

/** Best first: what cannot be better any more is not played through. */
const schedules = [
  { rows: 256, columns: 256, efficiency: 0.95 },
  { rows: 256, columns: 128, efficiency: 0.9 },
  { rows: 128, columns: 256, efficiency: 0.9 },
  { rows: 128, columns: 128, efficiency: 0.75 },
  { rows: 64, columns: 128, efficiency: 0.6 },
  { rows: 128, columns: 64, efficiency: 0.6 },
  { rows: 64, columns: 64, efficiency: 0.45 },
  { rows: 16, columns: 128, efficiency: 0.15 },
  { rows: 16, columns: 64, efficiency: 0.1 },
] as const;

const partCounts = [1, 2, 3, 4, 6, 8, 16, 32] as const;

function clamped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
