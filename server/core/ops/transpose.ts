import { isKnown, divideDims, multiplyDims, type Dim } from "../graph/dim.js";
import { shapeText, type Shape } from "../graph/value-type.js";
import { coordinatesOf, foldCopy, positionOf } from "./fold.js";
import {
  inferLikeFirst,
  movementWork,
  output,
  ruleOfTable,
  shapeOfRank,
} from "./operator-table.js";
import type { Constant, InferContext, Inferred } from "./rule.js";
import { freshShape } from "./shapes.js";

/** Operators that put every element elsewhere. */
export const rule = ruleOfTable({
  Transpose: { infer: inferTranspose, work: movementWork },
  SpaceToDepth: { infer: inferSpaceToDepth, work: movementWork },
  DepthToSpace: { infer: inferDepthToSpace, work: movementWork },
  ReverseSequence: { infer: inferLikeFirst, work: movementWork },
  Trilu: { infer: inferLikeFirst, work: movementWork },
});

/** Without `perm` the axes are reversed. */
function inferTranspose(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const perm = ctx.ints("perm");
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, freshShape(ctx, perm?.length))];
  const order = perm ?? shape.map((_, axis) => shape.length - 1 - axis);
  const isPermutation =
    order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isPermutation) {
    ctx.error(`perm [${order.join(",")}] does not permute the axes of ${shapeText(shape)}.`);
    return [output(elementType, freshShape(ctx, shape.length))];
  }
  const constant = transposed(ctx.constant(0), order);
  return [
    {
      ...output(
        elementType,
        order.map((axis) => shape[axis] ?? 1),
      ),
      ...(constant && { constant }),
    },
  ];
}

function transposed(source: Constant | undefined, order: readonly number[]): Constant | undefined {
  if (source === undefined) return undefined;
  const shape = order.map((axis) => source.shape[axis] ?? 1);
  return foldCopy(source, shape, (position) => {
    const from = new Array<number>(shape.length).fill(0);
    for (const [axis, coordinate] of coordinatesOf(position, shape).entries())
      from[order[axis] ?? 0] = coordinate;
    return positionOf(from, source.shape);
  });
}

function inferSpaceToDepth(ctx: InferContext): readonly (Inferred | undefined)[] {
  return inferBlocks(ctx, (shape, block) => [
    shape[0] ?? 1,
    multiplyDims(shape[1] ?? 1, block * block),
    exactQuotient(ctx, shape[2] ?? 1, block, "height"),
    exactQuotient(ctx, shape[3] ?? 1, block, "width"),
  ]);
}

function inferDepthToSpace(ctx: InferContext): readonly (Inferred | undefined)[] {
  return inferBlocks(ctx, (shape, block) => [
    shape[0] ?? 1,
    exactQuotient(ctx, shape[1] ?? 1, block * block, "channels"),
    multiplyDims(shape[2] ?? 1, block),
    multiplyDims(shape[3] ?? 1, block),
  ]);
}

function inferBlocks(
  ctx: InferContext,
  blocked: (shape: Shape, block: number) => Shape,
): readonly (Inferred | undefined)[] {
  const elementType = ctx.elementType(0);
  const block = ctx.int("blocksize");
  if (block === undefined || block < 1) {
    ctx.error("attribute `blocksize` should be a positive number.");
    return [output(elementType, freshShape(ctx, 4))];
  }
  const shape = shapeOfRank(ctx, 0, { low: 4, high: 4 }, "its input");
  return [output(elementType, shape === undefined ? freshShape(ctx, 4) : blocked(shape, block))];
}

function exactQuotient(ctx: InferContext, dim: Dim, divisor: number, what: string): Dim {
  if (isKnown(dim) && dim % divisor !== 0)
    ctx.error(`${what} of ${dim} cannot be split into blocks of ${divisor}.`);
  return divideDims(dim, divisor) ?? dim;
}
