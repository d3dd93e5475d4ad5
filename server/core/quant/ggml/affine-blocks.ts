import {
  type BlockType,
  byteAt,
  clamp,
  halfAt,
  nearest,
  pairPlace,
  putBits,
  putHalf,
} from "./block-type.js";
import { type AffineSearch, fitAffine } from "./fit-scale.js";

const { fround } = Math;
const elements = 256;

/** A super-block of groups, each `d · s · code − dmin · m` with small integers s and m of its own. */
interface AffineLayout {
  readonly id: string;
  readonly bytes: number;
  readonly groupLength: number;
  /** Largest s and m. */
  readonly scaleTop: number;
  readonly search: AffineSearch;
  /** Where d lies; dmin follows. */
  readonly scalesAt: number;
  readonly weightOf: (magnitude: number, rootMeanSquare: number) => number;
  /** s and m of a group. */
  readonly groupAt: (bytes: Uint8Array, at: number, group: number) => readonly [number, number];
  readonly putGroup: (bytes: Uint8Array, at: number, group: number, s: number, m: number) => void;
  readonly codeAt: (bytes: Uint8Array, at: number, index: number) => number;
  readonly putCode: (bytes: Uint8Array, at: number, index: number, code: number) => void;
}

function blockOf(layout: AffineLayout): BlockType {
  const { id, bytes: size, groupLength, scaleTop, search, scalesAt } = layout;
  const groupCount = elements / groupLength;
  return {
    id,
    elements,
    bytes: size,
    decode(bytes, at, into, to) {
      const d = halfAt(bytes, at + scalesAt);
      const dmin = halfAt(bytes, at + scalesAt + 2);
      for (let group = 0; group < groupCount; group++) {
        const [s, m] = layout.groupAt(bytes, at, group);
        const scale = fround(d * s);
        const least = fround(dmin * m);
        for (let index = group * groupLength; index < (group + 1) * groupLength; index++)
          into[to + index] = fround(scale * layout.codeAt(bytes, at, index)) - least;
      }
    },
    encode(x, bytes, at) {
      const codes = new Uint8Array(elements);
      const weights = new Float32Array(groupLength);
      const fits = Array.from({ length: groupCount }, (_, group) => {
        const own = x.subarray(group * groupLength, (group + 1) * groupLength);
        let squares = 0;
        for (const value of own) squares = fround(squares + fround(value * value));
        const rootMeanSquare = fround(Math.sqrt(fround(squares / groupLength)));
        for (const [index, value] of own.entries())
          weights[index] = layout.weightOf(Math.abs(value), rootMeanSquare);
        const into = codes.subarray(group * groupLength, (group + 1) * groupLength);
        return fitAffine(own, weights, search, into);
      });
      const scaleMost = fits.reduce((most, { scale }) => Math.max(most, scale), 0);
      const leastMost = fits.reduce((most, { least }) => Math.max(most, least), 0);
      const inverseScale = scaleMost > 0 ? fround(scaleTop / scaleMost) : 0;
      const inverseLeast = leastMost > 0 ? fround(scaleTop / leastMost) : 0;
      for (const [group, { scale, least }] of fits.entries())
        layout.putGroup(
          bytes,
          at,
          group,
          Math.min(scaleTop, nearest(fround(inverseScale * scale))),
          Math.min(scaleTop, nearest(fround(inverseLeast * least))),
        );
      putHalf(bytes, at + scalesAt, fround(scaleMost / scaleTop));
      putHalf(bytes, at + scalesAt + 2, fround(leastMost / scaleTop));
      const d = halfAt(bytes, at + scalesAt);
      const dmin = halfAt(bytes, at + scalesAt + 2);
      for (let group = 0; group < groupCount; group++) {
        const [s, m] = layout.groupAt(bytes, at, group);
        const scale = fround(d * s);
        const least = fround(dmin * m);
        for (let index = group * groupLength; index < (group + 1) * groupLength; index++) {
          const code =
            scale === 0
              ? (codes[index] ?? 0)
              : nearest(fround(fround((x[index] ?? 0) + least) / scale));
          layout.putCode(bytes, at, index, clamp(code, 0, search.top));
        }
      }
    },
  };
}

/** Six bits of s and m for eight groups in twelve bytes; those of the last four are split (get_scale_min_k4). */
const sixBits = {
  groupAt(bytes: Uint8Array, at: number, group: number): readonly [number, number] {
    const byte = (index: number): number => byteAt(bytes, at + 4 + index);
    return group < 4
      ? [byte(group) & 63, byte(group + 4) & 63]
      : [
          (byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4),
          (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4),
        ];
  },
  putGroup(bytes: Uint8Array, at: number, group: number, s: number, m: number): void {
    const put = (index: number, bits: number): void => putBits(bytes, at + 4 + index, bits);
    if (group < 4) {
      put(group, s);
      put(group + 4, m);
    } else {
      put(group + 4, (s & 15) | ((m & 15) << 4));
      put(group - 4, (s >> 4) << 6);
      put(group, (m >> 4) << 6);
    }
  },
};

/** 64 elements in 32 bytes: the first 32 below, the next above. */
function nibblePlace(index: number): { readonly byte: number; readonly shift: number } {
  return { byte: (index >> 6) * 32 + (index & 31), shift: index & 32 ? 4 : 0 };
}

const magnitudeAndMean = (magnitude: number, rootMeanSquare: number): number =>
  fround(rootMeanSquare + magnitude);

const twoBits = blockOf({
  id: "q2_k",
  bytes: 84,
  groupLength: 16,
  scaleTop: 15,
  search: { top: 3, first: -0.5, last: 15, isAbsolute: true },
  scalesAt: 80,
  weightOf: (magnitude) => magnitude,
  groupAt: (bytes, at, group) => {
    const byte = byteAt(bytes, at + group);
    return [byte & 15, byte >> 4];
  },
  putGroup: (bytes, at, group, s, m) => putBits(bytes, at + group, s | (m << 4)),
  codeAt: (bytes, at, index) => {
    const { byte, shift } = pairPlace(index);
    return (byteAt(bytes, at + 16 + byte) >> shift) & 3;
  },
  putCode: (bytes, at, index, code) => {
    const { byte, shift } = pairPlace(index);
    putBits(bytes, at + 16 + byte, code << shift);
  },
});

const fourBits = blockOf({
  id: "q4_k",
  bytes: 144,
  groupLength: 32,
  scaleTop: 63,
  search: { top: 15, first: -1, last: 20, isAbsolute: false },
  scalesAt: 0,
  weightOf: magnitudeAndMean,
  ...sixBits,
  codeAt: (bytes, at, index) => {
    const { byte, shift } = nibblePlace(index);
    return (byteAt(bytes, at + 16 + byte) >> shift) & 15;
  },
  putCode: (bytes, at, index, code) => {
    const { byte, shift } = nibblePlace(index);
    putBits(bytes, at + 16 + byte, code << shift);
  },
});

const fiveBits = blockOf({
  id: "q5_k",
  bytes: 176,
  groupLength: 32,
  scaleTop: 63,
  search: { top: 31, first: -0.5, last: 15, isAbsolute: false },
  scalesAt: 0,
  weightOf: magnitudeAndMean,
  ...sixBits,
  codeAt: (bytes, at, index) => {
    const { byte, shift } = nibblePlace(index);
    const high = (byteAt(bytes, at + 16 + (index & 31)) >> (index >> 5)) & 1;
    return ((byteAt(bytes, at + 48 + byte) >> shift) & 15) | (high << 4);
  },
  putCode: (bytes, at, index, code) => {
    const { byte, shift } = nibblePlace(index);
    putBits(bytes, at + 48 + byte, (code & 15) << shift);
    putBits(bytes, at + 16 + (index & 31), (code >> 4) << (index >> 5));
  },
});

export const affineBlocks: readonly BlockType[] = [twoBits, fourBits, fiveBits];
