import { symbol, type Dim } from "../../graph/dim.js";
import type { ElementType } from "../../graph/element-type.js";
import { tensor, type TensorType } from "../../graph/value-type.js";
import type { MlirType } from "./syntax.js";

/** Extents as the text has them; undefined where it says `?`. */
export type Extents = readonly (number | undefined)[];

/** `index` is as wide as a pointer of the machines that run models; `i1` takes a byte in memory. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  f64: "float64",
  f32: "float32",
  tf32: "float32",
  f16: "float16",
  bf16: "bfloat16",
  f8E4M3FN: "float8e4m3fn",
  f8E4M3: "float8e4m3fn",
  f8E4M3FNUZ: "float8e4m3fnuz",
  f8E5M2: "float8e5m2",
  f8E5M2FNUZ: "float8e5m2fnuz",
  f8E8M0FNU: "float8e8m0",
  f4E2M1FN: "float4e2m1",
  index: "int64",
  i1: "bool",
  i64: "int64",
  i32: "int32",
  i16: "int16",
  i8: "int8",
  i4: "int4",
  i2: "int2",
  "complex<f32>": "complex64",
  "complex<f64>": "complex128",
};

/** `f32`, `si8`, `ui8`, `!quant.uniform<i8:f32, …>` (what is stored); undefined for others. */
export function elementTypeOf(text: string): ElementType | undefined {
  const signed = /^([su])(i\d+)$/.exec(text);
  if (signed !== null) {
    const [, sign, name = ""] = signed;
    const found = Object.hasOwn(elementTypes, name) ? elementTypes[name] : undefined;
    return sign === "u" && found?.startsWith("int") === true ? (`u${found}` as ElementType) : found;
  }
  const quantized = /^!quant\.uniform<([su]?i\d+)/.exec(text);
  if (quantized !== null) return elementTypeOf(quantized[1] ?? "");
  return Object.hasOwn(elementTypes, text) ? elementTypes[text] : undefined;
}

export function elementTypeOfType(type: MlirType | undefined): ElementType | undefined {
  if (type?.kind === "tensor") return elementTypeOf(type.elementType);
  if (type?.kind === "scalar") return elementTypeOf(type.name);
  if (type?.kind !== "other") return undefined;
  return { "torch.float": "float32", "torch.int": "int64", "torch.bool": "bool" }[type.text] as
    ElementType | undefined;
}

/** Extents of a tensor, none of a number; undefined where the rank is not known, or it is neither. */
export function extentsOf(type: MlirType | undefined): Extents | undefined {
  if (type?.kind === "tensor") return type.shape;
  return type !== undefined && elementTypeOfType(type) !== undefined ? [] : undefined;
}

/** What the text says of a value. `nameOf` names its open extents; those of other values are left to inference. */
export function declaredType(
  type: MlirType | undefined,
  nameOf: (axis: number) => string = () => "",
): TensorType | undefined {
  const elementType = elementTypeOfType(type);
  if (elementType === undefined) return undefined;
  return tensor(
    elementType,
    extentsOf(type)?.map((extent, axis): Dim => extent ?? symbol(nameOf(axis))),
  );
}

/** All extents as numbers; undefined where one is open. */
export function knownExtents(extents: Extents | undefined): readonly number[] | undefined {
  return extents?.every((extent) => extent !== undefined) === true ? extents : undefined;
}

export function countOfExtents(extents: Extents | undefined): number | undefined {
  return knownExtents(extents)?.reduce((product, extent) => product * extent, 1);
}
