import { numbersOfConstant } from "../graph/constant.js";
import { addDims, divideDims, isKnown, type Dim } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import type { InferContext, NodeContext, WorkContext } from "./rule.js";

/**
 * Extents along one axis under TensorFlow's paddings: SAME gives ceil(input / stride), VALID only whole windows
 * (`ComputeOutSize`, tensorflow/lite/kernels/padding.h).
 */
export function slideTflite(
  ctx: NodeContext,
  extent: Dim,
  window: { readonly size: number; readonly stride: number; readonly dilation: number },
): Dim {
  const { size, stride, dilation } = window;
  if (stride < 1) return extent;
  const isSame = ctx.string("padding", "SAME") === "SAME";
  const covered = (size - 1) * dilation + 1;
  return divideDims(addDims(extent, isSame ? stride - 1 : stride - covered), stride) ?? extent;
}

/** Whole numbers of a small constant input. */
export function constantNumbers(ctx: NodeContext, index: number): readonly number[] | undefined {
  return numbersOfConstant(ctx.constant(index));
}

/** Axes counted from the end become counts from the front; undefined when one is out of range. */
export function axesFrom(values: readonly number[], rank: number): readonly number[] | undefined {
  const axes = values.map((axis) => (axis < 0 ? axis + rank : axis));
  return axes.every((axis) => 0 <= axis && axis < rank) ? axes : undefined;
}

export function replaced(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((extent, index) => (index === axis ? dim : extent));
}

/** Operations of an activation that runs in the operator's own loop: one for each output element. */
export function activationFlops(ctx: NodeContext): number {
  return ctx.string("fused_activation_function", "NONE") === "NONE" ? 0 : 1;
}

/** Shape of input `index` when every extent is a number. */
export function knownDims(ctx: InferContext, index: number): readonly number[] | undefined {
  const shape = ctx.shape(index);
  return shape?.every(isKnown) === true ? shape : undefined;
}

/** Elements of all outputs together; undefined while one is not known. */
export function writtenElements(ctx: WorkContext): number | undefined {
  let sum = 0;
  for (let index = 0; index < ctx.outputCount; index += 1) {
    if (!ctx.hasOutput(index)) continue;
    const elements = ctx.outputElements(index);
    if (elements === undefined) return undefined;
    sum += elements;
  }
  return sum;
}
