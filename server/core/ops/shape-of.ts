import { isRandomNode } from "./randomness.js";
import { scalarConstant, vectorConstant } from "../graph/constant.js";
import { productOfDims } from "../graph/dim.js";
import { tensor } from "../graph/value-type.js";
import { elementwiseWork, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { viewWork } from "./view.js";

/** Operators that answer with a shape, or with their input as it is. */
export const rule = ruleOfTable({
  Shape: { infer: inferShape, work: viewWork },
  Size: { infer: inferSize, work: viewWork },
  Identity: { infer: inferIdentity, work: viewWork },
  Dropout: { infer: inferDropout, work: dropoutWork },
});

/** `start` and `end` (version 15) are clamped to the rank, not checked. */
function inferShape(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  if (shape === undefined) return [output("int64", [ctx.freshDim()])];
  const part = shape.slice(
    clampAxis(ctx.int("start", 0), shape.length),
    clampAxis(ctx.int("end", shape.length), shape.length),
  );
  return [{ type: tensor("int64", [part.length]), constant: vectorConstant("int64", part) }];
}

function clampAxis(axis: number, rank: number): number {
  return Math.min(rank, Math.max(0, axis < 0 ? axis + rank : axis));
}

function inferSize(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const type = tensor("int64", []);
  if (shape === undefined) return [{ type }];
  return [{ type, constant: scalarConstant("int64", productOfDims(shape)) }];
}

function inferIdentity(ctx: InferContext): readonly (Inferred | undefined)[] {
  const type = ctx.inputType(0);
  const constant = ctx.constant(0);
  return type === undefined ? [] : [{ type, ...(constant && { constant }) }];
}

/** The mask has the input's type before version 10 and is boolean after. */
function inferDropout(ctx: InferContext): readonly (Inferred | undefined)[] {
  const maskType = ctx.opset < 10 ? ctx.elementType(0) : "bool";
  return [outputLike(ctx, 0), outputLike(ctx, 0, maskType)];
}

/** Does nothing when it does not train: the mask is then all ones and nobody reads it. */
function dropoutWork(ctx: WorkContext): Work | undefined {
  const isTraining =
    isRandomNode(ctx.node, ctx) ||
    (ctx.opset < 7 && ctx.int("is_test", 0) === 0 && ctx.hasOutput(1));
  // A comparison with the ratio and a scaling.
  return isTraining ? elementwiseWork(2)(ctx) : viewWork();
}
