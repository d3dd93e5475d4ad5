import type { ByteSource } from "../../base/byte-source.js";
import type { ElementSource } from "../measure/chunks.js";
import { findBlockType } from "./block-types.js";

/** Blocks that are read at once. */
const pieceBlocks = 1024;

/** Real numbers of a tensor that lies in blocks at `offset` of a file; undefined for types that are not read. */
export function blockElements(
  source: ByteSource,
  offset: number,
  id: string,
): ElementSource | undefined {
  const type = findBlockType(id);
  if (type === undefined) return undefined;
  const { elements, bytes, decode } = type;
  const values = new Float32Array(pieceBlocks * elements);
  return {
    load(first, count, into) {
      const end = first + count;
      for (let at = first; at < end;) {
        const block = Math.floor(at / elements);
        const blocks = Math.min(pieceBlocks, Math.ceil(end / elements) - block);
        const piece = source.read(offset + block * bytes, blocks * bytes);
        // Bytes that the file does not have are numbers that are not there.
        if (piece.length < blocks * bytes) values.fill(NaN, 0, blocks * elements);
        const whole = Math.floor(piece.length / bytes);
        for (let index = 0; index < whole; index++)
          decode(piece, index * bytes, values, index * elements);
        const start = at - block * elements;
        const length = Math.min(end - at, blocks * elements - start);
        into.set(values.subarray(start, start + length), at - first);
        at += length;
      }
    },
  };
}
