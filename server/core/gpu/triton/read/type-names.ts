/** Types by the names that Triton and PyTorch give them, as Ridgepoint calls them. */
const typeNames: Readonly<Record<string, string>> = {
  float64: "float64",
  double: "float64",
  float32: "float32",
  float: "float32",
  float16: "float16",
  half: "float16",
  bfloat16: "bfloat16",
  float8e4nv: "float8",
  float8e4b15: "float8",
  float8e4b8: "float8",
  float8e5: "float8",
  float8e5b16: "float8",
  float8_e4m3fn: "float8",
  float8_e4m3fnuz: "float8",
  float8_e5m2: "float8",
  float8: "float8",
  int64: "int64",
  long: "int64",
  uint64: "int64",
  int32: "int32",
  int: "int32",
  uint32: "int32",
  int16: "int16",
  uint16: "int16",
  int8: "int8",
  uint8: "int8",
  int1: "bool",
  bool: "bool",
  // As people write them in pins.
  fp64: "float64",
  fp32: "float32",
  tf32: "float32",
  fp16: "float16",
  bf16: "bfloat16",
  fp8: "float8",
};

export function typeOfName(name: string): string | undefined {
  return Object.hasOwn(typeNames, name) ? typeNames[name] : undefined;
}

const bytes: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  float8: 1,
  int8: 1,
  bool: 1,
};

export function bytesOfType(type: string): number {
  return bytes[type] ?? 4;
}

export function isFloatType(type: string): boolean {
  return type.startsWith("float") || type.startsWith("bfloat");
}
