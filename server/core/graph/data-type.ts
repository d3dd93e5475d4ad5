import type { ElementType } from "./element-type.js";

/** Element type by its number in ONNX's TensorProto.DataType, which attributes such as `to` and `dtype` hold. */
export function dataType(number: number | undefined): ElementType | undefined {
  return number === undefined ? undefined : byNumber[number];
}

/** The number of an element type there; undefined for types that ONNX has none for. */
export function dataTypeNumber(type: ElementType): number | undefined {
  const number = byNumber.indexOf(type);
  return number < 0 ? undefined : number;
}

const byNumber: readonly (ElementType | undefined)[] = [
  undefined,
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
  "float8e4m3fn",
  "float8e4m3fnuz",
  "float8e5m2",
  "float8e5m2fnuz",
  "uint4",
  "int4",
  "float4e2m1",
  "float8e8m0",
  "uint2",
  "int2",
];
