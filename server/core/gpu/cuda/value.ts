import { intType, otherType, type CType } from "./c-type.js";

/** One number for all threads of the block, or one for each. */
export type Lanes = number | Float64Array;

/** What a variable holds while a block is gone through: indices are real numbers, data of memory is not known. */
export interface Value {
  readonly type: CType;
  /** Undefined: data. Of a pointer the offset in bytes into its array. */
  readonly lanes: Lanes | undefined;
  /** Names of sizes that nobody has given and that a stand-in was used for. */
  readonly open: readonly string[];
  readonly pointer?: ArrayInfo | undefined;
  /** When its arithmetic is done, in instructions of one warp. */
  readonly ready: number;
  /** The load that it comes from, if nobody has waited for it yet. */
  readonly load?: LoadToken | undefined;
  /** Of `dim3`, `float4` and what was declared with braces. */
  readonly members?: ReadonlyMap<string, Value> | undefined;
  /** Tile of a `wmma::fragment`. */
  readonly fragment?: Fragment | undefined;
  /** It follows from literals and template arguments alone. */
  readonly isConstant?: boolean;
}

export interface LoadToken {
  readonly site: string;
  readonly space: "global" | "shared";
  readonly epoch: number;
}

export interface Fragment {
  readonly role: "matrix_a" | "matrix_b" | "accumulator";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly type: CType;
}

export type MemorySpace = "global" | "shared" | "local" | "constant";

export interface ArrayInfo {
  readonly name: string;
  readonly space: MemorySpace;
  readonly element: CType;
  /** Declared extents, outermost first; none of a pointer. */
  readonly dims: readonly (number | undefined)[];
  readonly isRestrict: boolean;
  readonly isReadOnly: boolean;
  /** Elements of a local array by index: registers. */
  readonly elements?: Map<number, Value>;
  /** Shared: where it begins, so that its banks are right. */
  readonly base: number;
}

export const noOpen: readonly string[] = [];

export function known(lanes: Lanes, type: CType = intType, open = noOpen): Value {
  return { type, lanes, open, ready: 0 };
}

export function constant(value: number, type: CType = intType): Value {
  return { type, lanes: value, open: noOpen, ready: 0, isConstant: true };
}

export function data(type: CType = otherType, more: Partial<Value> = {}): Value {
  return { type, lanes: undefined, open: noOpen, ready: 0, ...more };
}

export function joinOpen(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0 || a === b) return b;
  if (b.length === 0) return a;
  return [...new Set([...a, ...b])];
}

export function laneAt(lanes: Lanes, index: number): number {
  return typeof lanes === "number" ? lanes : (lanes[index] ?? 0);
}

export function mapLanes(a: Lanes, apply: (x: number) => number): Lanes {
  if (typeof a === "number") return apply(a);
  const result = new Float64Array(a.length);
  for (let index = 0; index < a.length; index += 1) result[index] = apply(a[index] ?? 0);
  return result;
}

export function zipLanes(a: Lanes, b: Lanes, apply: (x: number, y: number) => number): Lanes {
  if (typeof a === "number") return mapLanes(b, (y) => apply(a, y));
  if (typeof b === "number") return mapLanes(a, (x) => apply(x, b));
  const result = new Float64Array(a.length);
  for (let index = 0; index < a.length; index += 1)
    result[index] = apply(a[index] ?? 0, b[index] ?? 0);
  return result;
}

/** C's operators on whole or other numbers. Undefined where the result means nothing. */
export function operate(
  operator: string,
  isWhole: boolean,
): ((x: number, y: number) => number) | undefined {
  switch (operator) {
    case "+":
      return (x, y) => x + y;
    case "-":
      return (x, y) => x - y;
    case "*":
      return (x, y) => x * y;
    case "/":
      return isWhole
        ? (x, y) => (y === 0 ? 0 : Math.trunc(x / y))
        : (x, y) => (y === 0 ? 0 : x / y);
    case "%":
      return (x, y) => (y === 0 ? 0 : x % y);
    case "<<":
      return (x, y) => x * 2 ** y;
    case ">>":
      return (x, y) => Math.floor(x / 2 ** y);
    case "&":
      return bitAnd;
    case "|":
      return (x, y) => x + y - bitAnd(x, y);
    case "^":
      return (x, y) => x + y - 2 * bitAnd(x, y);
    case "<":
      return (x, y) => Number(x < y);
    case "<=":
      return (x, y) => Number(x <= y);
    case ">":
      return (x, y) => Number(x > y);
    case ">=":
      return (x, y) => Number(x >= y);
    case "==":
      return (x, y) => Number(x === y);
    case "!=":
      return (x, y) => Number(x !== y);
    case "&&":
      return (x, y) => Number(x !== 0 && y !== 0);
    case "||":
      return (x, y) => Number(x !== 0 || y !== 0);
    default:
      return undefined;
  }
}

/** Beyond 32 bits JavaScript's own would cut. */
function bitAnd(x: number, y: number): number {
  if (Math.abs(x) < 2 ** 31 && Math.abs(y) < 2 ** 31) return x & y;
  const high = 2 ** 31;
  const low = (Math.abs(x) % high) & (Math.abs(y) % high);
  return low + high * (Math.floor(Math.abs(x) / high) & Math.floor(Math.abs(y) / high));
}
