import { dimsOfConstant } from "../graph/constant.js";
import { addDims, isKnown, multiplyDims, type Dim } from "../graph/dim.js";
import { byteCount, knownShape, type Shape } from "../graph/value-type.js";
import { coordinatesOf, foldCopy, positionOf } from "./fold.js";
import { movementWork, output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcastTwo, freshShape, listedDims, normalizeAxes, vectorLength } from "./shapes.js";

/** Operators that make a tensor larger, by repeating it or by what stands around it. */
export const rule = ruleOfTable({
  Pad: { infer: inferPad, work: movementWork },
  Tile: { infer: inferTile, work: movementWork },
  Expand: { infer: inferExpand, work: movementWork },
  CenterCropPad: { infer: inferCenterCropPad, work: cropWork },
});

/** Pads are the attribute `paddings` in version 1, `pads` before 11, an input after; 18 adds axes. */
function inferPad(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const pads = ctx.ints("paddings") ?? listedDims(ctx, "pads", 1);
  if (shape === undefined) return [output(elementType, undefined)];
  const axes = padAxes(ctx, shape.length);
  if (pads === undefined || axes === undefined)
    return [output(elementType, freshShape(ctx, shape.length))];
  if (pads.length !== 2 * axes.length) {
    ctx.error(`it has ${pads.length} pads for ${axes.length} axes; each axis takes two.`);
    return [output(elementType, freshShape(ctx, shape.length))];
  }
  const result = [...shape];
  for (const [index, axis] of axes.entries()) {
    const sum = addDims(pads[index] ?? 0, pads[index + axes.length] ?? 0);
    const dim = addDims(result[axis] ?? 0, sum);
    if (isKnown(dim) && dim < 0) ctx.error(`its pads leave axis ${axis} an extent of ${dim}.`);
    result[axis] = isKnown(dim) ? Math.max(0, dim) : dim;
  }
  return [output(elementType, result)];
}

function padAxes(ctx: InferContext, rank: number): readonly number[] | undefined {
  if (!ctx.hasInput(3)) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = dimsOfConstant(ctx.constant(3));
  return axes?.every(isKnown) ? normalizeAxes(ctx, axes, rank) : undefined;
}

/** Version 1 repeats one axis: inputs `tiles` and `axis` are scalars. */
function inferTile(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, freshShape(ctx, vectorLength(ctx, 1)))];
  const repeats = dimsOfConstant(ctx.constant(1));
  if (repeats === undefined || (ctx.opset < 6 && ctx.hasInput(2)))
    return [output(elementType, freshShape(ctx, shape.length))];
  if (repeats.length !== shape.length) {
    ctx.error(`it has ${repeats.length} repeats for an input of rank ${shape.length}.`);
    return [output(elementType, freshShape(ctx, shape.length))];
  }
  const result = shape.map((dim, axis) => multiplyDims(dim, repeats[axis] ?? 1));
  const constant = repeated(ctx.constant(0), result);
  return [{ ...output(elementType, result), ...(constant && { constant }) }];
}

/** Broadcasts its input with a shape, whose 1s leave an extent as it is. */
function inferExpand(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const wanted = dimsOfConstant(ctx.constant(1));
  if (shape === undefined || wanted === undefined) {
    const length = vectorLength(ctx, 1);
    const rank = length === undefined ? undefined : Math.max(length, shape?.length ?? 0);
    return [output(elementType, shape === undefined ? undefined : freshShape(ctx, rank))];
  }
  // An exporter may write -1 for "as it is".
  const target = wanted.map((dim): Dim => (dim === -1 ? 1 : dim));
  const result = broadcastTwo(shape, target);
  if (result === undefined) {
    const text = wanted.map((dim) => (isKnown(dim) ? dim : dim.text)).join(",");
    ctx.error(`an input of shape [${knownText(shape)}] cannot be expanded to [${text}].`);
    return [output(elementType, undefined)];
  }
  const constant = repeated(ctx.constant(0), result);
  return [{ ...output(elementType, result), ...(constant && { constant }) }];
}

function knownText(shape: Shape): string {
  return shape.map((dim) => (isKnown(dim) ? dim : dim.text)).join(",");
}

/** The constant repeated until it fills `shape`; serves Tile and, with extents of 1, Expand. */
function repeated(source: Constant | undefined, shape: Shape): Constant | undefined {
  const extents = knownShape(shape);
  if (source === undefined || extents === undefined) return undefined;
  const lead = extents.length - source.shape.length;
  return foldCopy(source, extents, (position) => {
    const coordinates = coordinatesOf(position, extents).slice(lead);
    return positionOf(
      coordinates.map((coordinate, axis) => coordinate % (source.shape[axis] ?? 1)),
      source.shape,
    );
  });
}

function inferCenterCropPad(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const listed = ctx.ints("axes") ?? shape.map((_, axis) => axis);
  const axes = normalizeAxes(ctx, listed, shape.length);
  if (axes === undefined) return [output(elementType, freshShape(ctx, shape.length))];
  const wanted = dimsOfConstant(ctx.constant(1));
  const result = [...shape];
  for (const [index, axis] of axes.entries()) result[axis] = wanted?.[index] ?? ctx.freshDim();
  return [output(elementType, result)];
}

/** Reads what it keeps, which is at most what it has and at most what it writes. */
function cropWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const inputBytes = byteCount(ctx.inputType(0));
  const outputBytes = byteCount(ctx.outputType(0));
  if (elements === undefined || inputBytes === undefined || outputBytes === undefined)
    return undefined;
  const readBytes = Math.min(inputBytes, outputBytes);
  return { macs: 0, otherFlops: 0, readBytes, kernel: { kind: "movement", elements } };
}
