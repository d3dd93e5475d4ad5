import { dimsOfConstant, numbersOfConstant } from "../graph/constant.js";
import { isKnown, maxDims, sameDim, type Dim } from "../graph/dim.js";
import { shapeText, type Shape } from "../graph/value-type.js";
import type { InferContext, NodeContext } from "./rule.js";

/**
 * Multidirectional broadcasting (ONNX, "Broadcasting in ONNX"). Extents that no one can compare yet, such as `a`
 * and `b`, give `max(a, b)`: a valid model has them equal or one of them 1.
 */
export function broadcast(
  ctx: InferContext,
  shapes: readonly (Shape | undefined)[],
): Shape | undefined {
  let result: Shape | undefined;
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    if (result === undefined) {
      result = shape;
      continue;
    }
    const joined = broadcastTwo(result, shape);
    if (joined === undefined) {
      const texts = shapes.map((each) => shapeText(each));
      const last = texts.pop() ?? "";
      ctx.error(`shapes ${texts.join(", ")} and ${last} cannot be broadcast.`);
      return undefined;
    }
    result = joined;
  }
  return result;
}

/** The broadcast of two shapes, or undefined where they contradict. */
export function broadcastTwo(left: Shape, right: Shape): Shape | undefined {
  if (left.length === right.length && left.every((dim, axis) => sameDim(dim, right[axis] ?? 1)))
    return left;
  const rank = Math.max(left.length, right.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    const dim = broadcastDims(a, b);
    if (dim === undefined) return undefined;
    result.push(dim);
  }
  return result;
}

function broadcastDims(a: Dim, b: Dim): Dim | undefined {
  if (a === 1) return b;
  if (b === 1 || sameDim(a, b)) return a;
  if (isKnown(a)) return isKnown(b) ? undefined : a;
  return isKnown(b) ? b : maxDims(a, b);
}

/** An axis counted from the front; reports one that lies outside `rank`. */
export function normalizeAxis(ctx: InferContext, axis: number, rank: number): number | undefined {
  if (-rank <= axis && axis < rank) return axis < 0 ? axis + rank : axis;
  ctx.error(`axis ${axis} lies outside a tensor of rank ${rank}.`);
  return undefined;
}

/** Axes counted from the front; reports what lies outside `rank` or is named twice. */
export function normalizeAxes(
  ctx: InferContext,
  axes: readonly number[],
  rank: number,
): readonly number[] | undefined {
  const result: number[] = [];
  for (const axis of axes) {
    const normal = normalizeAxis(ctx, axis, rank);
    if (normal === undefined) return undefined;
    if (result.includes(normal)) {
      ctx.error(`axis ${axis} is named twice.`);
      return undefined;
    }
    result.push(normal);
  }
  return result;
}

/** Numbers that are an attribute in older versions of an operator and an input in newer ones. */
export type Listed =
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly count: number | undefined }
  | { readonly kind: "known"; readonly values: readonly number[] };

export function listedNumbers(ctx: NodeContext, attribute: string, input: number): Listed {
  const values = ctx.ints(attribute);
  if (values !== undefined) return { kind: "known", values };
  if (!ctx.hasInput(input)) return { kind: "absent" };
  const constant = numbersOfConstant(ctx.constant(input));
  if (constant !== undefined) return { kind: "known", values: constant };
  return { kind: "unknown", count: vectorLength(ctx, input) };
}

/** Extents that are an attribute or an input; elements may be symbolic. Undefined when not known. */
export function listedDims(
  ctx: NodeContext,
  attribute: string,
  input: number,
): readonly Dim[] | undefined {
  return ctx.ints(attribute) ?? dimsOfConstant(ctx.constant(input));
}

/** Number of elements of a vector (or scalar) input where its shape is known. */
export function vectorLength(ctx: NodeContext, input: number): number | undefined {
  const shape = ctx.shape(input);
  if (shape?.length === 0) return 1;
  const length = shape?.length === 1 ? shape[0] : undefined;
  return length !== undefined && isKnown(length) ? length : undefined;
}

/** `rank` extents of which nothing is known. A rank beyond any real tensor gives none. */
export function freshShape(ctx: InferContext, rank: number | undefined): Shape | undefined {
  if (rank === undefined || rank < 0 || rankLimit < rank) return undefined;
  return Array.from({ length: rank }, () => ctx.freshDim());
}

/** Ranks are bounded so that a hostile length cannot exhaust memory. */
export const rankLimit = 1024;

/** Two extents that must be equal: the one that says more, or undefined where they contradict. */
export function unifyDims(left: Dim, right: Dim): Dim | undefined {
  if (sameDim(left, right)) return left;
  if (isKnown(left)) return isKnown(right) ? undefined : left;
  return isKnown(right) || left.text.includes("?") ? right : left;
}

export function withAxis(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((old, index) => (index === axis ? dim : old));
}

export function productOfKnown(shape: readonly number[]): number {
  let result = 1;
  for (const extent of shape) result *= extent;
  return result;
}
