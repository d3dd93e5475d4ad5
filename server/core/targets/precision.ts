/** How numbers are stored and multiplied on a target. One file for all: `server/data/precisions/precisions.json`. */
export interface Precision {
  readonly id: string;
  readonly name: string;
  /** Key into `Chip.peaks` for matrix work, in order of preference when a chip lacks the first. */
  readonly arithmetic: readonly string[];
  /** Key into `Chip.vectorPeaks` for the rest, in order of preference. */
  readonly vectorArithmetic: readonly string[];
  /** Bits per weight element, scales included (4.5 for 4-bit blocks of 16 with an 8-bit scale). */
  readonly weightBits: number;
  /** Bits per activation element between kernels. */
  readonly activationBits: number;
  /** Bits per element of the key-value cache. */
  readonly cacheBits: number;
  /** True when floating-point tensors are quantized on the way into a matrix kernel, which costs a pass over them. */
  readonly quantizesOnTheFly: boolean;
  /** torch.autocast: weights stay float32, each operator chooses the width it runs in. False where not said. */
  readonly isAutocast?: boolean;
  /** Where weights are stored without their zeros: bits of one that is kept and of its place; `weightBits` is for what nobody counted. */
  readonly compressedWeights?: {
    readonly bits: number;
    readonly indexBits: number;
    /** Shares that are left by layer, where the target says them and not the weights. */
    readonly byLayer?: readonly { readonly text: string; readonly share: number }[];
  };
}
