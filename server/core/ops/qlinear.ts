import { addDims, type Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import {
  elementwiseWork,
  inferLikeFirst,
  type Operator,
  output,
  outputLike,
  ruleOfTable,
} from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcast, normalizeAxes, normalizeAxis, withAxis } from "./shapes.js";

/**
 * Element-wise operators on 8-bit tensors (ContribOperators.md). Each operand is dequantized (2 operations), the result
 * quantized (4). Functions of one operand are tables: one look-up.
 */
export const rule = ruleOfTable({
  "com.microsoft:QLinearAdd": binary(0, 3, undefined, 2 + 2 + 1 + 4),
  "com.microsoft:QLinearMul": binary(0, 3, undefined, 2 + 2 + 1 + 4),
  "com.microsoft:MulInteger": binary(0, 2, "int32", 3),
  "com.microsoft:QLinearSigmoid": { infer: inferLikeFirst, work: elementwiseWork(1) },
  "com.microsoft:QLinearLeakyRelu": { infer: inferLikeFirst, work: elementwiseWork(1) },
  "com.microsoft:QLinearConcat": { infer: inferConcat, work: elementwiseWork(1) },
  "com.microsoft:QLinearWhere": {
    infer: (ctx) => [
      output(ctx.elementType(1), broadcast(ctx, [ctx.shape(0), ctx.shape(1), ctx.shape(4)])),
    ],
    work: elementwiseWork(2),
  },
  "com.microsoft:QLinearReduceMean": { infer: inferReduce, work: reduceWork },
  "com.microsoft:ReduceSumInteger": { infer: inferReduce, work: reduceWork },
});

function binary(
  left: number,
  right: number,
  elementType: ElementType | undefined,
  flops: number,
): Operator {
  return {
    infer: (ctx) => [
      output(
        elementType ?? ctx.elementType(left),
        broadcast(ctx, [ctx.shape(left), ctx.shape(right)]),
      ),
    ],
    work: elementwiseWork(flops),
  };
}

/** After the output's scale and zero point come triples of tensor, scale and zero point. */
function inferConcat(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(1);
  const first = ctx.shape(2);
  const axis =
    first === undefined ? undefined : normalizeAxis(ctx, ctx.int("axis", 0), first.length);
  if (first === undefined || axis === undefined) return [output(elementType, undefined)];
  let joined: Dim = 0;
  for (let index = 2; index < ctx.inputCount; index += 3) {
    const shape = ctx.shape(index);
    const extent = shape?.[axis];
    if (shape === undefined || extent === undefined) return [output(elementType, undefined)];
    if (shape.length !== first.length) {
      ctx.error(`inputs of rank ${first.length} and ${shape.length} cannot be joined.`);
      return [output(elementType, undefined)];
    }
    joined = addDims(joined, extent);
  }
  return [output(elementType, withAxis(first, axis, joined))];
}

function inferReduce(ctx: InferContext): readonly Inferred[] {
  const isSum = ctx.node.op === "ReduceSumInteger";
  const wide: ElementType = ctx.elementType(0) === "uint8" ? "uint32" : "int32";
  const elementType = isSum ? wide : ctx.elementType(0);
  const input = ctx.shape(0);
  if (input === undefined) return [outputLike(ctx, 0, elementType)];
  const axes = normalizeAxes(ctx, ctx.ints("axes") ?? input.map((_, axis) => axis), input.length);
  if (axes === undefined) return [output(elementType, undefined)];
  const keeps = ctx.int("keepdims", 1) !== 0;
  const shape: Shape = keeps
    ? input.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : input.filter((_, axis) => !axes.includes(axis));
  return [output(elementType, shape)];
}

/** An addition for each input element; a mean is dequantized, divided and quantized once for each output. */
function reduceWork(ctx: WorkContext): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const outputElements = ctx.outputElements(0);
  if (inputElements === undefined || outputElements === undefined) return undefined;
  const perOutput = ctx.node.op === "ReduceSumInteger" ? 0 : 2 + 1 + 4;
  return {
    macs: 0,
    otherFlops: inputElements + perOutput * outputElements,
    kernel: { kind: "reduction", inputElements, outputElements },
  };
}
