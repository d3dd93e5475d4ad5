import type { Kernel } from "../../lower/lowered.js";
import { peakOf } from "../../targets/catalogue.js";
import type { Target } from "../../targets/target.js";
import type { KernelView } from "./kernel-model.js";

/**
 * Models whose names begin with `work-` describe a kernel by amounts of work that take time one after the other: calls,
 * arithmetic at peak, bytes at the memory's bandwidth. A sum of them with weights ≥ 0 can be fitted to times of whole
 * networks, gives every kernel its part, and goes on in proportion where nothing was measured.
 */
export interface Work {
  /** Seconds of the arithmetic at the chip's peak, */
  readonly compute: number;
  /** of activations at the memory's bandwidth, */
  readonly activations: number;
  /** and of weights. */
  readonly weights: number;
  /** Seconds that so many operations or bytes would take. */
  readonly secondsOfMacs: (macs: number) => number;
  readonly secondsOfBytes: (bytes: number) => number;
}

export function workOfKernel(kernel: Kernel, { chip, precision }: Target): Work {
  const peak = peakOf(chip.peaks, precision.arithmetic)?.value ?? nominalPeak;
  const bandwidth = chip.memories.at(-1)?.bandwidth.value ?? nominalBandwidth;
  const secondsOfMacs = (macs: number): number => (2 * macs) / peak;
  const secondsOfBytes = (bytes: number): number => bytes / bandwidth;
  return {
    compute: secondsOfMacs(kernel.macs),
    activations: secondsOfBytes(kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes),
    weights: secondsOfBytes(kernel.weightReadBytes),
    secondsOfMacs,
    secondsOfBytes,
  };
}

/** Of a chip whose file does not tell: a scale, which the fit takes back. */
const nominalPeak = 1e12;
const nominalBandwidth = 1e10;

export function workView(work: Work, features: readonly number[]): KernelView {
  return {
    computeSeconds: work.compute,
    memorySeconds: work.activations + work.weights,
    features,
  };
}
