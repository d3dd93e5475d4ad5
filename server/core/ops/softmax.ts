import { productOf } from "../base/product.js";
import { inferLikeFirst, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, OpRule, Work, WorkContext } from "./rule.js";

/** Softmax takes 5 operations for each element: compare for the maximum, subtract it, exponentiate, add, divide. */
export const softmaxFlops = 5;

/** LogSoftmax divides nothing but subtracts the logarithm of the sum: 5 as well. */
const logSoftmaxFlops = 5;

export const rule = ruleOfTable({
  Softmax: { infer: inferSoftmax, work: softmaxWork(softmaxFlops) },
  LogSoftmax: { infer: inferSoftmax, work: softmaxWork(logSoftmaxFlops) },
  // A comparison for the maximum's place, a write of 0 or 1.
  Hardmax: { infer: inferSoftmax, work: softmaxWork(1) },
  "com.microsoft:BiasSoftmax": { infer: inferLikeFirst, work: softmaxWork(softmaxFlops + 1) },
  // Dequantize by table, then scale and round the result.
  "com.microsoft:QLinearSoftmax": {
    infer: inferLikeFirst,
    work: softmaxWork(softmaxFlops + 2),
  },
});

function inferSoftmax(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const axis = axisOf(ctx);
  if (shape !== undefined && shape.length > 0 && (axis < -shape.length || shape.length <= axis))
    ctx.error(`\`axis\` is ${axis}; the input has rank ${shape.length}.`);
  return [outputLike(ctx, 0)];
}

/** Up to version 12 the input is flattened to two axes at `axis` (1 by default); later ones take one axis (the last). */
function isFlattening(ctx: NodeContext): boolean {
  if (ctx.node.op === "BiasSoftmax") return true;
  return (ctx.int("opset") ?? ctx.opset) < 13;
}

function axisOf(ctx: NodeContext): number {
  return ctx.int("axis", isFlattening(ctx) ? 1 : -1);
}

function softmaxWork(flopsPerElement: number): OpRule["work"] {
  return (ctx: WorkContext): Work | undefined => {
    const dims = ctx.dims(0);
    if (dims === undefined) return undefined;
    const elements = productOf(dims);
    const axis = axisOf(ctx);
    const columns = isFlattening(ctx)
      ? productOf(dims.slice(axis < 0 ? Math.max(0, axis + dims.length) : axis))
      : (dims.at(axis) ?? 1);
    return {
      macs: 0,
      otherFlops: flopsPerElement * elements,
      kernel: { kind: "softmax", rows: columns === 0 ? 0 : elements / columns, columns },
    };
  };
}
