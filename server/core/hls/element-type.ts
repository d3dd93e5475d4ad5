/** What one element of a variable is, as far as hardware cares. */
export interface ElementType {
  readonly kind: "int" | "fixed" | "float";
  readonly bits: number;
  readonly isSigned: boolean;
  /** Whether widths grow with the result (`ap_int`, `ap_fixed`), where C promotes to `int`. */
  readonly isArbitrary: boolean;
  /** Of `hls::vector` and `complex`: how many of them lie side by side and are worked on at once. */
  readonly lanes?: number;
}

export const intType: ElementType = { kind: "int", bits: 32, isSigned: true, isArbitrary: false };
export const boolType: ElementType = { kind: "int", bits: 1, isSigned: false, isArbitrary: true };
export const floatType: ElementType = {
  kind: "float",
  bits: 32,
  isSigned: true,
  isArbitrary: false,
};
export const doubleType: ElementType = { ...floatType, bits: 64 };

const named = new Map<string, ElementType>(
  Object.entries({
    bool: boolType,
    char: { ...intType, bits: 8 },
    short: { ...intType, bits: 16 },
    int: intType,
    long: { ...intType, bits: 64 },
    int8_t: { ...intType, bits: 8 },
    int16_t: { ...intType, bits: 16 },
    int32_t: intType,
    int64_t: { ...intType, bits: 64 },
    uint8_t: { ...intType, bits: 8, isSigned: false },
    uint16_t: { ...intType, bits: 16, isSigned: false },
    uint32_t: { ...intType, isSigned: false },
    uint64_t: { ...intType, bits: 64, isSigned: false },
    size_t: { ...intType, bits: 64, isSigned: false },
    float: floatType,
    double: doubleType,
    half: { ...floatType, bits: 16 },
    float32_t: floatType,
    uint: { ...intType, isSigned: false },
    uchar: { ...intType, bits: 8, isSigned: false },
    ushort: { ...intType, bits: 16, isSigned: false },
  }),
);

/** `unsigned char`, `uint8_t`, `long long`; undefined for names that are not built in. */
export function builtInType(text: string): ElementType | undefined {
  const words = text.split(/\s+/).filter((word) => word !== "" && word !== "const");
  const isSigned = !words.includes("unsigned");
  const base = words.filter((word) => word !== "unsigned" && word !== "signed");
  if (base.includes("double")) return doubleType;
  const found = named.get(base[0]?.replace(/^std::/, "") ?? "int");
  if (found === undefined) return undefined;
  return isSigned ? found : { ...found, isSigned };
}

/** `ap_int<W>`, `ap_ufixed<W,I,…>`, Catapult's `ac_int<W,S>` and Intel's, from the name and its arguments' values. */
export function arbitraryType(name: string, width: number | undefined): ElementType | undefined {
  const found = /^(?:ap|ac)_(u?)(int|fixed)$/.exec(name);
  if (found === null || width === undefined || !(0 < width && width <= 4096)) return undefined;
  return {
    kind: found[2] === "fixed" ? "fixed" : "int",
    bits: width,
    isSigned: found[1] === "",
    isArbitrary: true,
  };
}

/** What a whole constant needs: the tool multiplies by as many bits as it has. */
export function constantType(value: number): ElementType {
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31) return intType;
  const bits = Math.max(1, Math.ceil(Math.log2(Math.abs(value) + 1)));
  return { ...intType, bits: value < 0 ? bits + 1 : bits, isSigned: value < 0 };
}

/** The type in which two operands meet. */
export function joinTypes(left: ElementType, right: ElementType): ElementType {
  const lanes = Math.max(left.lanes ?? 1, right.lanes ?? 1);
  const joined = joinLane(left, right);
  return (joined.lanes ?? 1) === lanes ? joined : { ...joined, lanes };
}

function joinLane(left: ElementType, right: ElementType): ElementType {
  if (left.kind === "float" || right.kind === "float") {
    if (left.kind !== "float") return right;
    if (right.kind !== "float") return left;
    return left.bits >= right.bits ? left : right;
  }
  const isArbitrary = left.isArbitrary || right.isArbitrary;
  const widest = Math.max(left.bits, right.bits);
  return {
    kind: left.kind === "fixed" || right.kind === "fixed" ? "fixed" : "int",
    bits: isArbitrary ? widest : Math.max(32, widest),
    isSigned: left.isSigned || right.isSigned,
    isArbitrary,
  };
}
