import { constantLimit, numbersOfConstant } from "../graph/constant.js";
import { isKnown, productOfDims, sameDim, type Dim } from "../graph/dim.js";
import { byteCount } from "../graph/value-type.js";
import { coordinatesOf, foldElements } from "./fold.js";
import { elementwiseWork, output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcast, freshShape, normalizeAxis } from "./shapes.js";

/** Operators that choose or find elements by their value. */
export const rule = ruleOfTable({
  Where: { infer: inferWhere, work: elementwiseWork(1) },
  OneHot: { infer: inferOneHot, work: oneHotWork },
  NonZero: { infer: inferNonZero, work: nonZeroWork },
  Unique: { infer: inferUnique, work: uniqueWork },
});

function inferWhere(ctx: InferContext): readonly (Inferred | undefined)[] {
  const elementType = ctx.elementType(1) ?? ctx.elementType(2);
  const shape = broadcast(ctx, [ctx.shape(0), ctx.shape(1), ctx.shape(2)]);
  const constant = chosen(ctx);
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

/** An element whose condition cannot be told is known where both choices are the same. */
function chosen(ctx: InferContext): Constant | undefined {
  const yes = ctx.constant(1);
  const no = ctx.constant(2);
  if (yes === undefined || no === undefined) return undefined;
  const condition = ctx.constant(0);
  if (condition === undefined) return undefined;
  return foldElements(yes.elementType, [condition, yes, no], ([is, left, right]) => {
    if (typeof is === "number") return is === 0 ? right : left;
    if (left === undefined || right === undefined) return undefined;
    if (typeof left === "string" || typeof right === "string")
      return left === right ? left : undefined;
    return sameDim(left, right) ? left : undefined;
  });
}

function inferOneHot(ctx: InferContext): readonly (Inferred | undefined)[] {
  const indices = ctx.shape(0);
  const elementType = ctx.elementType(2);
  if (indices === undefined) return [output(elementType, undefined)];
  const depth: Dim = oneElement(ctx, 1) ?? ctx.freshDim();
  if (isKnown(depth) && depth < 0) {
    ctx.error(`its depth is ${depth}.`);
    return [output(elementType, freshShape(ctx, indices.length + 1))];
  }
  const axis = normalizeAxis(ctx, ctx.int("axis", -1), indices.length + 1);
  if (axis === undefined) return [output(elementType, freshShape(ctx, indices.length + 1))];
  return [output(elementType, [...indices.slice(0, axis), depth, ...indices.slice(axis)])];
}

function oneElement(ctx: InferContext, index: number): Dim | undefined {
  const element = ctx.constant(index)?.data[0];
  if (element === undefined || typeof element === "string") return undefined;
  return isKnown(element) ? Math.trunc(element) : element;
}

/** One comparison per element written. */
function oneHotWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: elements, kernel: { kind: "elementwise", elements } };
}

/** [rank, count]; a scalar counts as a vector of one (ONNX NonZero). */
function inferNonZero(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const input = ctx.constant(0);
  const values = numbersOfConstant(input);
  const rank: Dim = shape === undefined ? ctx.freshDim() : Math.max(1, shape.length);
  if (input === undefined || values === undefined || !isKnown(rank))
    return [output("int64", [rank, ctx.freshDim(flatLength(shape))])];
  const found = values.flatMap((value, position) => (value === 0 ? [] : [position]));
  const at = found.map((position) => coordinatesOf(position, input.shape));
  const data: number[] = [];
  for (let axis = 0; axis < rank; axis++)
    for (const coordinates of at) data.push(coordinates[axis] ?? 0);
  const resultShape = [rank, found.length];
  if (constantLimit < data.length) return [output("int64", resultShape)];
  const constant: Constant = { elementType: "int64", shape: resultShape, data };
  return [{ ...output("int64", resultShape), constant }];
}

/** Compares every element; what it writes is not known before it has run. */
function nonZeroWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const writeBytes = byteCount(ctx.outputType(0));
  if (elements === undefined || writeBytes === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: elements,
    writeBytes,
    kernel: { kind: "reduction", inputElements: elements, outputElements: elements },
  };
}

/** Outputs: values, first positions, where each input went, and how often each occurs. */
function inferUnique(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const axisGiven = ctx.int("axis");
  const most = axisGiven === undefined ? flatLength(shape) : axisLength(ctx, axisGiven);
  const count = uniqueCount(ctx, axisGiven) ?? ctx.freshDim(most);
  const vector = output("int64", [count]);
  if (axisGiven === undefined) {
    const inverse = output("int64", [flatLength(shape) ?? ctx.freshDim()]);
    return [output(elementType, [count]), vector, inverse, vector];
  }
  const inverseLength = axisLength(ctx, axisGiven);
  const kept = shape?.map((dim, axis) =>
    axis === (axisGiven < 0 ? axisGiven + shape.length : axisGiven) ? count : dim,
  );
  const inverse = output("int64", [inverseLength ?? ctx.freshDim()]);
  return [output(elementType, kept), vector, inverse, vector];
}

/** Distinct elements, or distinct slices across the axis. */
function uniqueCount(ctx: InferContext, axisGiven: number | undefined): number | undefined {
  const constant = ctx.constant(0);
  if (constant === undefined || constant.data.some((element) => typeof element === "object"))
    return undefined;
  if (axisGiven === undefined) return new Set(constant.data).size;
  const { shape, data } = constant;
  const axis = axisGiven < 0 ? axisGiven + shape.length : axisGiven;
  const slices = Array.from({ length: shape[axis] ?? 0 }, (): (Dim | string)[] => []);
  for (const [position, element] of data.entries())
    slices[coordinatesOf(position, shape)[axis] ?? 0]?.push(element);
  return new Set(slices.map((slice) => JSON.stringify(slice))).size;
}

function axisLength(ctx: InferContext, axis: number): Dim | undefined {
  const shape = ctx.shape(0);
  if (shape === undefined) return undefined;
  const normal = normalizeAxis(ctx, axis, shape.length);
  return normal === undefined ? undefined : shape[normal];
}

function flatLength(shape: readonly Dim[] | undefined): Dim | undefined {
  return shape === undefined ? undefined : productOfDims(shape);
}

/** Sorting n elements takes about n log2 n comparisons. */
function uniqueWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const writeBytes = byteCount(ctx.outputType(0));
  if (elements === undefined || writeBytes === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: Math.ceil(elements * Math.log2(Math.max(2, elements))),
    kernel: { kind: "sort", rows: 1, columns: elements },
  };
}
