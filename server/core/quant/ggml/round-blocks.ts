import { roundToGrid } from "../formats/round.js";
import { float16 } from "../formats/scales.js";
import { typeOfRow } from "./block-types.js";

const half = { ...float16, isSigned: true };

/** What a matrix is once it has been stored in blocks and read again. */
export function roundBlocks(id: string, x: Float32Array, columns: number): Float32Array {
  const type = typeOfRow(id, columns);
  if (type?.encode === undefined) return x.map((value) => roundToGrid(half, value));
  const out = new Float32Array(x.length);
  const bytes = new Uint8Array(type.bytes);
  for (let first = 0; first < x.length; first += type.elements) {
    bytes.fill(0);
    type.encode(x.subarray(first, first + type.elements), bytes, 0);
    type.decode(bytes, 0, out, first);
  }
  return out;
}
