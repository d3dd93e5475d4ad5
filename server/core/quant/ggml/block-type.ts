import { float16Of } from "../../base/float16.js";

/**
 * A storage type of ggml: so many elements take so many bytes, scales included. Layouts are those of ggml-common.h, rounding
 * that of ggml-quants.c without an importance matrix (github.com/ggml-org/ggml), in float32 operation by operation.
 */
export interface BlockType {
  /** As llama-quantize names it, in lower case. */
  readonly id: string;
  readonly elements: number;
  readonly bytes: number;
  /** One block: from `bytes` at `at` to `into` at `to`. */
  readonly decode: (bytes: Uint8Array, at: number, into: Float32Array, to: number) => void;
  /** One block: `x` has its elements, `bytes` at `at` is all zero. Left out for types that are only read. */
  readonly encode?: (x: Float32Array, bytes: Uint8Array, at: number) => void;
}

/** Magnitudes below are zero (ggml-quants.c, GROUP_MAX_EPS). */
export const leastMagnitude = 1e-15;

const { fround } = Math;

/** Nearest, ties to even, of numbers below 2^22: what adding 1.5 · 2^23 in float32 leaves. */
export function nearest(value: number): number {
  return fround(fround(value) + 12582912) - 12582912;
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : high < value ? high : value;
}

export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** Bits that are still zero are set. */
export function putBits(bytes: Uint8Array, index: number, bits: number): void {
  bytes[index] = byteAt(bytes, index) | bits;
}

/** Where one of 128 elements in 32 bytes of two bits lies, of several such runs. */
export function pairPlace(index: number): { readonly byte: number; readonly shift: number } {
  return { byte: (index >> 7) * 32 + (index & 31), shift: 2 * ((index >> 5) & 3) };
}

export function signedByteAt(bytes: Uint8Array, index: number): number {
  return (byteAt(bytes, index) << 24) >> 24;
}

export function halfAt(bytes: Uint8Array, index: number): number {
  return float16Of(byteAt(bytes, index) | (byteAt(bytes, index + 1) << 8));
}

const word = new Float32Array(1);
const wordBits = new Uint32Array(word.buffer);

/** Stores float16, nearest even; larger magnitudes become infinity. */
export function putHalf(bytes: Uint8Array, index: number, value: number): void {
  word[0] = value;
  const [all = 0] = wordBits;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  let code = 0x7c00;
  if (Number.isNaN(value)) code = 0x7e00;
  else if (magnitude < 2 ** -14) code = nearest(magnitude * 2 ** 24);
  else if (magnitude < 65520) {
    const bits = all & 0x7fffffff;
    // Half of the last place that stays, or a little less where the last bit is even.
    code = ((bits + 0xfff + ((bits >>> 13) & 1)) >>> 13) - 112 * 1024;
  }
  bytes[index] = code & 255;
  bytes[index + 1] = (sign | code) >> 8;
}
