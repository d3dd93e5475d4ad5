import { numbersOfConstant } from "../graph/constant.js";
import { isKnown } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import { byteCount, elementCount, shapeText, type Shape } from "../graph/value-type.js";
import { coordinatesOf, foldCopy, positionOf } from "./fold.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, normalizeAxis, withAxis } from "./shapes.js";

/** Operators that pick elements by index. They read the indices and the elements picked, not the whole table. */
export const rule = ruleOfTable({
  Gather: { infer: inferGather, work: gatherWork },
  GatherElements: { infer: inferGatherElements, work: gatherWork },
  GatherND: { infer: inferGatherND, work: gatherWork },
  Compress: { infer: inferCompress, work: gatherWork },
  "ai.onnx.ml:ArrayFeatureExtractor": { infer: inferArrayFeatureExtractor, work: gatherWork },
});

function inferGather(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const indices = ctx.shape(1);
  const elementType = ctx.elementType(0);
  if (data === undefined) return [output(elementType, undefined)];
  if (data.length === 0) {
    ctx.error("its data is a scalar; there is nothing to gather from.");
    return [output(elementType, undefined)];
  }
  const axis = normalizeAxis(ctx, ctx.int("axis", 0), data.length);
  if (axis === undefined || indices === undefined) return [output(elementType, undefined)];
  const shape: Shape = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  const constant = gathered(ctx.constant(0), ctx.constant(1), axis);
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

function gathered(
  source: Constant | undefined,
  indices: Constant | undefined,
  axis: number,
): Constant | undefined {
  const picked = numbersOfConstant(indices);
  if (source === undefined || indices === undefined || picked === undefined) return undefined;
  const extent = source.shape[axis] ?? 0;
  const shape = [...source.shape.slice(0, axis), ...indices.shape, ...source.shape.slice(axis + 1)];
  return foldCopy(source, shape, (position) => {
    const at = coordinatesOf(position, shape);
    const indexAt = at.slice(axis, axis + indices.shape.length);
    const index = picked[positionOf(indexAt, indices.shape)] ?? NaN;
    const counted = index < 0 ? index + extent : index;
    if (!(0 <= counted && counted < extent)) return undefined;
    const rest = at.slice(axis + indices.shape.length);
    return positionOf([...at.slice(0, axis), counted, ...rest], source.shape);
  });
}

function inferGatherElements(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const indices = ctx.shape(1);
  if (data !== undefined && indices !== undefined && data.length !== indices.length)
    ctx.error(
      `data ${shapeText(data)} and indices ${shapeText(indices)} should have the same rank.`,
    );
  return [output(ctx.elementType(0), indices ?? freshShape(ctx, data?.length))];
}

/** batch axes, the rest of the indices' axes, and what one index leaves of the data (ONNX GatherND). */
function inferGatherND(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const indices = ctx.shape(1);
  const elementType = ctx.elementType(0);
  const width = indices?.at(-1);
  if (data === undefined || indices === undefined || width === undefined || !isKnown(width))
    return [output(elementType, undefined)];
  const batchDims = ctx.int("batch_dims", 0);
  if (batchDims < 0 || data.length < width + batchDims) {
    ctx.error(
      `indices of ${width} numbers do not fit data ${shapeText(data)} with ${batchDims} batch axes.`,
    );
    return [output(elementType, undefined)];
  }
  const shape = [...indices.slice(0, -1), ...data.slice(batchDims + width)];
  return [output(elementType, shape)];
}

/** As many elements as the condition has trues; without an axis the input counts as flat. */
function inferCompress(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const condition = numbersOfConstant(ctx.constant(1));
  const kept = condition?.filter((each) => each !== 0).length;
  const axisGiven = ctx.int("axis");
  if (axisGiven === undefined)
    return [output(elementType, [kept ?? ctx.freshDim(elementCount(shape))])];
  if (shape === undefined) return [output(elementType, undefined)];
  const axis = normalizeAxis(ctx, axisGiven, shape.length);
  if (axis === undefined) return [output(elementType, freshShape(ctx, shape.length))];
  return [output(elementType, withAxis(shape, axis, kept ?? ctx.freshDim(shape[axis])))];
}

/** Picks columns of the last axis; a vector counts as one row (ONNX-ML ArrayFeatureExtractor). */
function inferArrayFeatureExtractor(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (data === undefined) return [output(elementType, undefined)];
  const indices = ctx.shape(1);
  const count = indices?.at(-1) ?? (indices?.length === 0 ? 1 : ctx.freshDim());
  const rows = data.length === 1 ? [1] : data.slice(0, -1);
  return [output(elementType, [...rows, count])];
}

function gatherWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const elementType = ctx.elementType(0);
  const indexBytes = byteCount(ctx.inputType(1));
  if (elements === undefined || elementType === undefined || indexBytes === undefined)
    return undefined;
  const readBytes = bytesOfElements(elementType, elements) + indexBytes;
  return { macs: 0, otherFlops: 0, readBytes, kernel: { kind: "gather", elements } };
}
