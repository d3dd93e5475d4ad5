import type { Kernel } from "../../lower/lowered.js";
import type { Target } from "../../targets/target.js";
import { streamSeconds } from "./cached-stream.js";
import { log2, unitsOf } from "./gpu-terms.js";
import type { KernelView } from "./kernel-model.js";
import { workOfKernel } from "./work-features.js";

/**
 * Kernels of a GPU that stream rows through memory once. A framework's own read a row in vectors of 16 bytes where its
 * length allows (`vectorized_layer_norm_kernel` of ATen), and in registers, padded to a power of two.
 */
export const rowFeatures: readonly string[] = [
  "log-rows",
  "log-columns",
  "log-memory",
  "log-l2",
  "rows-per-unit",
  "waves",
  "is-aligned",
  "in-registers",
  "register-fill",
];

/** Elements of a row that a framework's own kernels keep in registers (`softmax_warp_forward` of ATen). */
export const mostInRegisters = 1024;

export interface Rows {
  readonly rows: number;
  readonly columns: number;
}

/** `passes`: how often they are streamed where once is not enough, relative to one reading and one writing. */
export function describeRows(
  kernel: Kernel,
  target: Target,
  { rows, columns }: Rows,
  passes: number,
): KernelView | undefined {
  if (target.chip.kind !== "gpu" || rows * columns === 0) return undefined;
  const { activations, weights } = workOfKernel(kernel, target);
  const bytes = kernel.readBytes + kernel.writeBytes;
  const memory = passes * streamSeconds(target, bytes, activations + weights);
  const perUnit = rows / unitsOf(target);
  const isShort = columns <= mostInRegisters;
  const padded = 2 ** Math.ceil(Math.log2(columns));
  return {
    computeSeconds: 0,
    memorySeconds: memory,
    features: [
      Math.log2(rows),
      Math.log2(columns),
      log2(memory * 1e9),
      log2(bytes / (target.chip.memories[0]?.size.value ?? 1)),
      Math.log2(perUnit),
      Math.log2(Math.ceil(perUnit) / perUnit),
      columns % 4 === 0 ? 1 : 0,
      isShort ? 1 : 0,
      isShort ? Math.log2(padded / columns) : 0,
    ],
  };
}
