import { productOf } from "../base/product.js";
import { type Dim, isKnown } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import { dataType } from "../graph/data-type.js";
import { normalizationFlops } from "./normalization.js";
import { inferLikeFirst, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/**
 * Normalizing by the root mean square takes 4 operations for each element: square, add, multiply by the reciprocal
 * root, scale (Zhang and Sennrich, Root Mean Square Layer Normalization, eq. 4).
 */
const rootMeanSquareFlops = 4;

/** SiLU and the multiply by it: negate, exponentiate, add, divide, multiply. */
const gateFlops = 5;

export const rule = ruleOfTable({
  LayerNormalization: {
    infer: (ctx) => inferLayerNormalization(ctx, 3),
    work: (ctx) => work(ctx, normalizationFlops, ctx.int("axis", -1)),
  },
  RMSNormalization: {
    infer: inferRootMeanSquare,
    work: (ctx) => work(ctx, rootMeanSquareFlops, ctx.int("axis", -1)),
  },
  // ONNX Runtime writes this one into the default domain.
  SimplifiedLayerNormalization: {
    infer: (ctx) => inferLayerNormalization(ctx, 2),
    work: (ctx) => work(ctx, rootMeanSquareFlops, ctx.int("axis", -1)),
  },
  "com.microsoft:SkipLayerNormalization": {
    infer: inferSkip,
    // One addition for the skip, one for the bias.
    work: (ctx) => work(ctx, normalizationFlops + 1 + (ctx.hasInput(4) ? 1 : 0), -1),
  },
  "com.microsoft:SkipSimplifiedLayerNormalization": {
    infer: inferSkip,
    work: (ctx) => work(ctx, rootMeanSquareFlops + 1 + (ctx.hasInput(3) ? 1 : 0), -1),
  },
  "com.microsoft:GatedRMSNorm": {
    infer: inferLikeFirst,
    work: gatedWork,
  },
  "com.microsoft:QOrderedLayerNormalization": {
    infer: inferLikeFirst,
    // A multiply to dequantize, a multiply to quantize.
    work: (ctx) => work(ctx, normalizationFlops + 2, ctx.int("axis", -1)),
  },
});

/** Mean and reciprocal deviation keep the axes before `axis`; the others become 1. */
function inferLayerNormalization(ctx: InferContext, outputs: number): readonly Inferred[] {
  const axis = checkedAxis(ctx);
  const stashType = dataType(ctx.int("stash_type", 1));
  const statistics = output(stashType, reducedShape(ctx.shape(0), axis));
  const scaleType: ElementType | undefined =
    ctx.node.op === "SimplifiedLayerNormalization" ? ctx.elementType(1) : undefined;
  const result = outputLike(ctx, 0, scaleType ?? ctx.elementType(0));
  return outputs === 3 ? [result, statistics, statistics] : [result, statistics];
}

function inferRootMeanSquare(ctx: InferContext): readonly Inferred[] {
  checkedAxis(ctx);
  return [outputLike(ctx, 0, ctx.elementType(1) ?? ctx.elementType(0))];
}

function checkedAxis(ctx: InferContext): number {
  const axis = ctx.int("axis", -1);
  const shape = ctx.shape(0);
  if (shape === undefined) return axis;
  if (axis < -shape.length || shape.length <= axis) {
    ctx.error(`\`axis\` is ${axis}; the input has rank ${shape.length}.`);
    return axis;
  }
  const last = shape.at(-1);
  const scale = ctx.shape(1);
  const scaled = scale?.at(-1);
  if (last !== undefined && scaled !== undefined && isKnown(last) && isKnown(scaled))
    if (scaled !== last && scaled !== 1)
      ctx.error(`the input ends in ${last} elements, the scale in ${scaled}.`);
  return axis;
}

function reducedShape(shape: Shape | undefined, axis: number): Shape | undefined {
  if (shape === undefined) return undefined;
  const first = axis < 0 ? axis + shape.length : axis;
  return shape.map((extent, index): Dim => (index < first ? extent : 1));
}

/** ContribOperators.md: output, mean, inverse deviation (both for training) and the sum of input, skip and bias. */
function inferSkip(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const gamma = ctx.shape(2)?.[0];
  const hidden = input?.at(-1);
  if (gamma !== undefined && hidden !== undefined && isKnown(gamma) && isKnown(hidden))
    if (gamma !== hidden) ctx.error(`the input ends in ${hidden} elements, gamma has ${gamma}.`);
  const statistics = output("float32", reducedShape(input, -1));
  return [outputLike(ctx, 0), statistics, statistics, outputLike(ctx, 0)];
}

function work(ctx: WorkContext, flopsPerElement: number, axis: number): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const columns = productOf(dims.slice(axis));
  return {
    macs: 0,
    otherFlops: flopsPerElement * elements,
    kernel: { kind: "normalization", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}

/** The mean is taken over as many trailing elements as `scale` has. */
function gatedWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  const columns = ctx.inputElements(1);
  if (elements === undefined || columns === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: (rootMeanSquareFlops + gateFlops) * elements,
    kernel: { kind: "normalization", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}
