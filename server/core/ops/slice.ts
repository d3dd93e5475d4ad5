import { addDims, ceilDivideDims, isKnown, maxDims, subtractDims, type Dim } from "../graph/dim.js";
import { byteCount, type Shape } from "../graph/value-type.js";
import { coordinatesOf, foldCopy, positionOf } from "./fold.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, listedDims, normalizeAxes } from "./shapes.js";
import { isSurelyNegative } from "./sign.js";

export const rule = ruleOfTable({ Slice: { infer: inferSlice, work: sliceWork } });

/** One axis of a slice: where it begins, how many elements it takes, and in which steps. */
interface Cut {
  readonly axis: number;
  readonly start: Dim | undefined;
  readonly step: number;
  readonly length: Dim;
}

/** Starts, ends and axes are attributes before version 10 and inputs, with steps, after. */
function inferSlice(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (shape === undefined) return [output(elementType, undefined)];
  const cuts = readCuts(ctx, shape);
  if (cuts === undefined) return [output(elementType, freshShape(ctx, shape.length))];
  const result = [...shape];
  for (const cut of cuts) result[cut.axis] = cut.length;
  const constant = sliceConstant(ctx.constant(0), cuts);
  return [{ ...output(elementType, result), ...(constant && { constant }) }];
}

function readCuts(ctx: InferContext, shape: Shape): readonly Cut[] | undefined {
  const starts = listedDims(ctx, "starts", 1);
  const ends = listedDims(ctx, "ends", 2);
  const steps = listedDims(ctx, "steps", 4);
  const listedAxes = listedDims(ctx, "axes", 3);
  if (listedAxes === undefined && ctx.hasInput(3)) return undefined;
  const count = starts?.length ?? ends?.length ?? listedAxes?.length;
  if (count === undefined) return undefined;
  if ((ends !== undefined && ends.length !== count) || (listedAxes?.length ?? count) !== count) {
    ctx.error(
      `it has ${count} starts, ${ends?.length ?? "?"} ends and ${listedAxes?.length ?? count} axes.`,
    );
    return undefined;
  }
  const axes = normalizeAxes(
    ctx,
    (listedAxes ?? Array.from({ length: count }, (_, index) => index)).filter((axis) =>
      isKnown(axis),
    ),
    shape.length,
  );
  if (axes?.length !== count) return undefined;
  return axes.map((axis, index) => {
    const step = steps?.[index] ?? (ctx.hasInput(4) ? undefined : 1);
    return cutAxis(ctx, axis, shape[axis] ?? 0, starts?.[index], ends?.[index], step);
  });
}

function cutAxis(
  ctx: InferContext,
  axis: number,
  extent: Dim,
  start: Dim | undefined,
  end: Dim | undefined,
  step: Dim | undefined,
): Cut {
  const unknown: Cut = { axis, start: undefined, step: 1, length: ctx.freshDim(extent) };
  if (step === 0) ctx.error("its step is 0.");
  if (start === undefined || end === undefined || step === undefined) return unknown;
  if (!isKnown(step) || step === 0) return unknown;
  const isForward = step > 0;
  const from = clampIndex(start, extent, isForward ? 0 : -1);
  const to = isForward ? clampIndex(end, extent, 0) : clampBackward(end, extent);
  if (to === undefined) return unknown;
  const distance = isForward ? subtractDims(to, from) : subtractDims(from, to);
  const length = ceilDivideDims(distance, Math.abs(step));
  if (length === undefined) return unknown;
  return { axis, start: from, step, length: isKnown(length) ? Math.max(0, length) : length };
}

/**
 * A bound within [0, extent + last]: negative bounds count from the end, those beyond are clamped. Where symbols leave
 * that open, the slice is taken to lie within its input, as exporters mean it: `x[:, :n]` has n columns.
 */
function clampIndex(index: Dim, extent: Dim, last: number): Dim {
  const top = addDims(extent, last);
  if (!isKnown(index)) return isSurelyNegative(index) ? addDims(extent, index) : index;
  if (isKnown(extent)) return clampKnown(index < 0 ? index + extent : index, extent + last);
  if (farAway <= index) return top;
  if (index < -farAway) return 0;
  return index < 0 ? addDims(extent, index) : index;
}

function clampKnown(index: number, top: number): number {
  return Math.min(top, Math.max(0, index));
}

/** Going backwards, the end may stand before the first element, which is -1. */
function clampBackward(end: Dim, extent: Dim): Dim | undefined {
  if (isKnown(end) && end <= -farAway) return -1;
  if (isKnown(end) && isKnown(extent)) {
    const counted = end < 0 ? end + extent : end;
    return Math.min(extent - 1, Math.max(-1, counted));
  }
  if (isKnown(end)) return end < 0 ? maxDims(-1, addDims(extent, end)) : end;
  return undefined;
}

/** Exporters write the end of an axis as a huge number: 2^31 - 1 or 2^63 - 1. */
const farAway = 2 ** 31 - 1;

function sliceConstant(source: Constant | undefined, cuts: readonly Cut[]): Constant | undefined {
  if (source === undefined) return undefined;
  const shape = [...source.shape];
  for (const { axis, length } of cuts) {
    if (!isKnown(length)) return undefined;
    shape[axis] = length;
  }
  if (!cuts.every(({ start }) => start !== undefined && isKnown(start))) return undefined;
  return foldCopy(source, shape, (position) => {
    const coordinates = coordinatesOf(position, shape);
    for (const { axis, start, step } of cuts)
      coordinates[axis] = Number(start) + (coordinates[axis] ?? 0) * step;
    return positionOf(coordinates, source.shape);
  });
}

/** Reads what it writes and nothing of the rest. */
function sliceWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const bytes = byteCount(ctx.outputType(0));
  if (elements === undefined || bytes === undefined) return undefined;
  return { macs: 0, otherFlops: 0, readBytes: bytes, kernel: { kind: "movement", elements } };
}
