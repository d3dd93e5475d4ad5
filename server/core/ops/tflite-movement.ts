import { productOf } from "../base/product.js";
import { addDims, divideDims, isKnown, multiplyDims, type Dim } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { movementWork, output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { axesFrom, constantNumbers, replaced, writtenElements } from "./tflite-shape.js";

/** What copies, cuts or rearranges. Where an operand is not constant, the file's own types are what is known. */
export const rule = ruleOfTable({
  "tflite:RESHAPE": view(() => undefined),
  "tflite:SQUEEZE": view(squeezed),
  "tflite:EXPAND_DIMS": view(expanded),
  "tflite:BITCAST": view(() => undefined),
  "tflite:PAD": mover(padded),
  "tflite:PADV2": mover(padded),
  "tflite:MIRROR_PAD": mover(padded),
  "tflite:SLICE": mover(sliced),
  "tflite:SPLIT": { infer: inferSplit, work: splitWork },
  "tflite:SPLIT_V": { infer: inferSplitSizes, work: splitWork },
  "tflite:UNPACK": { infer: inferUnpack, work: splitWork },
  "tflite:SPACE_TO_DEPTH": mover((ctx) => blocks(ctx, true)),
  "tflite:DEPTH_TO_SPACE": mover((ctx) => blocks(ctx, false)),
  "tflite:REVERSE_V2": mover((ctx) => ctx.shape(0)),
  "tflite:REVERSE_SEQUENCE": mover((ctx) => ctx.shape(0)),
  "tflite:DYNAMIC_UPDATE_SLICE": { infer: like, work: updateWork },
  "tflite:ZEROS_LIKE": mover((ctx) => ctx.shape(0)),
  "tflite:FILL": mover((ctx) => constantNumbers(ctx, 0)),
  "tflite:TRANSPOSE": mover(() => undefined),
  "tflite:GATHER": mover(() => undefined),
  "tflite:SPACE_TO_BATCH_ND": mover(() => undefined),
  "tflite:BATCH_TO_SPACE_ND": mover(() => undefined),
  "tflite:ONE_HOT": mover(() => undefined),
  "tflite:SCATTER_ND": mover(() => undefined),
  "tflite:SPARSE_TO_DENSE": mover(() => undefined),
  "tflite:MATRIX_DIAG": mover(() => undefined),
  "tflite:MATRIX_SET_DIAG": mover(() => undefined),
  "tflite:DENSIFY": mover(() => undefined),
  "tflite:DILATE": mover(() => undefined),
  "tflite:RANGE": mover(() => undefined),
  "tflite:READ_VARIABLE": mover(() => undefined),
  "tflite:ASSIGN_VARIABLE": { infer: () => [], work: assignWork },
  "tflite:VAR_HANDLE": { infer: () => [], work: nothing },
  "tflite:CALL_ONCE": { infer: () => [], work: nothing },
  "tflite:TOPK_V2": { infer: inferTopK, work: sortWork },
  // Which elements are found depends on the data.
  "tflite:WHERE": { infer: () => [], work: () => undefined },
  "tflite:UNIQUE": { infer: () => [], work: () => undefined },
  "tflite:NON_MAX_SUPPRESSION_V4": { infer: () => [], work: () => undefined },
  "tflite:NON_MAX_SUPPRESSION_V5": { infer: () => [], work: () => undefined },
});

type ShapeRule = (ctx: InferContext) => Shape | undefined;

function mover(shapeOf: ShapeRule): Operator {
  return { infer: (ctx) => [output(ctx.elementType(0), shapeOf(ctx))], work: movementWork };
}

function view(shapeOf: ShapeRule): Operator {
  return { infer: (ctx) => [output(undefined, shapeOf(ctx))], work: nothing };
}

function nothing(): Work {
  return { macs: 0, otherFlops: 0, kernel: { kind: "view" } };
}

function like(ctx: InferContext): readonly Inferred[] {
  return [output(ctx.elementType(0), ctx.shape(0))];
}

function squeezed(ctx: InferContext): Shape | undefined {
  const shape = ctx.shape(0);
  if (shape === undefined) return undefined;
  const listed = ctx.ints("squeeze_dims") ?? [];
  if (listed.length === 0)
    return shape.every(isKnown) ? shape.filter((dim) => dim !== 1) : undefined;
  const axes = axesFrom(listed, shape.length);
  return axes === undefined ? undefined : shape.filter((_, axis) => !axes.includes(axis));
}

function expanded(ctx: InferContext): Shape | undefined {
  const shape = ctx.shape(0);
  const axis = constantNumbers(ctx, 1)?.[0];
  if (shape === undefined || axis === undefined) return undefined;
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

/** Paddings are [axes, 2]: before and behind each axis. */
function padded(ctx: InferContext): Shape | undefined {
  const shape = ctx.shape(0);
  const pads = constantNumbers(ctx, 1);
  if (shape === undefined || pads?.length !== 2 * shape.length) return undefined;
  return shape.map((dim, axis) => addDims(dim, (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0)));
}

function sliced(ctx: InferContext): Shape | undefined {
  const shape = ctx.shape(0);
  const begins = constantNumbers(ctx, 1);
  const sizes = constantNumbers(ctx, 2);
  if (shape === undefined || begins?.length !== shape.length || sizes?.length !== shape.length)
    return undefined;
  return shape.map((dim, axis) => {
    const size = sizes[axis] ?? -1;
    return size >= 0 ? size : addDims(dim, -(begins[axis] ?? 0));
  });
}

/** Inputs are the axis and the tensor. */
function inferSplit(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(1);
  const axis = axesFrom(constantNumbers(ctx, 0) ?? [], shape?.length ?? 0)?.[0];
  const part =
    shape === undefined || axis === undefined
      ? undefined
      : divideDims(shape[axis] ?? 1, Math.max(1, ctx.outputCount));
  return Array.from({ length: ctx.outputCount }, () =>
    output(
      ctx.elementType(1),
      shape === undefined || axis === undefined || part === undefined
        ? undefined
        : replaced(shape, axis, part),
    ),
  );
}

/** Inputs are the tensor, the sizes and the axis; one size may be -1, what is left. */
function inferSplitSizes(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const sizes = constantNumbers(ctx, 1);
  const axis = axesFrom(constantNumbers(ctx, 2) ?? [], shape?.length ?? 0)?.[0];
  return Array.from({ length: ctx.outputCount }, (_, index) => {
    const size = sizes?.[index] ?? -1;
    return output(
      ctx.elementType(0),
      shape === undefined || axis === undefined || size < 0
        ? undefined
        : replaced(shape, axis, size),
    );
  });
}

function inferUnpack(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const axis = axesFrom([ctx.int("axis", 0)], shape?.length ?? 0)?.[0];
  const rest =
    shape === undefined || axis === undefined ? undefined : shape.filter((_, at) => at !== axis);
  return Array.from({ length: ctx.outputCount }, () => output(ctx.elementType(0), rest));
}

function splitWork(ctx: WorkContext): Work | undefined {
  const elements = writtenElements(ctx);
  return elements === undefined
    ? undefined
    : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}

/** Blocks of space become channels, or the other way round. */
function blocks(ctx: InferContext, isGathering: boolean): Shape | undefined {
  const shape = ctx.shape(0);
  const size = ctx.int("block_size", 1);
  if (shape?.length !== 4 || size < 1) return undefined;
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  const smaller = (dim: Dim, by: number): Dim => divideDims(dim, by) ?? dim;
  return isGathering
    ? [batch, smaller(height, size), smaller(width, size), multiplyDims(channels, size * size)]
    : [
        batch,
        multiplyDims(height, size),
        multiplyDims(width, size),
        smaller(channels, size * size),
      ];
}

/** Only the update is written; the rest stays in place. */
function updateWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(1);
  return elements === undefined
    ? undefined
    : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}

function assignWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(1);
  return elements === undefined
    ? undefined
    : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}

function inferTopK(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const count = constantNumbers(ctx, 1)?.[0];
  const made =
    shape === undefined || count === undefined
      ? undefined
      : replaced(shape, shape.length - 1, count);
  return [output(ctx.elementType(0), made), output("int32", made)];
}

function sortWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  if (input === undefined) return undefined;
  const columns = input.at(-1) ?? 1;
  const elements = productOf(input);
  return {
    macs: 0,
    // A heap of the best so far: about one comparison for each element and level.
    otherFlops: elements * Math.max(1, Math.ceil(Math.log2(Math.max(2, columns)))),
    kernel: { kind: "sort", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}
