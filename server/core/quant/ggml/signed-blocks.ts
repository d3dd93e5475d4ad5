import {
  type BlockType,
  byteAt,
  clamp,
  halfAt,
  leastMagnitude,
  nearest,
  pairPlace,
  putBits,
  putHalf,
  signedByteAt,
} from "./block-type.js";
import { fitByCode, fitSymmetric } from "./fit-scale.js";
import { extremeOf } from "./plain-blocks.js";

const { fround } = Math;
const elements = 256;
const groupLength = 16;
const groupCount = elements / groupLength;

/** Codes that a rounded group scale leaves; where that scale is zero, those of the search stay. */
function roundCodes(
  x: Float32Array,
  group: number,
  scale: number,
  top: number,
  codes: Int8Array,
): void {
  if (scale === 0) return;
  for (let index = group * groupLength; index < (group + 1) * groupLength; index++)
    codes[index] = clamp(nearest(fround((x[index] ?? 0) / scale)), -top, top - 1) + top;
}

/** Q3_K: hmask[32], qs[64], scales[12] of six bits, d. */
const threeBits: BlockType = {
  id: "q3_k",
  elements,
  bytes: 110,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at + 108);
    for (let group = 0; group < groupCount; group++) {
      const scale = fround(d * (sixBitsAt(bytes, at + 96, group) - 32));
      for (let index = group * groupLength; index < (group + 1) * groupLength; index++) {
        const { byte, shift } = pairPlace(index);
        const high = (byteAt(bytes, at + (index & 31)) >> (index >> 5)) & 1;
        const code = ((byteAt(bytes, at + 32 + byte) >> shift) & 3) - (high === 1 ? 0 : 4);
        into[to + index] = scale * code;
      }
    }
  },
  encode(x, bytes, at) {
    const codes = new Int8Array(elements);
    const scales = new Float32Array(groupCount);
    for (let group = 0; group < groupCount; group++) {
      const [first, last] = [group * groupLength, (group + 1) * groupLength];
      scales[group] = fitByCode(x.subarray(first, last), 4, codes.subarray(first, last));
    }
    const extreme = extremeOf(scales);
    const inverse = extreme === 0 ? 0 : fround(-32 / extreme);
    if (extreme !== 0) {
      for (const [group, scale] of scales.entries())
        putSixBits(bytes, at + 96, group, clamp(nearest(fround(inverse * scale)), -32, 31) + 32);
      putHalf(bytes, at + 108, fround(1 / inverse));
    }
    const d = halfAt(bytes, at + 108);
    for (let group = 0; group < groupCount; group++)
      roundCodes(x, group, fround(d * (sixBitsAt(bytes, at + 96, group) - 32)), 4, codes);
    for (const [index, code] of codes.entries()) {
      const { byte, shift } = pairPlace(index);
      putBits(bytes, at + 32 + byte, (code & 3) << shift);
      putBits(bytes, at + (index & 31), (code >> 2) << (index >> 5));
    }
  },
};

/** Sixteen numbers of six bits in twelve bytes: nibbles first, then the upper two bits of four at a time. */
function sixBitsAt(bytes: Uint8Array, at: number, group: number): number {
  const nibble = (byteAt(bytes, at + (group & 7)) >> (group < 8 ? 0 : 4)) & 15;
  return nibble | (((byteAt(bytes, at + 8 + (group & 3)) >> (2 * (group >> 2))) & 3) << 4);
}

function putSixBits(bytes: Uint8Array, at: number, group: number, value: number): void {
  putBits(bytes, at + (group & 7), (value & 15) << (group < 8 ? 0 : 4));
  putBits(bytes, at + 8 + (group & 3), (value >> 4) << (2 * (group >> 2)));
}

/** Q6_K: ql[128], qh[64], scales[16] of eight bits, d. */
const sixBits: BlockType = {
  id: "q6_k",
  elements,
  bytes: 210,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at + 208);
    for (let group = 0; group < groupCount; group++) {
      const scale = fround(d * signedByteAt(bytes, at + 192 + group));
      for (let index = group * groupLength; index < (group + 1) * groupLength; index++) {
        const { low, lowShift } = lowPlace(index);
        const { byte, shift } = pairPlace(index);
        const code =
          ((byteAt(bytes, at + low) >> lowShift) & 15) |
          (((byteAt(bytes, at + 128 + byte) >> shift) & 3) << 4);
        into[to + index] = scale * (code - 32);
      }
    }
  },
  encode(x, bytes, at) {
    const scales = new Float32Array(groupCount);
    for (let group = 0; group < groupCount; group++)
      scales[group] = fitSymmetric(x.subarray(group * groupLength, (group + 1) * groupLength), 32);
    const extreme = extremeOf(scales);
    if (Math.abs(extreme) < leastMagnitude) return;
    const inverse = fround(-128 / extreme);
    putHalf(bytes, at + 208, fround(1 / inverse));
    const d = halfAt(bytes, at + 208);
    const codes = new Int8Array(elements);
    for (const [group, own] of scales.entries()) {
      const code = Math.min(127, nearest(fround(inverse * own)));
      bytes[at + 192 + group] = code;
      const scale = fround(d * code);
      roundCodes(x, group, scale, 32, codes);
    }
    for (const [index, code] of codes.entries()) {
      const { low, lowShift } = lowPlace(index);
      const { byte, shift } = pairPlace(index);
      putBits(bytes, at + low, (code & 15) << lowShift);
      putBits(bytes, at + 128 + byte, (code >> 4) << shift);
    }
  },
};

/** 128 elements in 64 bytes of four bits: the first 64 below, the next above. */
function lowPlace(index: number): { readonly low: number; readonly lowShift: number } {
  return { low: (index >> 7) * 64 + (index & 63), lowShift: index & 64 ? 4 : 0 };
}

export const signedBlocks: readonly BlockType[] = [threeBits, sixBits];
