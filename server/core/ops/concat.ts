import { constantLimit, dimsOfConstant } from "../graph/constant.js";
import {
  addDims,
  ceilDivideDims,
  divideDims,
  isKnown,
  multiplyDims,
  subtractDims,
  type Dim,
} from "../graph/dim.js";
import { shapeText, type Shape } from "../graph/value-type.js";
import { coordinatesOf, type Element, foldCopy, positionOf } from "./fold.js";
import { movementWork, output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { listedNumbers, normalizeAxis, unifyDims, vectorLength, withAxis } from "./shapes.js";

export const rule = ruleOfTable({
  Concat: { infer: inferConcat, work: movementWork },
  Split: { infer: inferSplit, work: splitWork },
});

/** The axis defaults to 1 before version 4 and must be given after. */
function inferConcat(ctx: InferContext): readonly (Inferred | undefined)[] {
  const indices = Array.from({ length: ctx.inputCount }, (_, index) => index);
  const elementType = indices.map((index) => ctx.elementType(index)).find((type) => type);
  const shapes = indices.map((index) => ctx.shape(index));
  const first = shapes.find((shape) => shape !== undefined);
  if (first === undefined) return [output(elementType, undefined)];
  const axis = normalizeAxis(ctx, ctx.int("axis", 1), first.length);
  if (axis === undefined) return [output(elementType, undefined)];
  const shape = joinShapes(ctx, shapes, first, axis);
  const constant = first.length === 1 ? joinVectors(ctx, indices) : undefined;
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

function joinShapes(
  ctx: InferContext,
  shapes: readonly (Shape | undefined)[],
  first: Shape,
  axis: number,
): Shape | undefined {
  let sum: Dim = 0;
  let result = [...first];
  for (const shape of shapes) {
    if (shape === undefined) {
      sum = addDims(sum, ctx.freshDim());
      continue;
    }
    const joined = shape.map((dim, index) =>
      index === axis ? dim : unifyDims(result[index] ?? 1, dim),
    );
    if (shape.length !== first.length || joined.includes(undefined)) {
      ctx.error(
        `inputs of shapes ${shapeText(first)} and ${shapeText(shape)} cannot be joined along axis ${axis}; their other extents should be equal.`,
      );
      return undefined;
    }
    result = joined.map((dim) => dim ?? 1);
    sum = addDims(sum, shape[axis] ?? 0);
  }
  return withAxis(result, axis, sum);
}

/**
 * Vectors of which some are known make a vector of known length, with a new symbol for each element that is not: the
 * shape `[batch, ?1, 64]` says more than nothing.
 */
function joinVectors(ctx: InferContext, indices: readonly number[]): Constant | undefined {
  const elementType = indices.map((index) => ctx.elementType(index)).find((type) => type);
  const isShapeLike = elementType === "int64" || elementType === "int32";
  if (elementType === undefined || !indices.some((index) => ctx.constant(index) !== undefined))
    return undefined;
  const data: Element[] = [];
  for (const index of indices) {
    const constant = ctx.constant(index);
    const length = vectorLength(ctx, index);
    if (constant !== undefined) data.push(...constant.data);
    else if (!isShapeLike || length === undefined || constantLimit < length) return undefined;
    else for (let count = 0; count < length; count++) data.push(ctx.freshDim());
    if (constantLimit < data.length) return undefined;
  }
  return { elementType, shape: [data.length], data };
}

/** Sizes are an attribute before version 13 and an input after; version 18 adds `num_outputs`. */
function inferSplit(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const count = ctx.outputCount;
  const repeated = (): readonly Inferred[] =>
    Array.from({ length: count }, () => output(elementType, undefined));
  if (shape === undefined) return repeated();
  const axis = normalizeAxis(ctx, ctx.int("axis", 0), shape.length);
  if (axis === undefined) return repeated();
  const sizes = splitSizes(ctx, shape[axis] ?? 0, count);
  const source = ctx.constant(0);
  let start = 0;
  return sizes.map((size) => {
    const constant =
      source !== undefined && isKnown(size) ? part(source, axis, start, size) : undefined;
    start += isKnown(size) ? size : NaN;
    return { ...output(elementType, withAxis(shape, axis, size)), ...(constant && { constant }) };
  });
}

function splitSizes(ctx: InferContext, total: Dim, count: number): readonly Dim[] {
  const listed = listedNumbers(ctx, "split", 1);
  if (listed.kind === "unknown") {
    const dims = dimsOfConstant(ctx.constant(1));
    return dims?.length === count ? dims : Array.from({ length: count }, () => ctx.freshDim());
  }
  if (listed.kind === "known") {
    const sum = listed.values.reduce((partial, size) => partial + size, 0);
    if (listed.values.length !== count)
      ctx.error(`it has ${count} outputs but ${listed.values.length} sizes.`);
    else if (isKnown(total) && sum !== total)
      ctx.error(`sizes [${listed.values.join(",")}] add up to ${sum}; the axis has ${total}.`);
    return listed.values.slice(0, count);
  }
  const parts = ctx.int("num_outputs", count);
  if (parts < 1) return [];
  const isEven = isKnown(total) ? total % parts === 0 : false;
  if (isKnown(total) && !isEven && !ctx.attribute("num_outputs"))
    ctx.error(`an axis of ${total} cannot be split into ${parts} equal parts.`);
  // The last part is smaller where the axis does not divide (ONNX Split-18).
  const size = isEven && isKnown(total) ? total / parts : (ceilOrExact(total, parts) ?? total);
  const last = subtractDims(total, multiplyDims(size, parts - 1));
  return Array.from({ length: count }, (_, index) => (index === parts - 1 ? last : size));
}

function ceilOrExact(total: Dim, parts: number): Dim | undefined {
  const exact = divideDims(total, parts);
  return exact !== undefined && !isKnown(exact) && !exact.text.includes("floor")
    ? exact
    : ceilDivideDims(total, parts);
}

function part(source: Constant, axis: number, start: number, size: number): Constant | undefined {
  const shape = source.shape.map((extent, index) => (index === axis ? size : extent));
  return foldCopy(source, shape, (position) => {
    const coordinates = coordinatesOf(position, shape);
    coordinates[axis] = (coordinates[axis] ?? 0) + start;
    return positionOf(coordinates, source.shape);
  });
}

function splitWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}
