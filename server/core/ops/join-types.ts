import { isKnown, sameDim, type Dim } from "../graph/dim.js";
import type { Shape, ValueType } from "../graph/value-type.js";

/** Makes a symbol for an extent; `most` is the largest that it can be, where that is known. */
export type FreshDim = (most?: Dim) => Dim;

/**
 * The narrowest type that both are: extents that differ become new symbols, ranks that differ an unknown one. What a
 * value is when one of two branches, or one of many iterations, made it.
 */
export function joinTypes(
  left: ValueType | undefined,
  right: ValueType | undefined,
  freshDim: FreshDim,
): ValueType | undefined {
  if (left === undefined || right === undefined) return undefined;
  switch (left.kind) {
    case "tensor":
    case "sparse":
      if (right.kind !== left.kind) return undefined;
      return {
        kind: left.kind,
        elementType: left.elementType === right.elementType ? left.elementType : undefined,
        shape: joinShapes(left.shape, right.shape, freshDim),
      };
    case "sequence":
    case "optional":
      if (right.kind !== left.kind) return undefined;
      return { kind: left.kind, element: joinTypes(left.element, right.element, freshDim) };
    case "map":
      if (right.kind !== "map") return undefined;
      return {
        kind: "map",
        key: left.key === right.key ? left.key : undefined,
        value: joinTypes(left.value, right.value, freshDim),
      };
  }
}

/** The type of a sequence's elements after one more: an empty sequence says nothing of its elements' shape. */
export function joinElements(
  known: ValueType | undefined,
  added: ValueType | undefined,
  freshDim: FreshDim,
): ValueType | undefined {
  if (known === undefined) return added;
  return joinTypes(known, added, freshDim) ?? known;
}

/** True when both say the same in every extent. */
export function sameType(left: ValueType | undefined, right: ValueType | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  switch (left.kind) {
    case "tensor":
    case "sparse":
      return (
        right.kind === left.kind &&
        left.elementType === right.elementType &&
        sameShape(left.shape, right.shape)
      );
    case "sequence":
    case "optional":
      return right.kind === left.kind && sameType(left.element, right.element);
    case "map":
      return right.kind === "map" && left.key === right.key && sameType(left.value, right.value);
  }
}

function sameShape(left: Shape | undefined, right: Shape | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.length === right.length && left.every((dim, axis) => sameDim(dim, right[axis] ?? NaN))
  );
}

function joinShapes(
  left: Shape | undefined,
  right: Shape | undefined,
  freshDim: FreshDim,
): Shape | undefined {
  if (left === undefined || right?.length !== left.length) return undefined;
  return left.map((dim, axis) => {
    const other = right[axis] ?? NaN;
    if (sameDim(dim, other)) return dim;
    return freshDim(isKnown(dim) && isKnown(other) ? Math.max(dim, other) : undefined);
  });
}
