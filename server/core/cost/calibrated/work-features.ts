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
  /** Those of activations that do not fit the chip beside the other images' that go through at once. */
  readonly spilled: number;
  /** Seconds that so many operations or bytes would take. */
  readonly secondsOfMacs: (macs: number) => number;
  readonly secondsOfBytes: (bytes: number) => number;
}

export function workOfKernel(kernel: Kernel, { chip, runtime, precision }: Target): Work {
  const peak = peakOf(chip.peaks, precision.arithmetic)?.value ?? nominalPeak;
  const bandwidth = chip.memories.at(-1)?.bandwidth.value ?? nominalBandwidth;
  const secondsOfMacs = (macs: number): number => (2 * macs) / peak;
  const secondsOfBytes = (bytes: number): number => bytes / bandwidth;
  const activationBytes = kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes;
  const room = roomOfImage(chip.memories[0]?.size.value ?? 0, runtime.imagesAtOnce?.value);
  return {
    compute: secondsOfMacs(kernel.macs),
    activations: secondsOfBytes(activationBytes),
    weights: secondsOfBytes(kernel.weightReadBytes),
    spilled: secondsOfBytes(Math.max(0, activationBytes - room)),
    secondsOfMacs,
    secondsOfBytes,
  };
}

/**
 * Bytes on the chip for what a kernel reads and writes of one image; no limit where images go through alone. Two thirds of its
 * memory: 1.8 MB for each of fourteen, where times of networks on Alveo V70 begin to grow with the images' size.
 */
function roomOfImage(bytes: number, images = 1): number {
  return images > 1 ? (2 / 3) * (bytes / images) : Infinity;
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
