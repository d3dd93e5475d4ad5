import { peakOf } from "../../targets/catalogue.js";
import type { Target } from "../../targets/target.js";

/**
 * Kernels of llama.cpp (ggml). Few tokens at a time go through matrix × vector kernels that unpack weights on the
 * vector units while they stream; the prompt is worked off in parts of 512 tokens by matrix products.
 */
export interface GgmlView {
  /** Bytes per second from memory. */
  readonly bandwidth: number;
  /** Operations per second of the matrix units and of the vector units. */
  readonly matrixPeak: number;
  readonly vectorPeak: number;
  readonly isQuantized: boolean;
}

/** Undefined for other runtimes. */
export function ggmlViewOf({ chip, runtime, precision }: Target): GgmlView | undefined {
  if (!runtime.id.startsWith("llama-cpp")) return undefined;
  const vector = peakOf(chip.vectorPeaks, ["float32"])?.value;
  const bandwidth = chip.memories.at(-1)?.bandwidth.value;
  if (vector === undefined || bandwidth === undefined) return undefined;
  return {
    bandwidth,
    matrixPeak: peakOf(chip.peaks, precision.arithmetic)?.value ?? vector,
    vectorPeak: vector,
    isQuantized: precision.weightBits < 16,
  };
}

/** Tokens of a prompt that llama.cpp works on at once (`n_ubatch`). */
export const promptPart = 512;

/** More rows than this are a matrix product. */
export const fewRows = 8;
