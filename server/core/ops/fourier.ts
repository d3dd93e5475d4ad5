import { productOf } from "../base/product.js";
import { numberOfConstant, scalarOfConstant } from "../graph/constant.js";
import { addDims, type Dim, isKnown, multiplyDims, subtractDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { broadcast, normalizeAxis, withAxis } from "./shapes.js";
import { floorDivide } from "./spatial.js";

export const rule = ruleOfTable({
  DFT: { infer: inferDft, work: dftWork },
  STFT: { infer: inferStft, work: stftWork },
  "com.microsoft:Rfft": { infer: inferRfft, work: (ctx) => contribWork(ctx, 0) },
  "com.microsoft:Irfft": { infer: inferIrfft, work: (ctx) => contribWork(ctx, 1) },
  "com.microsoft:ComplexMul": { infer: inferComplexProduct, work: complexProductWork },
  "com.microsoft:ComplexMulConj": { infer: inferComplexProduct, work: complexProductWork },
});

/** A transform of `length` complex points takes 5 n log₂ n operations (Cooley and Tukey; FFTW's convention), of real ones half. */
function transformFlops(length: number, isReal: boolean): number {
  return length > 1 ? (isReal ? 2.5 : 5) * length * Math.log2(length) : 0;
}

/** Version 17 has the axis as an attribute, 1 by default; version 20 as input 2, -2 by default. */
function axisOf(ctx: NodeContext): number | undefined {
  if (ctx.opset < 20) return ctx.int("axis", 1);
  return ctx.hasInput(2) ? numberOfConstant(ctx.constant(2)) : -2;
}

interface Transform {
  readonly isInverse: boolean;
  readonly isOneSided: boolean;
}

function transformOf(ctx: NodeContext): Transform {
  return { isInverse: ctx.int("inverse", 0) !== 0, isOneSided: ctx.int("onesided", 0) !== 0 };
}

function inferDft(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(0);
  const input = shapeOfRank(ctx, 0, { low: 2, high: 99 }, "the input");
  if (input === undefined) return [output(elementType, undefined)];
  const given = axisOf(ctx);
  const { isInverse, isOneSided } = transformOf(ctx);
  const isRealOutput = isInverse && isOneSided;
  const parts = isRealOutput ? 1 : 2;
  if (given === undefined)
    return [output(elementType, [...input.slice(0, -1).map(() => ctx.freshDim()), parts])];
  const axis = normalizeAxis(ctx, given, input.length);
  if (axis === undefined) return [output(elementType, undefined)];
  const length = lengthOf(ctx, input, axis, isRealOutput);
  const bins =
    length === undefined
      ? ctx.freshDim()
      : isOneSided && !isInverse
        ? addDims(floorDivide(length, 2), 1)
        : length;
  return [output(elementType, withAxis([...input.slice(0, -1), parts], axis, bins))];
}

/** Points of the transform: input 1, or the axis; the inverse of a one-sided spectrum of m bins has 2 (m - 1). */
function lengthOf(
  ctx: NodeContext,
  input: Shape,
  axis: number,
  isRealOutput: boolean,
): Dim | undefined {
  if (ctx.hasInput(1)) {
    const length = scalarOfConstant(ctx.constant(1));
    return typeof length === "string" ? undefined : length;
  }
  const extent = input[axis] ?? 1;
  return isRealOutput ? multiplyDims(2, subtractDims(extent, 1)) : extent;
}

function dftWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const given = axisOf(ctx);
  if (input === undefined || given === undefined) return undefined;
  const axis = given < 0 ? given + input.length : given;
  const { isInverse, isOneSided } = transformOf(ctx);
  const length = lengthOf(ctx, input, axis, isInverse && isOneSided);
  if (length === undefined || !isKnown(length)) return undefined;
  const rows = productOf(input.slice(0, -1)) / Math.max(1, input[axis] ?? 1);
  return transformWork(rows, length, isOneSided || input.at(-1) === 1);
}

function transformWork(rows: number, length: number, isReal: boolean): Work {
  return {
    macs: 0,
    otherFlops: Math.round(rows * transformFlops(length, isReal)),
    kernel: { kind: "transform", rows, columns: length },
  };
}

interface Frames {
  readonly count: Dim;
  readonly length: Dim;
}

/** Frames of `frame_length` (or the window's length) samples, one each `frame_step`. */
function framesOf(ctx: NodeContext, signal: Shape): Frames | undefined {
  const step = numberOfConstant(ctx.constant(1));
  const given = ctx.hasInput(3) ? scalarOfConstant(ctx.constant(3)) : ctx.shape(2)?.[0];
  if (step === undefined || step < 1 || given === undefined || typeof given === "string")
    return undefined;
  const rest = subtractDims(signal[1] ?? 1, given);
  return { count: floorDivide(addDims(rest, step), step), length: given };
}

function inferStft(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(0);
  const signal = shapeOfRank(ctx, 0, { low: 2, high: 3 }, "the signal");
  if (signal === undefined) return [output(elementType, undefined)];
  const frames = framesOf(ctx, signal);
  if (frames !== undefined && isKnown(frames.count) && frames.count < 1)
    ctx.error("a frame is longer than the signal.");
  const isOneSided = ctx.int("onesided", 1) !== 0;
  const length = frames?.length;
  const bins =
    length === undefined
      ? ctx.freshDim()
      : isOneSided
        ? addDims(floorDivide(length, 2), 1)
        : length;
  return [output(elementType, [signal[0] ?? 1, frames?.count ?? ctx.freshDim(), bins, 2])];
}

/** A multiply by the window for each sample of each frame, then its transform. */
function stftWork(ctx: WorkContext): Work | undefined {
  const signal = ctx.shape(0);
  const dims = ctx.outputDims(0);
  const frames = signal === undefined ? undefined : framesOf(ctx, signal);
  if (dims === undefined || frames === undefined || !isKnown(frames.length)) return undefined;
  const rows = (dims[0] ?? 1) * (dims[1] ?? 1);
  const work = transformWork(rows, frames.length, signal?.[2] !== 2);
  return { ...work, otherFlops: work.otherFlops + (ctx.hasInput(2) ? rows * frames.length : 0) };
}

/** Real [.., n] gives one-sided complex [.., n/2 + 1, 2]. */
function inferRfft(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const last = input?.at(-1);
  if (input === undefined || last === undefined) return [output(ctx.elementType(0), undefined)];
  return [output(ctx.elementType(0), [...input.slice(0, -1), addDims(floorDivide(last, 2), 1), 2])];
}

function inferIrfft(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const bins = input?.at(-2);
  if (input === undefined || bins === undefined) return [output(ctx.elementType(0), undefined)];
  const length = multiplyDims(2, subtractDims(bins, 1));
  return [output(ctx.elementType(0), [...input.slice(0, -2), length])];
}

/** `signal_ndim` trailing axes of the real side are transformed, one after the other. */
function contribWork(ctx: WorkContext, realSide: 0 | 1): Work | undefined {
  const dims = realSide === 0 ? ctx.dims(0) : ctx.outputDims(0);
  if (dims === undefined) return undefined;
  const axes = Math.max(1, Math.min(dims.length, ctx.int("signal_ndim", 1)));
  const elements = productOf(dims);
  let otherFlops = 0;
  for (const length of dims.slice(-axes))
    otherFlops += (elements / Math.max(1, length)) * transformFlops(length, true);
  const columns = dims.at(-1) ?? 1;
  return {
    macs: 0,
    otherFlops: Math.round(otherFlops),
    kernel: { kind: "transform", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}

function inferComplexProduct(ctx: InferContext): readonly Inferred[] {
  return [output(ctx.elementType(0), broadcast(ctx, [ctx.shape(0), ctx.shape(1)]))];
}

/** Four multiplies and two additions for each pair of parts: 3 for each element. */
function complexProductWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: 3 * elements, kernel: { kind: "elementwise", elements } };
}
