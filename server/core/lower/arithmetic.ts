import { elementTypes, type ElementType } from "../graph/element-type.js";

/** Key into `Chip.peaks` for operands of a type; undefined for types that are not multiplied by a matrix engine. */
export function arithmeticOf(type: ElementType): string | undefined {
  return arithmetics.get(type) ?? (isWideFloat(type) ? type : undefined);
}

/** Floating point that is not a quantized form. */
export function isWideFloat(type: ElementType): boolean {
  const { family, bits } = elementTypes[type];
  return family === "float" && bits > 8;
}

const arithmetics: ReadonlyMap<ElementType, string> = new Map<ElementType, string>([
  ["int16", "int16"],
  ["uint16", "int16"],
  ["int8", "int8"],
  ["uint8", "int8"],
  ["int4", "int4"],
  ["uint4", "int4"],
  ["int2", "int2"],
  ["uint2", "int2"],
  ["float8e4m3fn", "float8"],
  ["float8e4m3fnuz", "float8"],
  ["float8e5m2", "float8"],
  ["float8e5m2fnuz", "float8"],
  ["float4e2m1", "float4"],
]);
