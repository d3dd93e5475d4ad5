import { roundToGrid } from "../formats/round.js";
import { float16 } from "../formats/scales.js";

/** Bit patterns of float16, nearest even. */
export function halfBits(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    const sign = value < 0 ? 0x8000 : 0;
    const magnitude = Math.abs(roundToGrid(signed, value));
    if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
    const exponent = Math.floor(Math.log2(magnitude));
    return sign | ((exponent + 14) * 1024 + Math.round((magnitude / 2 ** exponent) * 1024));
  });
}

const signed = { ...float16, isSigned: true };
