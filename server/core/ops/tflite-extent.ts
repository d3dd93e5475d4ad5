import { numbersOfConstant } from "../graph/constant.js";
import { isKnown, type Dim } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { movementWork, output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred } from "./rule.js";
import { axesFrom, constantNumbers } from "./tflite-shape.js";

/**
 * SHAPE, STRIDED_SLICE, PACK, RESHAPE is how converters write a reshape that follows the batch. Values of small integer
 * tensors are followed through it, so that it folds away as it does in a compiler.
 */
export const rule = ruleOfTable({
  "tflite:STRIDED_SLICE": { infer: inferStridedSlice, work: movementWork },
  "tflite:PACK": { infer: inferPack, work: movementWork },
  "tflite:RANK": {
    infer: (ctx) => {
      const rank = ctx.shape(0)?.length;
      return [
        {
          ...output("int32", []),
          ...(rank !== undefined && {
            constant: { elementType: "int32" as const, shape: [], data: [rank] },
          }),
        },
      ];
    },
    work: () => ({ macs: 0, otherFlops: 0, kernel: { kind: "view" } }),
  },
  "tflite:BROADCAST_ARGS": { infer: () => [], work: movementWork },
});

function inferPack(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const axis = axesFrom([ctx.int("axis", 0)], shape.length + 1)?.[0];
  if (axis === undefined) return [output(elementType, undefined)];
  const made = [...shape.slice(0, axis), ctx.inputCount, ...shape.slice(axis)];
  const constant = shape.length === 0 ? packed(ctx) : undefined;
  return [{ ...output(elementType, made), ...(constant && { constant }) }];
}

/** Scalars side by side. */
function packed(ctx: InferContext): Constant | undefined {
  const data: Constant["data"][number][] = [];
  for (let index = 0; index < ctx.inputCount; index += 1) {
    const element = ctx.constant(index)?.data[0];
    if (element === undefined) return undefined;
    data.push(element);
  }
  return { elementType: ctx.elementType(0) ?? "int32", shape: [data.length], data };
}

interface Cut {
  readonly begin: number;
  readonly length: number;
  readonly step: number;
  readonly isDropped: boolean;
}

/** Begins, ends and strides by axis; a bit of a mask says that an end is open or that the axis goes away. */
function inferStridedSlice(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const begins = constantNumbers(ctx, 1);
  const ends = constantNumbers(ctx, 2);
  const strides = constantNumbers(ctx, 3);
  const isPlain = ctx.int("ellipsis_mask", 0) === 0 && ctx.int("new_axis_mask", 0) === 0;
  if (!isPlain || shape === undefined || begins === undefined)
    return [output(elementType, undefined)];
  if (ends?.length !== begins.length || strides?.length !== begins.length)
    return [output(elementType, undefined)];
  const made: Dim[] = [];
  const cuts: (Cut | undefined)[] = [];
  for (const [axis, dim] of shape.entries()) {
    if (axis >= begins.length) {
      made.push(dim);
      cuts.push(undefined);
      continue;
    }
    const isWhole =
      hasBit(ctx, "begin_mask", axis) && hasBit(ctx, "end_mask", axis) && strides[axis] === 1;
    if (isWhole && !hasBit(ctx, "shrink_axis_mask", axis)) {
      made.push(dim);
      cuts.push(undefined);
      continue;
    }
    if (!isKnown(dim)) return [output(elementType, undefined)];
    const cut = cutAxis(ctx, axis, dim, {
      begin: begins[axis] ?? 0,
      end: ends[axis] ?? 0,
      step: strides[axis] ?? 1,
    });
    cuts.push(cut);
    if (!cut.isDropped) made.push(cut.length);
  }
  const constant = shape.length === 1 ? elementsOf(ctx, cuts[0], made) : undefined;
  return [{ ...output(elementType, made), ...(constant && { constant }) }];
}

function hasBit(ctx: InferContext, mask: string, axis: number): boolean {
  return axis < 31 && (ctx.int(mask, 0) & (1 << axis)) !== 0;
}

function cutAxis(
  ctx: InferContext,
  axis: number,
  extent: number,
  range: { readonly begin: number; readonly end: number; readonly step: number },
): Cut {
  const step = range.step === 0 ? 1 : range.step;
  const fromFront = (value: number): number => (value < 0 ? value + extent : value);
  if (hasBit(ctx, "shrink_axis_mask", axis))
    return { begin: fromFront(range.begin), length: 1, step: 1, isDropped: true };
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (value: number): number => Math.min(high, Math.max(low, fromFront(value)));
  const begin = hasBit(ctx, "begin_mask", axis) ? (step > 0 ? low : high) : clamp(range.begin);
  const end = hasBit(ctx, "end_mask", axis) ? (step > 0 ? high : low) : clamp(range.end);
  return {
    begin,
    length: Math.max(0, Math.ceil((end - begin) / step)),
    step,
    isDropped: false,
  };
}

function elementsOf(ctx: InferContext, cut: Cut | undefined, shape: Shape): Constant | undefined {
  const source = ctx.constant(0);
  if (source === undefined || numbersOfConstant(source) === undefined) return undefined;
  const { begin, length, step } = cut ?? { begin: 0, length: source.data.length, step: 1 };
  const data = Array.from({ length }, (_, index) => source.data[begin + index * step] ?? 0);
  return { elementType: source.elementType, shape: shape.filter(isKnown), data };
}
