import { type Dim, dimText, isKnown, productOfDims } from "./dim.js";
import { bytesOfElements, type ElementType } from "./element-type.js";

export type Shape = readonly Dim[];

/** `undefined` means not known: an element type that no rule could derive, a rank that no rule could derive. */
export interface TensorType {
  readonly kind: "tensor";
  readonly elementType: ElementType | undefined;
  readonly shape: Shape | undefined;
}

export type ValueType =
  | TensorType
  | {
      readonly kind: "sparse";
      readonly elementType: ElementType | undefined;
      readonly shape: Shape | undefined;
    }
  | { readonly kind: "sequence"; readonly element: ValueType | undefined }
  | { readonly kind: "optional"; readonly element: ValueType | undefined }
  | {
      readonly kind: "map";
      readonly key: ElementType | undefined;
      readonly value: ValueType | undefined;
    };

export function tensor(elementType: ElementType | undefined, shape: Shape | undefined): TensorType {
  return { kind: "tensor", elementType, shape };
}

/** All extents as numbers, or undefined when any is symbolic or the rank is unknown. */
export function knownShape(shape: Shape | undefined): readonly number[] | undefined {
  if (shape === undefined) return undefined;
  return shape.every(isKnown) ? shape : undefined;
}

export function elementCount(shape: Shape | undefined): number | undefined {
  if (shape === undefined) return undefined;
  const product = productOfDims(shape);
  return isKnown(product) ? product : undefined;
}

/** Bytes of a dense tensor; undefined while its type or any extent is unknown. */
export function byteCount(type: ValueType | undefined): number | undefined {
  if (type?.kind !== "tensor" || type.elementType === undefined) return undefined;
  const count = elementCount(type.shape);
  return count === undefined ? undefined : bytesOfElements(type.elementType, count);
}

/** `float32[1,3,224,224]`, `seq(float32[n])`, `float16[?]` for an unknown rank. */
export function typeText(type: ValueType | undefined): string {
  if (type === undefined) return "?";
  switch (type.kind) {
    case "tensor":
      return `${type.elementType ?? "?"}${shapeText(type.shape)}`;
    case "sparse":
      return `sparse(${type.elementType ?? "?"}${shapeText(type.shape)})`;
    case "sequence":
      return `seq(${typeText(type.element)})`;
    case "optional":
      return `optional(${typeText(type.element)})`;
    case "map":
      return `map(${type.key ?? "?"}, ${typeText(type.value)})`;
  }
}

export function shapeText(shape: Shape | undefined): string {
  return shape === undefined ? "[…]" : `[${shape.map(dimText).join(",")}]`;
}
