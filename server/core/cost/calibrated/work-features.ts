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
  /** Those of activations that do not fit the chip. */
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
  const room = roomOfImage(chip, runtime.imagesAtOnce?.value);
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
 * Bytes on the chip for what a kernel reads and writes of one image. Where several go through at once, two thirds of its
 * memory: 1.8 MB for each of fourteen, where times of networks on Alveo V70 begin to grow with the images' size. On an NPU with a
 * cache 2 MiB, whatever its size: cross-validated over networks in w8a8 on Qualcomm's, which 1 and 4 MiB and shares of the
 * cache explain less.
 */
function roomOfImage({ kind, memories }: Target["chip"], images = 1): number {
  const [first] = memories;
  if (images > 1) return (2 / 3) * ((first?.size.value ?? 0) / images);
  return kind === "npu" && first?.role === "cache" ? 2 ** 21 : Infinity;
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
