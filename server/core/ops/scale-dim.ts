import { type Dim, divideDims, isKnown, multiplyDims } from "../graph/dim.js";

/**
 * floor(extent × scale), in the single precision that runtimes compute it in. A symbolic extent takes a scale that is a
 * quotient of small numbers (2, 0.5, 1.5); any other gives undefined.
 */
export function scaleDim(extent: Dim, scale: number): Dim | undefined {
  if (isKnown(extent)) return Math.floor(Math.fround(extent * Math.fround(scale)));
  for (let divisor = 1; divisor <= 64; divisor++) {
    const factor = scale * divisor;
    if (Math.abs(factor - Math.round(factor)) > 1e-6 * factor) continue;
    return divideDims(multiplyDims(extent, Math.round(factor)), divisor);
  }
  return undefined;
}
