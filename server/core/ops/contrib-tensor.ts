import { dimsOfConstant, numberOfConstant } from "../graph/constant.js";
import { addDims, type Dim, isKnown, subtractDims } from "../graph/dim.js";
import { byteCount, elementCount, type Shape } from "../graph/value-type.js";
import {
  inferLikeFirst,
  movementWork,
  output,
  ruleOfTable,
  shapeOfRank,
} from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, normalizeAxis, withAxis } from "./shapes.js";
import { floorDivide } from "./spatial.js";
import { viewWork } from "./view.js";

/** Operators on tensors that ONNX Runtime has in its own domain (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:Trilu": { infer: inferLikeFirst, work: movementWork },
  "com.microsoft:Pad": { infer: inferPad, work: movementWork },
  "com.microsoft:Range": { infer: inferRange, work: rangeWork },
  "com.microsoft:ExpandDims": { infer: inferExpandDims, work: viewWork },
  "com.microsoft:GatherND": { infer: inferGatherNd, work: gatherWork },
  "com.microsoft:Unique": { infer: inferUnique, work: uniqueWork },
  "com.microsoft:UnfoldTensor": { infer: inferUnfold, work: unfoldWork },
  "com.microsoft:CDist": { infer: inferDistances, work: distancesWork },
  "com.microsoft:DynamicTimeWarping": { infer: inferWarping, work: warpingWork },
});

function inferPad(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const pads = dimsOfConstant(ctx.constant(1));
  if (pads === undefined) return [output(elementType, freshShape(ctx, shape.length))];
  if (pads.length !== 2 * shape.length) {
    ctx.error(`it has ${pads.length} pads for ${shape.length} axes; each axis takes two.`);
    return [output(elementType, freshShape(ctx, shape.length))];
  }
  const padded = shape.map((extent, axis) =>
    addDims(extent, addDims(pads[axis] ?? 0, pads[axis + shape.length] ?? 0)),
  );
  return [output(elementType, padded)];
}

/** From `start` up to `limit`, exclusive, in steps of `delta` (1 unless given). */
function inferRange(ctx: InferContext): readonly Inferred[] {
  const start = numberOfConstant(ctx.constant(0));
  const limit = numberOfConstant(ctx.constant(1));
  const delta = ctx.hasInput(2) ? numberOfConstant(ctx.constant(2)) : 1;
  const isTold = start !== undefined && limit !== undefined && delta !== undefined && delta !== 0;
  const count = isTold ? Math.max(0, Math.ceil((limit - start) / delta)) : undefined;
  return [output(ctx.elementType(0), [count ?? ctx.freshDim()])];
}

function rangeWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: elements, kernel: { kind: "movement", elements } };
}

function inferExpandDims(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const given = numberOfConstant(ctx.constant(1));
  if (given === undefined) return [output(elementType, freshShape(ctx, shape.length + 1))];
  const axis = normalizeAxis(ctx, given, shape.length + 1);
  if (axis === undefined) return [output(elementType, undefined)];
  return [output(elementType, [...shape.slice(0, axis), 1, ...shape.slice(axis)])];
}

/** The last axis of the indices names a position along the first axes of the data. */
function inferGatherNd(ctx: InferContext): readonly Inferred[] {
  const data = ctx.shape(0);
  const indices = ctx.shape(1);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || depth === undefined || !isKnown(depth))
    return [output(ctx.elementType(0), undefined)];
  if (depth > data.length) {
    ctx.error(`an index has ${depth} coordinates; the data has rank ${data.length}.`);
    return [output(ctx.elementType(0), undefined)];
  }
  return [output(ctx.elementType(0), [...indices.slice(0, -1), ...data.slice(depth)])];
}

function gatherWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const outputBytes = byteCount(ctx.outputType(0));
  const indexBytes = byteCount(ctx.inputType(1));
  if (elements === undefined || outputBytes === undefined || indexBytes === undefined)
    return undefined;
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: outputBytes + indexBytes,
    kernel: { kind: "gather", elements },
  };
}

/** The distinct elements, the place of each input among them, and how often each occurs. */
function inferUnique(ctx: InferContext): readonly Inferred[] {
  const count = ctx.freshDim(elementCount(ctx.shape(0)));
  return [
    output(ctx.elementType(0), [count]),
    output("int64", ctx.shape(0)),
    output("int64", [count]),
  ];
}

/** A hash and a comparison for each element; at the most all of them are distinct. */
function uniqueWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const inputBytes = byteCount(ctx.inputType(0));
  if (elements === undefined || inputBytes === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: 2 * elements,
    writeBytes: inputBytes + 2 * 8 * elements,
    kernel: { kind: "sort", rows: 1, columns: elements },
  };
}

function inferUnfold(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const size = ctx.int("size", 1);
  const step = ctx.int("step", 1);
  const axis = normalizeAxis(ctx, ctx.int("dim", -1), shape.length);
  if (step < 1 || size < 1) ctx.error("`size` and `step` should be at least 1.");
  if (axis === undefined || step < 1 || size < 1) return [output(elementType, undefined)];
  const slices: Dim = addDims(floorDivide(subtractDims(shape[axis] ?? 1, size), step), 1);
  return [output(elementType, [...withAxis(shape, axis, slices), size])];
}

/** Overlapping slices are read as often as they occur. */
function unfoldWork(ctx: WorkContext): Work | undefined {
  const work = movementWork(ctx);
  const outputBytes = byteCount(ctx.outputType(0));
  if (work === undefined || outputBytes === undefined) return undefined;
  return { ...work, readBytes: outputBytes };
}

function inferDistances(ctx: InferContext): readonly Inferred[] {
  const left = shapeOfRank(ctx, 0, { low: 2, high: 2 }, "A");
  const right = shapeOfRank(ctx, 1, { low: 2, high: 2 }, "B");
  const [a, b] = [left?.[1], right?.[1]];
  if (a !== undefined && b !== undefined && isKnown(a) && isKnown(b) && a !== b)
    ctx.error(`rows of A have ${a} elements, rows of B ${b}.`);
  const shape: Shape | undefined =
    left === undefined || right === undefined ? undefined : [left[0] ?? 1, right[0] ?? 1];
  return [output(ctx.elementType(0), shape)];
}

/** Pairs × features: a subtraction, and a MAC for its square; a root for each pair unless distances stay squared. */
function distancesWork(ctx: WorkContext): Work | undefined {
  const left = ctx.dims(0);
  const right = ctx.dims(1);
  if (left === undefined || right === undefined) return undefined;
  const [m = 1, k = 1] = left;
  const n = right[0] ?? 1;
  const rootFlops = ctx.string("metric", "sqeuclidean") === "euclidean" ? m * n : 0;
  return {
    macs: m * n * k,
    otherFlops: m * n * k + rootFlops,
    kernel: { kind: "matmul", batch: 1, m, n, k, hasConstantRight: ctx.isWeight(1) },
  };
}

/** The length of the best path is data. */
function inferWarping(ctx: InferContext): readonly Inferred[] {
  shapeOfRank(ctx, 0, { low: 2, high: 3 }, "the input");
  return [output("int32", [2, ctx.freshDim()])];
}

/** Two comparisons and an addition for each cell; the path has at most rows + columns - 1 cells of two numbers. */
function warpingWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const rows = dims.at(-2) ?? 1;
  const columns = dims.at(-1) ?? 1;
  return {
    macs: 0,
    otherFlops: 3 * rows * columns,
    writeBytes: 2 * 4 * Math.max(0, rows + columns - 1),
    kernel: { kind: "reduction", inputElements: rows * columns, outputElements: rows + columns },
  };
}
