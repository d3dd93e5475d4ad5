/** Storage formats of tensor elements, named after ONNX's TensorProto.DataType with widths spelt out. */
export const elementTypes = {
  float64: { bits: 64, family: "float" },
  float32: { bits: 32, family: "float" },
  float16: { bits: 16, family: "float" },
  bfloat16: { bits: 16, family: "float" },
  float8e4m3fn: { bits: 8, family: "float" },
  float8e4m3fnuz: { bits: 8, family: "float" },
  float8e5m2: { bits: 8, family: "float" },
  float8e5m2fnuz: { bits: 8, family: "float" },
  float8e8m0: { bits: 8, family: "float" },
  float4e2m1: { bits: 4, family: "float" },
  int64: { bits: 64, family: "integer" },
  int32: { bits: 32, family: "integer" },
  int16: { bits: 16, family: "integer" },
  int8: { bits: 8, family: "integer" },
  int4: { bits: 4, family: "integer" },
  int2: { bits: 2, family: "integer" },
  uint64: { bits: 64, family: "integer" },
  uint32: { bits: 32, family: "integer" },
  uint16: { bits: 16, family: "integer" },
  uint8: { bits: 8, family: "integer" },
  uint4: { bits: 4, family: "integer" },
  uint2: { bits: 2, family: "integer" },
  bool: { bits: 8, family: "bool" },
  complex64: { bits: 64, family: "complex" },
  complex128: { bits: 128, family: "complex" },
  /** Counted as a 16-byte handle: the characters live elsewhere. */
  string: { bits: 128, family: "string" },
} as const;

export type ElementType = keyof typeof elementTypes;

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(elementTypes, name);
}

export function isFloat(type: ElementType): boolean {
  return elementTypes[type].family === "float";
}

export function isInteger(type: ElementType): boolean {
  return elementTypes[type].family === "integer";
}

/** Bytes of `count` densely packed elements; types below a byte are packed and rounded up to whole bytes. */
export function bytesOfElements(type: ElementType, count: number): number {
  return Math.ceil((count * elementTypes[type].bits) / 8);
}

/** Short spellings that people write on the command line and in ONNX text: `fp16`, `bf16`, `float`, `double`. */
const aliases: Readonly<Record<string, ElementType>> = {
  float: "float32",
  double: "float64",
  half: "float16",
  fp64: "float64",
  fp32: "float32",
  fp16: "float16",
  bf16: "bfloat16",
  f64: "float64",
  f32: "float32",
  f16: "float16",
  i64: "int64",
  i32: "int32",
  i16: "int16",
  i8: "int8",
  u8: "uint8",
  fp8: "float8e4m3fn",
  "fp8-e4m3": "float8e4m3fn",
  "fp8-e5m2": "float8e5m2",
  fp4: "float4e2m1",
  boolean: "bool",
};

export function parseElementType(text: string): ElementType | undefined {
  const name = text.toLowerCase();
  if (isElementType(name)) return name;
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}
