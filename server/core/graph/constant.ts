import type { Constant } from "../ops/rule.js";
import type { Dim } from "./dim.js";
import type { ElementType } from "./element-type.js";
import type { Attribute, Weight } from "./graph.js";
import type { Shape } from "./value-type.js";

/** Larger values are not followed: shape arithmetic never needs them, and a bomb would. */
export const constantLimit = 1024;

/** The contents of a weight where the reader kept them. */
export function constantOfWeight(weight: Weight): Constant | undefined {
  if (weight.data === undefined || constantLimit < weight.data.length) return undefined;
  return { elementType: weight.elementType, shape: weight.shape, data: weight.data };
}

export function constantOfAttribute(attribute: Attribute | undefined): Constant | undefined {
  switch (attribute?.kind) {
    case "tensor":
      return constantOfWeight(attribute.value);
    case "int":
      return scalarConstant("int64", attribute.value);
    case "float":
      return scalarConstant("float32", attribute.value);
    case "string":
      return { elementType: "string", shape: [], data: [attribute.value] };
    case "ints":
      return small({
        elementType: "int64",
        shape: [attribute.value.length],
        data: attribute.value,
      });
    case "floats":
      return small({
        elementType: "float32",
        shape: [attribute.value.length],
        data: attribute.value,
      });
    case "strings":
      return small({
        elementType: "string",
        shape: [attribute.value.length],
        data: attribute.value,
      });
    default:
      return undefined;
  }
}

export function scalarConstant(elementType: ElementType, value: Dim): Constant {
  return { elementType, shape: [], data: [value] };
}

/** A vector of extents, as `Shape` makes it. */
export function vectorConstant(elementType: ElementType, data: Shape): Constant {
  return { elementType, shape: [data.length], data };
}

/** The elements as extents, numbers or symbolic; undefined when any is text. */
export function dimsOfConstant(constant: Constant | undefined): readonly Dim[] | undefined {
  if (constant === undefined) return undefined;
  return constant.data.every(isDim) ? constant.data : undefined;
}

/** The elements as numbers; undefined when any is symbolic or text. */
export function numbersOfConstant(constant: Constant | undefined): readonly number[] | undefined {
  if (constant === undefined) return undefined;
  return constant.data.every(isNumber) ? constant.data : undefined;
}

/** The single element of a scalar or of a tensor with one element. */
export function scalarOfConstant(constant: Constant | undefined): Dim | string | undefined {
  return constant?.data.length === 1 ? constant.data[0] : undefined;
}

export function numberOfConstant(constant: Constant | undefined): number | undefined {
  const value = scalarOfConstant(constant);
  return typeof value === "number" ? value : undefined;
}

/** True when no element is symbolic: the value does not depend on anything the user may bind. */
export function isSettled(constant: Constant): boolean {
  for (const element of constant.data) if (typeof element === "object") return false;
  return true;
}

function small(constant: Constant): Constant | undefined {
  return constant.data.length <= constantLimit ? constant : undefined;
}

function isDim(element: Dim | string): element is Dim {
  return typeof element !== "string";
}

function isNumber(element: Dim | string): element is number {
  return typeof element === "number";
}
