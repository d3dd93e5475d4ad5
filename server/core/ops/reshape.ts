import { divideDims, isKnown, productOfDims, type Dim } from "../graph/dim.js";
import { elementCount, knownShape, shapeText, type Shape } from "../graph/value-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred } from "./rule.js";
import {
  freshShape,
  listedDims,
  listedNumbers,
  normalizeAxes,
  normalizeAxis,
  vectorLength,
} from "./shapes.js";
import { viewWork } from "./view.js";

/** Operators that give their input another shape and move nothing. */
export const rule = ruleOfTable({
  Reshape: { infer: inferReshape, work: viewWork },
  Flatten: { infer: inferFlatten, work: viewWork },
  Squeeze: { infer: inferSqueeze, work: viewWork },
  Unsqueeze: { infer: inferUnsqueeze, work: viewWork },
});

/** The shape is an attribute before version 5; 0 copies an extent unless `allowzero`; -1 is what is left. */
function inferReshape(ctx: InferContext): readonly (Inferred | undefined)[] {
  const input = ctx.shape(0);
  const wanted = listedDims(ctx, "shape", 1);
  if (wanted === undefined) return [view(ctx, freshShape(ctx, vectorLength(ctx, 1)))];
  const allowsZero = ctx.int("allowzero", 0) !== 0;
  const result: Dim[] = [];
  let leftAxis = -1;
  for (const [axis, dim] of wanted.entries()) {
    if (dim === -1 && 0 <= leftAxis) {
      ctx.error(`shape ${shapeText(wanted)} has more than one -1.`);
      return [view(ctx, freshShape(ctx, wanted.length))];
    }
    if (isKnown(dim) && dim < -1) {
      ctx.error(`shape ${shapeText(wanted)} has a negative extent.`);
      return [view(ctx, freshShape(ctx, wanted.length))];
    }
    if (dim === -1) leftAxis = axis;
    const copied = dim === 0 && !allowsZero ? copiedDim(ctx, input, axis) : dim;
    result.push(copied);
  }
  if (0 <= leftAxis) {
    const others = productOfDims(result.filter((_, axis) => axis !== leftAxis));
    result[leftAxis] = leftDim(ctx, input, others, wanted);
  } else checkCount(ctx, input, result);
  return [view(ctx, result)];
}

function copiedDim(ctx: InferContext, input: Shape | undefined, axis: number): Dim {
  if (input === undefined) return ctx.freshDim();
  const dim = input[axis];
  if (dim === undefined)
    ctx.error(
      `extent ${axis} is copied from an input of shape ${shapeText(input)}, which has none there.`,
    );
  return dim ?? ctx.freshDim();
}

function leftDim(ctx: InferContext, input: Shape | undefined, others: Dim, wanted: Shape): Dim {
  if (input === undefined) return ctx.freshDim();
  const total = productOfDims(input);
  if (others === 0) return total === 0 ? 0 : ctx.freshDim();
  if (isKnown(total) && isKnown(others) && total % others !== 0) {
    ctx.error(`${shapeText(input)} has ${total} elements, which ${shapeText(wanted)} cannot hold.`);
    return ctx.freshDim();
  }
  return divideDims(total, others) ?? ctx.freshDim();
}

function checkCount(ctx: InferContext, input: Shape | undefined, result: Shape): void {
  const before = elementCount(input);
  const after = elementCount(result);
  if (input !== undefined && before !== undefined && after !== undefined && before !== after)
    ctx.error(
      `${shapeText(input)} has ${before} elements, which ${shapeText(result)} with ${after} cannot hold.`,
    );
}

/** The input under another shape; its contents stay what they are. */
function view(ctx: InferContext, shape: Shape | undefined): Inferred {
  const constant = reshapedConstant(ctx.constant(0), shape);
  return { ...output(ctx.elementType(0), shape), ...(constant && { constant }) };
}

function reshapedConstant(
  constant: Constant | undefined,
  shape: Shape | undefined,
): Constant | undefined {
  const extents = knownShape(shape);
  if (constant === undefined || extents === undefined) return undefined;
  return elementCount(extents) === constant.data.length
    ? { ...constant, shape: extents }
    : undefined;
}

function inferFlatten(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  if (shape === undefined) return [output(ctx.elementType(0), [ctx.freshDim(), ctx.freshDim()])];
  const axis = ctx.int("axis", 1);
  // Unlike elsewhere, the axis may stand behind the last one.
  const split = axis === shape.length ? axis : normalizeAxis(ctx, axis, shape.length);
  if (split === undefined) return [view(ctx, freshShape(ctx, 2))];
  return [view(ctx, [productOfDims(shape.slice(0, split)), productOfDims(shape.slice(split))])];
}

function inferSqueeze(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const axes = listedNumbers(ctx, "axes", 1);
  if (shape === undefined) return [view(ctx, undefined)];
  if (axes.kind === "unknown") {
    const rank = axes.count === undefined ? undefined : shape.length - axes.count;
    return [view(ctx, freshShape(ctx, rank))];
  }
  if (axes.kind === "absent") {
    // Whether a symbolic extent is 1 is not known, and so the rank is not.
    if (!shape.every(isKnown)) return [view(ctx, undefined)];
    return [
      view(
        ctx,
        shape.filter((dim) => dim !== 1),
      ),
    ];
  }
  const removed = normalizeAxes(ctx, axes.values, shape.length);
  if (removed === undefined) return [view(ctx, undefined)];
  for (const axis of removed) {
    const dim = shape[axis];
    if (dim !== undefined && isKnown(dim) && dim !== 1)
      ctx.error(`axis ${axis} of ${shapeText(shape)} has extent ${dim}; only 1 can be squeezed.`);
  }
  return [
    view(
      ctx,
      shape.filter((_, axis) => !removed.includes(axis)),
    ),
  ];
}

function inferUnsqueeze(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const axes = listedNumbers(ctx, "axes", 1);
  if (shape === undefined || axes.kind === "absent") return [view(ctx, undefined)];
  if (axes.kind === "unknown") {
    const rank = axes.count === undefined ? undefined : shape.length + axes.count;
    return [view(ctx, freshShape(ctx, rank))];
  }
  const rank = shape.length + axes.values.length;
  const added = normalizeAxes(ctx, axes.values, rank);
  if (added === undefined) return [view(ctx, freshShape(ctx, rank))];
  const result: Dim[] = [];
  let next = 0;
  for (let axis = 0; axis < rank; axis++) {
    if (added.includes(axis)) result.push(1);
    else result.push(shape[next++] ?? 1);
  }
  return [view(ctx, result)];
}
