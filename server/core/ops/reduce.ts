import { productOf } from "../base/product.js";
import { addDims, maxDims, minDims, multiplyDims, type Dim } from "../graph/dim.js";
import { coordinatesOf, type Element, positionOf } from "./fold.js";
import { output, ruleOfTable, type Operator } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, listedNumbers, normalizeAxes, normalizeAxis } from "./shapes.js";

/** Operations per input element; `after` is spent once per output element. */
const costs: Readonly<Record<string, { readonly perInput: number; readonly after: number }>> = {
  ReduceSum: { perInput: 1, after: 0 },
  ReduceMean: { perInput: 1, after: 1 },
  ReduceMax: { perInput: 1, after: 0 },
  ReduceMin: { perInput: 1, after: 0 },
  ReduceProd: { perInput: 1, after: 0 },
  // |x|, sum
  ReduceL1: { perInput: 2, after: 0 },
  // x², sum; square root
  ReduceL2: { perInput: 2, after: 1 },
  ReduceSumSquare: { perInput: 2, after: 0 },
  ReduceLogSum: { perInput: 1, after: 1 },
  // maximum, difference, exponential, sum; logarithm, sum
  ReduceLogSumExp: { perInput: 4, after: 2 },
};

const folds: Readonly<Record<string, (left: Dim, right: Dim) => Dim>> = {
  ReduceSum: addDims,
  ReduceProd: multiplyDims,
  ReduceMax: maxDims,
  ReduceMin: minDims,
};

export const rule = ruleOfTable({
  ...Object.fromEntries(
    Object.keys(costs).map((op): [string, Operator] => [
      op,
      { infer: inferReduce, work: reduceWork },
    ]),
  ),
  ArgMax: { infer: inferArg, work: argWork },
  ArgMin: { infer: inferArg, work: argWork },
});

/** Axes are an attribute before version 13 (Sum) or 18 and an input after. None means all, or none at all. */
function inferReduce(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const keeps = ctx.int("keepdims", 1) !== 0;
  const listed = listedNumbers(ctx, "axes", 1);
  if (listed.kind === "unknown") {
    const rank = keeps
      ? shape?.length
      : shape === undefined || listed.count === undefined
        ? undefined
        : shape.length - listed.count;
    return [output(elementType, freshShape(ctx, rank))];
  }
  const values = listed.kind === "known" ? listed.values : [];
  if (shape === undefined) {
    const isWhole = values.length === 0 && ctx.int("noop_with_empty_axes", 0) === 0;
    return [output(elementType, isWhole && !keeps ? [] : undefined)];
  }
  if (values.length === 0 && ctx.int("noop_with_empty_axes", 0) !== 0)
    return [output(elementType, shape)];
  const axes =
    values.length === 0 ? shape.map((_, axis) => axis) : normalizeAxes(ctx, values, shape.length);
  if (axes === undefined) return [output(elementType, undefined)];
  const constant = reduced(ctx, axes, keeps);
  return [
    { ...output(elementType, reducedShape(shape, axes, keeps)), ...(constant && { constant }) },
  ];
}

function reducedShape<D extends Dim>(
  shape: readonly D[],
  axes: readonly number[],
  keeps: boolean,
): readonly (D | 1)[] {
  if (keeps) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return shape.filter((_, axis) => !axes.includes(axis));
}

function reduced(ctx: InferContext, axes: readonly number[], keeps: boolean): Constant | undefined {
  const source = ctx.constant(0);
  const join = folds[ctx.node.op];
  if (source === undefined || join === undefined) return undefined;
  const kept = reducedShape(source.shape, axes, true);
  const sums: (Dim | undefined)[] = new Array<undefined>(productOf(kept)).fill(undefined);
  for (const [position, element] of source.data.entries()) {
    if (typeof element === "string") return undefined;
    const at = coordinatesOf(position, source.shape).map((coordinate, axis) =>
      axes.includes(axis) ? 0 : coordinate,
    );
    const target = positionOf(at, kept);
    const sum = sums[target];
    sums[target] = sum === undefined ? element : join(sum, element);
  }
  if (sums.includes(undefined)) return undefined;
  const data = sums.filter((sum): sum is Dim => sum !== undefined) satisfies Element[];
  return { elementType: source.elementType, shape: reducedShape(source.shape, axes, keeps), data };
}

function inferArg(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  if (shape === undefined) return [output("int64", undefined)];
  const keeps = ctx.int("keepdims", 1) !== 0;
  const axis = normalizeAxis(ctx, ctx.int("axis", 0), shape.length);
  if (axis === undefined)
    return [output("int64", freshShape(ctx, keeps ? shape.length : shape.length - 1))];
  return [output("int64", reducedShape(shape, [axis], keeps))];
}

function reduceWork(ctx: WorkContext): Work | undefined {
  const cost = costs[ctx.node.op];
  return cost === undefined ? undefined : reductionWork(ctx, cost.perInput, cost.after);
}

function argWork(ctx: WorkContext): Work | undefined {
  return reductionWork(ctx, 1, 0);
}

function reductionWork(ctx: WorkContext, perInput: number, after: number): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const outputElements = ctx.outputElements(0);
  if (inputElements === undefined || outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: perInput * inputElements + after * outputElements,
    kernel: { kind: "reduction", inputElements, outputElements },
  };
}
