import {
  type BlockType,
  byteAt,
  clamp,
  halfAt,
  leastMagnitude,
  nearest,
  putBits,
  putHalf,
} from "./block-type.js";
import { extremeOf } from "./plain-blocks.js";

const { fround } = Math;
const groupLength = 32;
const half = groupLength / 2;

/** Values of IQ4_NL and IQ4_XS, denser around zero (ggml-common.h, kvalues_iq4nl). */
export const nonLinearValues = [
  ...[-127, -104, -83, -65, -49, -35, -22, -10],
  ...[1, 13, 25, 38, 53, 69, 89, 113],
] as const;

/** E2M1 doubled, so that they are whole; scales are halved for it. */
const fourBitFloats = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

function decodeGroup(
  values: readonly number[],
  scale: number,
  bytes: Uint8Array,
  at: number,
  into: Float32Array,
  to: number,
  length = groupLength,
): void {
  for (let index = 0; index < length / 2; index++) {
    const byte = byteAt(bytes, at + index);
    into[to + index] = scale * (values[byte & 15] ?? 0);
    into[to + length / 2 + index] = scale * (values[byte >> 4] ?? 0);
  }
}

function encodeGroup(x: Float32Array, inverse: number, bytes: Uint8Array, at: number): void {
  for (const [index, value] of x.entries())
    putBits(bytes, at + (index % half), indexOf(fround(inverse * value)) << (index < half ? 0 : 4));
}

/** Index of the nearest value; halves go up (best_index_int8). */
function indexOf(value: number): number {
  const last = nonLinearValues.length - 1;
  if (value <= (nonLinearValues[0] ?? 0)) return 0;
  if (value >= (nonLinearValues[last] ?? 0)) return last;
  let lower = 0;
  let upper = last;
  while (upper - lower > 1) {
    const middle = (lower + upper) >> 1;
    if (value < (nonLinearValues[middle] ?? 0)) upper = middle;
    else lower = middle;
  }
  const below = fround(value - (nonLinearValues[upper - 1] ?? 0));
  const above = fround((nonLinearValues[upper] ?? 0) - value);
  return below < above ? upper - 1 : upper;
}

/** 15 scales around the plain one, errors weighted by squares (quantize_row_iq4_nl_impl with 7 tries). */
function fitTable(x: Float32Array): number {
  const extreme = extremeOf(x);
  if (Math.abs(extreme) < leastMagnitude) return 0;
  const [first] = nonLinearValues;
  let products = 0;
  let squares = 0;
  const sum = (inverse: number): void => {
    products = 0;
    squares = 0;
    for (let index = 0; index < x.length; index++) {
      const value = x[index] ?? 0;
      const code = nonLinearValues[indexOf(fround(inverse * value))] ?? 0;
      const weighted = fround(fround(value * value) * code);
      products = fround(products + fround(weighted * value));
      squares = fround(squares + fround(weighted * code));
    }
  };
  sum(fround(1 / fround(-extreme / first)));
  let scale = squares > 0 ? fround(products / squares) : 0;
  let best = fround(scale * products);
  for (let step = -7; step <= 7; step++) {
    sum(fround((step + first) / extreme));
    if (squares > 0 && fround(products * products) > fround(best * squares)) {
      scale = fround(products / squares);
      best = fround(scale * products);
    }
  }
  return scale;
}

const nonLinear: BlockType = {
  id: "iq4_nl",
  elements: groupLength,
  bytes: 2 + half,
  decode: (bytes, at, into, to) =>
    decodeGroup(nonLinearValues, halfAt(bytes, at), bytes, at + 2, into, to),
  encode(x, bytes, at) {
    const scale = fitTable(x);
    putHalf(bytes, at, scale);
    encodeGroup(x, scale === 0 ? 0 : fround(1 / scale), bytes, at + 2);
  },
};

/** d, two upper bits of each of eight scales, their nibbles, then the groups. */
const nonLinearSuper: BlockType = {
  id: "iq4_xs",
  elements: 256,
  bytes: 136,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at);
    for (let group = 0; group < 8; group++) {
      const low = (byteAt(bytes, at + 4 + (group >> 1)) >> (4 * (group & 1))) & 15;
      const high = (byteAt(bytes, at + 2 + (group >> 2)) >> (2 * (group & 3))) & 3;
      const scale = fround(d * ((low | (high << 4)) - 32));
      decodeGroup(nonLinearValues, scale, bytes, at + 8 + group * half, into, to + group * 32);
    }
  },
  encode(x, bytes, at) {
    const scales = Float32Array.from({ length: 8 }, (_, group) =>
      fitTable(x.subarray(group * groupLength, (group + 1) * groupLength)),
    );
    const d = fround(-extremeOf(scales) / 32);
    putHalf(bytes, at, d);
    const inverse = d === 0 ? 0 : fround(1 / d);
    for (const [group, own] of scales.entries()) {
      const code = clamp(nearest(fround(inverse * own)), -32, 31);
      // The codes are those of the scale before it is stored in 16 bits.
      const scale = fround(d * code);
      const values = x.subarray(group * groupLength, (group + 1) * groupLength);
      encodeGroup(values, scale === 0 ? 0 : fround(1 / scale), bytes, at + 8 + group * half);
      putBits(bytes, at + 4 + (group >> 1), ((code + 32) & 15) << (4 * (group & 1)));
      putBits(bytes, at + 2 + (group >> 2), ((code + 32) >> 4) << (2 * (group & 3)));
    }
  },
};

const microscaled: BlockType = {
  id: "mxfp4",
  elements: groupLength,
  bytes: 1 + half,
  decode: (bytes, at, into, to) =>
    decodeGroup(fourBitFloats, 2 ** (byteAt(bytes, at) - 128), bytes, at + 1, into, to),
};

/** Four scales in E4M3, then four groups of sixteen. */
const nvidia: BlockType = {
  id: "nvfp4",
  elements: 64,
  bytes: 36,
  decode(bytes, at, into, to) {
    for (let group = 0; group < 4; group++) {
      const code = byteAt(bytes, at + group);
      const [exponent, mantissa] = [(code >> 3) & 15, code & 7];
      const magnitude = exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10);
      const scale = code === 0x7f ? 0 : magnitude / 2;
      decodeGroup(fourBitFloats, scale, bytes, at + 4 + group * 8, into, to + group * 16, 16);
    }
  },
};

export const tableBlocks: readonly BlockType[] = [nonLinear, nonLinearSuper, microscaled, nvidia];
