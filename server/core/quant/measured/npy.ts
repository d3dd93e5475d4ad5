import { productOf } from "../../base/product.js";
import { utf8Text } from "../tensors/utf8-text.js";

/** An array of numbers as numpy saves it. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data:
    | Float32Array
    | Float64Array
    | Uint8Array
    | Int8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | BigInt64Array;
}

/** numpy's .npy, versions 1 to 3 (numpy.lib.format); a sentence when it cannot be read. */
export function readNpy(bytes: Uint8Array): NpyArray | string {
  const isNpy = bytes[0] === 0x93 && utf8Text(bytes.subarray(1, 6)) === "NUMPY";
  if (!isNpy || bytes.length < 12) return "is no .npy file.";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isShort = bytes[6] === 1;
  const start = isShort ? 10 : 12;
  const end = start + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) return "ends inside its header.";
  const header = utf8Text(bytes.subarray(start, end));
  const type = /'descr':\s*'([<>|=]?)([a-z]\d+)'/.exec(header);
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (type === null || shapeText === undefined)
    return "has a header that names no simple type and shape.";
  if (type[1] === ">") return "is big-endian; save it little-endian.";
  if (/'fortran_order':\s*True/.test(header)) return "is in column order; save it with order='C'.";
  const shape = shapeText
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map(Number);
  const count = productOf(shape);
  const make = types[type[2] ?? ""];
  if (make === undefined)
    return `has elements of type ${type[2]}, which are no numbers that a model takes.`;
  const { size, of } = make;
  if (!Number.isSafeInteger(count) || end + count * size > bytes.length)
    return `is shorter than its shape (${shape.join(", ")}) says.`;
  // Typed arrays begin at multiples of their element's size.
  const data = of(new Uint8Array(bytes.subarray(end, end + count * size)).buffer);
  return { shape, data };
}

const types: Readonly<
  Record<string, { readonly size: number; readonly of: (buffer: ArrayBuffer) => NpyArray["data"] }>
> = {
  f4: { size: 4, of: (buffer) => new Float32Array(buffer) },
  f8: { size: 8, of: (buffer) => new Float64Array(buffer) },
  u1: { size: 1, of: (buffer) => new Uint8Array(buffer) },
  b1: { size: 1, of: (buffer) => new Uint8Array(buffer) },
  i1: { size: 1, of: (buffer) => new Int8Array(buffer) },
  i2: { size: 2, of: (buffer) => new Int16Array(buffer) },
  u2: { size: 2, of: (buffer) => new Uint16Array(buffer) },
  i4: { size: 4, of: (buffer) => new Int32Array(buffer) },
  i8: { size: 8, of: (buffer) => new BigInt64Array(buffer) },
};
