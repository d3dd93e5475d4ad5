import type { ByteSource } from "../../base/byte-source.js";
import { float16Of } from "../../base/float16.js";
import { elementTypes, type ElementType } from "../../graph/element-type.js";
import type { ElementSource } from "./chunks.js";

/** Elements of one tensor at `offset` of a file, little-endian, read in pieces; undefined for types without a number. */
export function elementsOf(
  source: ByteSource,
  offset: number,
  elementType: ElementType,
): ElementSource | undefined {
  const convert = converters[elementType];
  if (convert === undefined) return undefined;
  const bytes = elementTypes[elementType].bits / 8;
  return {
    load(first, count, into) {
      for (let done = 0; done < count; done += pieceLength) {
        const length = Math.min(pieceLength, count - done);
        const piece = source.read(offset + (first + done) * bytes, length * bytes);
        // Bytes that the file does not have are numbers that are not there.
        if (piece.length < length * bytes) into.fill(NaN, done, done + length);
        convert(aligned(piece, bytes), Math.floor(piece.length / bytes), into, done);
      }
    },
  };
}

const pieceLength = 1 << 18;

type Convert = (bytes: Uint8Array, count: number, into: Float32Array, at: number) => void;

/** Typed arrays begin at multiples of their element's size. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

const converters: Partial<Readonly<Record<ElementType, Convert>>> = {
  float32: (bytes, count, into, at) =>
    into.set(new Float32Array(bytes.buffer, bytes.byteOffset, count), at),
  float64: (bytes, count, into, at) =>
    into.set(new Float64Array(bytes.buffer, bytes.byteOffset, count), at),
  float16: (bytes, count, into, at) => {
    const table = float16Table();
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
    for (let index = 0; index < count; index++) into[at + index] = table[halves[index] ?? 0] ?? 0;
  },
  bfloat16: (bytes, count, into, at) => {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
    const words = new Uint32Array(into.buffer, into.byteOffset, into.length);
    for (let index = 0; index < count; index++) words[at + index] = (halves[index] ?? 0) << 16;
  },
  int8: (bytes, count, into, at) =>
    into.set(new Int8Array(bytes.buffer, bytes.byteOffset, count), at),
  uint8: (bytes, count, into, at) => into.set(bytes.subarray(0, count), at),
  int16: (bytes, count, into, at) =>
    into.set(new Int16Array(bytes.buffer, bytes.byteOffset, count), at),
  int32: (bytes, count, into, at) =>
    into.set(new Int32Array(bytes.buffer, bytes.byteOffset, count), at),
};

let halves: Float32Array | undefined;

/** Value of every float16. */
function float16Table(): Float32Array {
  if (halves !== undefined) return halves;
  halves = Float32Array.from({ length: 65536 }, (_, code) => float16Of(code));
  return halves;
}
