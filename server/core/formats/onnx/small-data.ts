import { type ElementType, elementTypes } from "../../graph/element-type.js";
import {
  bfloat16ToNumber,
  e2m1ToNumber,
  e4m3fnToNumber,
  e4m3fnuzToNumber,
  e5m2fnuzToNumber,
  e5m2ToNumber,
  e8m0ToNumber,
  halfToNumber,
} from "./small-floats.js";

/** Shape arithmetic needs small integer tensors, and few floats (scales, bounds); more would be weights. */
export function isSmall(type: ElementType, count: number): boolean {
  switch (elementTypes[type].family) {
    case "integer":
    case "bool":
      return count <= 1024;
    case "float":
    case "string":
      return count <= 64;
    case "complex":
      return false;
  }
}

/** Numbers of a tensor from its dense little-endian bytes; undefined when there are too few, or for complex numbers. */
export function numbersFromBytes(
  type: ElementType,
  count: number,
  bytes: Uint8Array,
): readonly number[] | undefined {
  const { bits } = elementTypes[type];
  if (bytes.length < Math.ceil((count * bits) / 8)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Array<number>(count);
  for (let index = 0; index < count; index += 1) {
    const number =
      bits < 8
        ? numberFromBits(type, subByteBits(bytes, index, bits))
        : numberFromView(type, view, (index * bits) / 8);
    if (number === undefined) return undefined;
    numbers[index] = number;
  }
  return numbers;
}

/**
 * Numbers of a tensor from int32_data, int64_data or uint64_data: one element each, a bit pattern for floats narrower
 * than 32 bits, and one packed byte for types narrower than a byte.
 */
export function numbersFromInts(
  type: ElementType,
  count: number,
  ints: readonly number[],
): readonly number[] | undefined {
  const { bits, family } = elementTypes[type];
  if (bits < 8)
    return numbersFromBytes(
      type,
      count,
      Uint8Array.from(ints, (int) => int & 0xff),
    );
  if (ints.length < count) return undefined;
  const taken = ints.slice(0, count);
  // An unsigned 64-bit number arrives as the signed one with the same bits.
  if (type === "uint64") return taken.map((int) => (int < 0 ? int + 2 ** 64 : int));
  if (family === "integer" || family === "bool") return taken;
  const numbers: number[] = [];
  for (const int of taken) {
    const number = numberFromBits(type, int & 0xffff);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  return numbers;
}

/** The first element lies in the lowest bits (ONNX IR specification, "Serialization of 4-bit and 2-bit types"). */
function subByteBits(bytes: Uint8Array, index: number, bits: number): number {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(index / perByte)] ?? 0;
  return (byte >> ((index % perByte) * bits)) & (2 ** bits - 1);
}

function numberFromView(type: ElementType, view: DataView, at: number): number | undefined {
  switch (type) {
    case "float64":
      return view.getFloat64(at, true);
    case "float32":
      return view.getFloat32(at, true);
    case "int64":
      return Number(view.getBigInt64(at, true));
    case "uint64":
      return Number(view.getBigUint64(at, true));
    case "int32":
      return view.getInt32(at, true);
    case "uint32":
      return view.getUint32(at, true);
    case "int16":
      return view.getInt16(at, true);
    case "uint16":
      return view.getUint16(at, true);
    case "int8":
      return view.getInt8(at);
    case "float16":
    case "bfloat16":
      return numberFromBits(type, view.getUint16(at, true));
    default:
      return numberFromBits(type, view.getUint8(at));
  }
}

function numberFromBits(type: ElementType, bits: number): number | undefined {
  switch (type) {
    case "float16":
      return halfToNumber(bits);
    case "bfloat16":
      return bfloat16ToNumber(bits);
    case "float8e4m3fn":
      return e4m3fnToNumber(bits);
    case "float8e4m3fnuz":
      return e4m3fnuzToNumber(bits);
    case "float8e5m2":
      return e5m2ToNumber(bits);
    case "float8e5m2fnuz":
      return e5m2fnuzToNumber(bits);
    case "float8e8m0":
      return e8m0ToNumber(bits);
    case "float4e2m1":
      return e2m1ToNumber(bits);
    case "int4":
      return bits & 8 ? bits - 16 : bits;
    case "int2":
      return bits & 2 ? bits - 4 : bits;
    case "uint8":
    case "uint4":
    case "uint2":
      return bits;
    case "bool":
      return bits === 0 ? 0 : 1;
    case "float64":
    case "float32":
    case "int64":
    case "int32":
    case "int16":
    case "int8":
    case "uint64":
    case "uint32":
    case "uint16":
    case "complex64":
    case "complex128":
    case "string":
      return undefined;
  }
}
