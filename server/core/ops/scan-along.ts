import { productOf } from "../base/product.js";
import { isKnown, minDims, type Dim } from "../graph/dim.js";
import { numberOfConstant } from "../graph/constant.js";
import { output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { freshShape, normalizeAxis, withAxis } from "./shapes.js";

/** Running sums and products along an axis, and the largest elements of one. */
export const rule = ruleOfTable({
  CumSum: { infer: inferRunning, work: runningWork },
  CumProd: { infer: inferRunning, work: runningWork },
  TopK: { infer: inferTopK, work: topKWork },
});

function inferRunning(ctx: InferContext): readonly (Inferred | undefined)[] {
  const axis = numberOfConstant(ctx.constant(1));
  const shape = ctx.shape(0);
  if (axis !== undefined && shape !== undefined) normalizeAxis(ctx, axis, shape.length);
  return [outputLike(ctx, 0)];
}

function runningWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: elements,
    kernel: { kind: "reduction", inputElements: elements, outputElements: elements },
  };
}

/** `k` is an attribute before version 10 and an input after. */
function inferTopK(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined), output("int64", undefined)];
  const axis = normalizeAxis(ctx, ctx.int("axis", -1), shape.length);
  if (axis === undefined) {
    const unknown = freshShape(ctx, shape.length);
    return [output(elementType, unknown), output("int64", unknown)];
  }
  const extent = shape[axis] ?? 1;
  const k = topCount(ctx) ?? ctx.freshDim(extent);
  if (isKnown(k) && isKnown(extent) && extent < k)
    ctx.error(`k is ${k} but axis ${axis} has only ${extent} elements.`);
  // Exporters write min(k, extent) where the extent is not known.
  const kept = withAxis(shape, axis, isKnown(k) && isKnown(extent) ? minDims(k, extent) : k);
  return [output(elementType, kept), output("int64", kept)];
}

function topCount(ctx: NodeContext): Dim | undefined {
  const given = ctx.int("k");
  if (given !== undefined) return given;
  const element = ctx.constant(1)?.data[0];
  return typeof element === "string" ? undefined : element;
}

/** A heap of k elements per row: n log2 k comparisons. */
function topKWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  const kept = ctx.outputDims(0);
  if (dims === undefined || kept === undefined) return undefined;
  const given = ctx.int("axis", -1);
  const axis = given < 0 ? given + dims.length : given;
  const columns = dims[axis] ?? 1;
  const elements = productOf(dims);
  return {
    macs: 0,
    otherFlops: Math.ceil(elements * Math.log2(Math.max(2, kept[axis] ?? 2))),
    kernel: { kind: "sort", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}
