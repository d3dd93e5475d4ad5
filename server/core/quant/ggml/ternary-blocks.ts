import { type BlockType, byteAt, halfAt, pairPlace } from "./block-type.js";

const elements = 256;

/** Two bits an element, 128 in 32 bytes; d behind them. */
const twoBits: BlockType = {
  id: "tq2_0",
  elements,
  bytes: 66,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at + 64);
    for (let index = 0; index < elements; index++) {
      const { byte, shift } = pairPlace(index);
      into[to + index] = (((byteAt(bytes, at + byte) >> shift) & 3) - 1) * d;
    }
  },
};

/** Runs of bytes that hold elements `count` bytes apart, so many to the byte. */
const runs = [
  { at: 0, count: 32, digits: 5 },
  { at: 32, count: 16, digits: 5 },
  { at: 48, count: 4, digits: 4 },
] as const;

/** Five digits of three in a byte, the byte being their fraction of 256: multiplied by 3, the next digit is what overflows. */
const fiveInAByte: BlockType = {
  id: "tq1_0",
  elements,
  bytes: 54,
  decode(bytes, at, into, to) {
    const d = halfAt(bytes, at + 52);
    let index = to;
    for (const { at: start, count, digits } of runs)
      for (let digit = 0; digit < digits; digit++)
        for (let offset = 0; offset < count; offset++) {
          const rest = (byteAt(bytes, at + start + offset) * 3 ** digit) & 255;
          into[index] = (((rest * 3) >> 8) - 1) * d;
          index += 1;
        }
  },
};

export const ternaryBlocks: readonly BlockType[] = [twoBits, fiveInAByte];
