/** A type of CUDA C++ as far as instructions and bytes go. */
export interface CType {
  /** Of one element: `float` of a `float4`. */
  readonly base: "int" | "float32" | "float16" | "bfloat16" | "float64" | "float8" | "other";
  /** Bytes of the whole. */
  readonly bytes: number;
  /** Elements: 4 of a `float4`, 2 of a `half2`. */
  readonly width: number;
}

export const intType: CType = { base: "int", bytes: 4, width: 1 };
export const longType: CType = { base: "int", bytes: 8, width: 1 };
export const boolType: CType = { base: "int", bytes: 1, width: 1 };
export const floatType: CType = { base: "float32", bytes: 4, width: 1 };
export const doubleType: CType = { base: "float64", bytes: 8, width: 1 };
export const halfType: CType = { base: "float16", bytes: 2, width: 1 };
export const otherType: CType = { base: "other", bytes: 4, width: 1 };

const scalars: Readonly<Record<string, CType>> = {
  bool: boolType,
  char: { base: "int", bytes: 1, width: 1 },
  uchar: { base: "int", bytes: 1, width: 1 },
  short: { base: "int", bytes: 2, width: 1 },
  ushort: { base: "int", bytes: 2, width: 1 },
  int: intType,
  uint: intType,
  unsigned: intType,
  long: longType,
  ulong: longType,
  longlong: longType,
  ulonglong: longType,
  size_t: longType,
  ptrdiff_t: longType,
  float: floatType,
  double: doubleType,
  half: halfType,
  __half: halfType,
  half_t: halfType,
  float16: halfType,
  __nv_bfloat16: { base: "bfloat16", bytes: 2, width: 1 },
  nv_bfloat16: { base: "bfloat16", bytes: 2, width: 1 },
  bfloat16_t: { base: "bfloat16", bytes: 2, width: 1 },
  __nv_fp8_e4m3: { base: "float8", bytes: 1, width: 1 },
  __nv_fp8_e5m2: { base: "float8", bytes: 1, width: 1 },
};

const pairs: Readonly<Record<string, CType>> = {
  half2: { base: "float16", bytes: 4, width: 2 },
  __half2: { base: "float16", bytes: 4, width: 2 },
  __nv_bfloat162: { base: "bfloat16", bytes: 4, width: 2 },
  nv_bfloat162: { base: "bfloat16", bytes: 4, width: 2 },
};

/** `unsigned int`, `float4`, `uint8_t`, `const half2`, `std::size_t`; undefined for names that are no such type. */
export function namedType(text: string): CType | undefined {
  const words = text
    .replace(/\b(?:const|volatile|constexpr|static|register|struct|typename|std::|cuda::)/g, " ")
    .replace(/[&*]/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  const [first] = words;
  if (first === undefined) return undefined;
  if (words.includes("double")) return doubleType;
  if (words.some((word) => /^(?:unsigned|signed|long|short|char|int)$/.test(word))) {
    if (words.includes("char")) return scalars["char"];
    if (words.includes("short")) return scalars["short"];
    return words.includes("long") ? longType : intType;
  }
  const known = scalars[first] ?? pairs[first];
  if (known !== undefined) return known;
  const fixed = /^u?int(8|16|32|64)_t$/.exec(first);
  if (fixed !== null) return { base: "int", bytes: Number(fixed[1]) / 8, width: 1 };
  const vector = /^(u?(?:char|short|int|long|longlong)|float|double)([1-4])$/.exec(first);
  const element = vector?.[1] === undefined ? undefined : scalars[vector[1]];
  if (vector === null || element === undefined) return undefined;
  const width = Number(vector[2]);
  return { base: element.base, bytes: element.bytes * width, width };
}

export function elementOf(type: CType): CType {
  return type.width === 1 ? type : { base: type.base, bytes: type.bytes / type.width, width: 1 };
}

export function isFloating(type: CType): boolean {
  return type.base !== "int" && type.base !== "other";
}

/** The type in which two operands meet. */
export function joined(left: CType, right: CType): CType {
  if (left.base === "float64" || right.base === "float64") return doubleType;
  if (left.width !== right.width) return left.width > right.width ? left : right;
  if (isFloating(left) && isFloating(right)) return left.bytes >= right.bytes ? left : right;
  if (isFloating(left)) return left;
  if (isFloating(right)) return right;
  return left.bytes >= 8 || right.bytes >= 8 ? longType : intType;
}
