import { peakOf } from "./catalogue.js";
import type { Target } from "./target.js";

/** How many channels, or features of a matrix, a target's matrix engine takes at a time. */
export interface ChannelTile {
  readonly channels: number;
  readonly source: string;
}

/** Undefined where nothing is published, or where the engine takes any number. */
export function channelTileOf(target: Target): ChannelTile | undefined {
  const { chip, runtime, precision } = target;
  if (chip.vendor === "NVIDIA" && runtime.engine === "gpu") {
    const arithmetic = precision.arithmetic.find((type) => chip.peaks[type] !== undefined) ?? "";
    const bits = tensorCoreBits[arithmetic];
    const hasTensorCores =
      (peakOf(chip.peaks, [arithmetic])?.value ?? 0) >
      1.5 * (peakOf(chip.vectorPeaks, precision.vectorArithmetic)?.value ?? 0);
    if (bits === undefined || !hasTensorCores) return undefined;
    return {
      channels: (16 * 8) / bits,
      source:
        "tensor cores take 16 bytes at a time: NVIDIA, Matrix Multiplication Background User's Guide, table 1",
    };
  }
  if (runtime.id.startsWith("dpu-b4096"))
    return {
      channels: 16,
      source: "16 input and 16 output channels in parallel: AMD PG338, DPUCZDX8G architectures",
    };
  if (chip.id.startsWith("arm-ethos-u"))
    return {
      channels: 16,
      source: "feature maps lie in bricks of 16 channels (NHCWB16): Arm, Ethos-U NPU TRM",
    };
  return undefined;
}

const tensorCoreBits: Readonly<Record<string, number>> = {
  float16: 16,
  bfloat16: 16,
  tfloat32: 32,
  int8: 8,
  float8: 8,
};
