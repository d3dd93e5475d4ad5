import type { PyFunction } from "../../../python/syntax.js";
import type { HostValue } from "../read/host-value.js";
import { bytesOfType, isFloatType } from "../read/type-names.js";
import type { AccessOp } from "./ops.js";

/** Elements from one place of an axis to the next; a name stands for a number that is not known and not taken to be 1. */
export type Stride = number | string;

/** What an expression inside a kernel stands for: extents, type and how addresses run, never elements. */
export interface Tile {
  readonly kind: "tile";
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Of an element; of what is pointed to. */
  readonly type: string;
  readonly isPointer: boolean;
  /** Parameter that a pointer comes from, and what a tile was loaded from. */
  readonly array: string | undefined;
  /** Of a scalar, where it is known. */
  readonly value: number | undefined;
  /** `value` is the mean over turns of a loop or over programs. */
  readonly isMean: boolean;
  /** How a person calls a scalar that is not known. */
  readonly text: string | undefined;
  /** For integers and pointers, by axis; undefined: not affine. */
  readonly strides: readonly (Stride | undefined)[];
  /** Loops, program ids and scalars made of these that it changes with. */
  readonly deps: ReadonlySet<string>;
  /** Part of a program id: by `//` or `%`. */
  readonly isSplit: boolean;
  /** Of a mask, the part that is true; 1 of all others. */
  readonly share: number;
  /** The load that it is the unchanged result of. */
  readonly load: AccessOp | undefined;
  /** It is, or is made of, the result of a product: lies as tensor cores leave it. */
  readonly isFromDot: boolean;
  /** It is a product of two factors, so that an addition is fused with it. */
  readonly isProduct: boolean;
}

/** `tl.make_block_ptr`, `tl.make_tensor_descriptor`. */
export interface BlockPointer {
  readonly kind: "block";
  readonly pointer: Tile;
  readonly block: readonly number[];
  readonly strides: readonly (Stride | undefined)[];
  readonly shape: readonly (number | undefined)[];
  readonly deps: ReadonlySet<string>;
  /** Of a descriptor: the tensor memory accelerator moves it. */
  readonly isDescriptor: boolean;
}

export type Value =
  | Tile
  | BlockPointer
  | { readonly kind: "tuple"; readonly items: readonly Value[] }
  | { readonly kind: "host"; readonly value: HostValue }
  | { readonly kind: "function"; readonly function: PyFunction }
  | { readonly kind: "unknown" };

export const unknown: Value = { kind: "unknown" };
export const none: Value = { kind: "host", value: { kind: "none" } };
const noDeps: ReadonlySet<string> = new Set();

export function tile(fields: Partial<Omit<Tile, "kind">> & Pick<Tile, "type">): Tile {
  const shape = fields.shape ?? [];
  return {
    kind: "tile",
    shape,
    isPointer: false,
    array: undefined,
    value: undefined,
    isMean: false,
    text: undefined,
    strides: shape.map(() => undefined),
    deps: noDeps,
    isSplit: false,
    share: 1,
    load: undefined,
    isFromDot: false,
    isProduct: false,
    ...fields,
  };
}

export function scalar(value: number | undefined, type = "int32", text?: string): Tile {
  return tile({ type, value, text });
}

export function truth(value: boolean): Tile {
  return tile({ type: "bool", value: value ? 1 : 0 });
}

export function elementsOf({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function bytesOf(value: Tile): number {
  return elementsOf(value) * (value.isPointer ? 8 : bytesOfType(value.type));
}

export function unionOf(...sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const filled = sets.filter((set) => set.size > 0);
  const [only] = filled;
  if (filled.length <= 1) return only ?? noDeps;
  return new Set(filled.flatMap((set) => [...set]));
}

/** Extents by the rules of broadcasting; what does not fit takes the larger. */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - rank + a.length] ?? 1;
    const right = b[index - rank + b.length] ?? 1;
    return Math.max(left, right);
  });
}

/** Strides of a value as part of a larger shape: an axis that it is repeated along has 0. */
export function broadcastStrides(
  value: Tile,
  shape: readonly number[],
): readonly (Stride | undefined)[] {
  if (value.shape.length === 0) return shape.map(() => 0);
  return shape.map((extent, index) => {
    const at = index - shape.length + value.shape.length;
    if (at < 0 || ((value.shape[at] ?? 1) === 1 && extent !== 1)) return 0;
    return value.strides[at];
  });
}

const ranks: Readonly<Record<string, number>> = {
  bool: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float8: 5,
  float16: 6,
  bfloat16: 6,
  float32: 7,
  float64: 8,
};

/** Triton's promotion: the wider, floating-point before integer; two halves of different kinds make float32. */
export function promoted(a: Tile, b: Tile): string {
  if (a.type === b.type) return a.type;
  // A number without a dimension takes the type of the tile that it meets, if that is of its kind.
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const)
    if (
      one.shape.length === 0 &&
      one.value !== undefined &&
      other.shape.length > 0 &&
      (isFloatType(other.type) || !isFloatType(one.type))
    )
      return other.type === "bool" ? one.type : other.type;
  const [left, right] = [ranks[a.type] ?? 7, ranks[b.type] ?? 7];
  if (left === right) return "float32";
  return left > right ? a.type : b.type;
}
