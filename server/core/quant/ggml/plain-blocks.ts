import {
  type BlockType,
  byteAt,
  clamp,
  halfAt,
  putBits,
  putHalf,
  signedByteAt,
} from "./block-type.js";

const { fround } = Math;
const elements = 32;
const half = elements / 2;

/** `d · q` with q around zero: the largest magnitude, with its sign, meets the lowest code. */
function symmetric(id: string, bits: 4 | 5): BlockType {
  const middle = 2 ** (bits - 1);
  const high = bits === 5 ? 2 : undefined;
  const start = high === undefined ? 2 : 6;
  return {
    id,
    elements,
    bytes: start + half,
    decode(bytes, at, into, to) {
      const d = halfAt(bytes, at);
      for (let index = 0; index < elements; index++)
        into[to + index] = (codeAt(bytes, at, start, high, index) - middle) * d;
    },
    encode(x, bytes, at) {
      const d = fround(extremeOf(x) / -middle);
      const inverse = d === 0 ? 0 : fround(1 / d);
      putHalf(bytes, at, d);
      for (const [index, value] of x.entries()) {
        const code = Math.trunc(fround(fround(value * inverse) + middle + 0.5));
        putCode(bytes, at, start, high, index, Math.min(2 * middle - 1, code));
      }
    },
  };
}

/** `d · q + m`: the least value has code zero. */
function affine(id: string, bits: 4 | 5): BlockType {
  const top = 2 ** bits - 1;
  const high = bits === 5 ? 4 : undefined;
  const start = high === undefined ? 4 : 8;
  return {
    id,
    elements,
    bytes: start + half,
    decode(bytes, at, into, to) {
      const d = halfAt(bytes, at);
      const least = halfAt(bytes, at + 2);
      for (let index = 0; index < elements; index++)
        into[to + index] = fround(codeAt(bytes, at, start, high, index) * d) + least;
    },
    encode(x, bytes, at) {
      let least = Infinity;
      let most = -Infinity;
      for (const value of x) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
      const d = fround(fround(most - least) / top);
      const inverse = d === 0 ? 0 : fround(1 / d);
      putHalf(bytes, at, d);
      putHalf(bytes, at + 2, least);
      for (const [index, value] of x.entries()) {
        const code = Math.trunc(fround(fround(fround(value - least) * inverse) + 0.5));
        putCode(bytes, at, start, high, index, Math.min(top, code));
      }
    },
  };
}

/** Nibbles: the first half of the block below, the second above; a fifth bit lies in a word of its own. */
function codeAt(
  bytes: Uint8Array,
  at: number,
  start: number,
  high: number | undefined,
  index: number,
): number {
  const nibble = (byteAt(bytes, at + start + (index % half)) >> (index < half ? 0 : 4)) & 15;
  if (high === undefined) return nibble;
  return nibble | (((byteAt(bytes, at + high + (index >> 3)) >> (index & 7)) & 1) << 4);
}

function putCode(
  bytes: Uint8Array,
  at: number,
  start: number,
  high: number | undefined,
  index: number,
  code: number,
): void {
  putBits(bytes, at + start + (index % half), (code & 15) << (index < half ? 0 : 4));
  if (high !== undefined) putBits(bytes, at + high + (index >> 3), (code >> 4) << (index & 7));
}

/** The first value of the largest magnitude. */
export function extremeOf(x: Float32Array): number {
  let extreme = 0;
  for (const value of x) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  return extreme;
}

const eightBits: BlockType = {
  id: "q8_0",
  elements,
  bytes: 2 + elements,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at);
    for (let index = 0; index < elements; index++)
      into[to + index] = signedByteAt(bytes, at + 2 + index) * d;
  },
  encode(x, bytes, at) {
    const d = fround(Math.abs(extremeOf(x)) / 127);
    const inverse = d === 0 ? 0 : fround(1 / d);
    putHalf(bytes, at, d);
    for (const [index, value] of x.entries()) {
      const scaled = fround(value * inverse);
      // Halves go away from zero here.
      bytes[at + 2 + index] = clamp(Math.sign(scaled) * Math.round(Math.abs(scaled)), -128, 127);
    }
  },
};

export const plainBlocks: readonly BlockType[] = [
  symmetric("q4_0", 4),
  affine("q4_1", 4),
  symmetric("q5_0", 5),
  affine("q5_1", 5),
  eightBits,
];
