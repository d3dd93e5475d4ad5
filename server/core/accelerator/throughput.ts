import type { ArrayEngine, AcceleratorPrecision } from "./accelerator.js";

/**
 * Multiply-accumulates of an element and lane in a cycle. A bit-serial multiplier takes one bit of the activation a cycle
 * (Judd et al., "Stripes: Bit-Serial Deep Neural Network Computing", MICRO 2016).
 */
export function effectiveThroughput(engine: ArrayEngine, precision: AcceleratorPrecision): number {
  return engine.multiplier === "bit-serial"
    ? precision.throughput / Math.ceil(precision.activationBits)
    : precision.throughput;
}
