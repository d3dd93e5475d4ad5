import { productOf } from "../base/product.js";
import { addDims, type Dim, isKnown, subtractDims } from "../graph/dim.js";
import { byteCount } from "../graph/value-type.js";
import type { KernelShape } from "./kernel-shape.js";
import { movementWork, inferLikeFirst, outputLike, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcast } from "./shapes.js";
import { floorDivide } from "./spatial.js";

/** What compilers' dialects have beside ONNX's operators: windows over any axes, loops over elements, copies. */
export const rule = ruleOfTable({
  "mlir:Window": { infer: inferWindow, work: windowWork },
  "mlir:Pointwise": { infer: inferPointwise, work: pointwiseWork },
  "mlir:Nest": { infer: () => [], work: nestWork },
  "mlir:Copy": { infer: inferLikeFirst, work: movementWork },
  "mlir:Gather": { infer: () => [], work: pickedWork },
  "mlir:Scatter": { infer: inferLikeFirst, work: scatteredWork },
  "mlir:Sort": { infer: inferSort, work: sortWork },
  "mlir:Reduce": { infer: inferReduce, work: reduceWork },
  "mlir:Resize": { infer: () => [], work: resizeWork },
  "mlir:Fill": { infer: () => [], work: filledWork },
});

/** A window that slides over all axes; those it does not span have an extent of 1. */
function inferWindow(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const window = ctx.ints("window");
  const elementType = ctx.elementType(0);
  if (input === undefined || window?.length !== input.length) {
    if (input !== undefined) ctx.error(`\`window\` should have ${input.length} extents.`);
    return [output(elementType, undefined)];
  }
  const strides = ctx.ints("strides");
  const dilations = ctx.ints("dilations");
  const pads = ctx.ints("pads") ?? [];
  return [
    output(
      elementType,
      input.map((extent, axis): Dim => {
        const reach = ((window[axis] ?? 1) - 1) * (dilations?.[axis] ?? 1) + 1;
        const stride = Math.max(1, strides?.[axis] ?? 1);
        const padded = addDims(extent, (pads[axis] ?? 0) + (pads[axis + input.length] ?? 0));
        const steps = floorDivide(addDims(subtractDims(padded, reach), stride), stride);
        if (!isKnown(steps) || steps > 0) return steps;
        ctx.error(`its window does not fit into the input along axis ${axis}.`);
        return ctx.freshDim();
      }),
    ),
  ];
}

/** One operation for each element under the window. */
function windowWork(ctx: WorkContext): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  const windowElements = productOf(ctx.ints("window") ?? []);
  return {
    macs: 0,
    otherFlops: outputElements * windowElements,
    kernel: { kind: "pool", outputElements, windowElements },
  };
}

/** `flops` operations for each element; operands broadcast. */
function inferPointwise(ctx: InferContext): readonly Inferred[] {
  const shapes = Array.from({ length: ctx.inputCount }, (_, index) => ctx.shape(index));
  const known = shapes.flatMap((shape) => (shape === undefined ? [] : [shape]));
  const isSame = ctx.int("broadcasts", 0) !== 0 && known.length === shapes.length;
  return [output(undefined, isSame ? broadcast(ctx, known) : undefined)];
}

function pointwiseWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: elements * ctx.int("flops", 1),
    kernel: { kind: "elementwise", elements },
  };
}

/**
 * Loops over elements, counted by the reader: multiply-accumulates and other operations of all iterations, and the bytes
 * that are touched, each once (what a cache as large as the operands leaves of the traffic).
 */
function nestWork(ctx: WorkContext): Work | undefined {
  const macs = ctx.float("macs");
  const flops = ctx.float("flops");
  const readBytes = ctx.float("read_bytes");
  const writeBytes = ctx.float("write_bytes");
  if (macs === undefined || flops === undefined) return undefined;
  return {
    macs,
    otherFlops: flops,
    ...(readBytes !== undefined && { readBytes }),
    ...(writeBytes !== undefined && { writeBytes }),
    kernel: nestKernel(ctx, macs),
  };
}

function nestKernel(ctx: WorkContext, macs: number): KernelShape {
  const [batch = 1, m = 1, n = 1, k = 1] = ctx.ints("product") ?? [];
  if (ctx.ints("product") !== undefined && macs > 0)
    return { kind: "matmul", batch, m, n, k, hasConstantRight: ctx.isWeight(1) };
  const inputElements = ctx.float("iterations", 1);
  const outputElements = ctx.float("results", inputElements);
  return outputElements < inputElements
    ? { kind: "reduction", inputElements, outputElements }
    : { kind: "elementwise", elements: inputElements };
}

/** Only what is picked is read. */
function pickedWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const bytes = byteCount(ctx.outputType(0));
  const indices = ctx.inputCount > 1 ? byteCount(ctx.inputType(1)) : 0;
  if (elements === undefined || bytes === undefined || indices === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: bytes + indices,
    writeBytes: bytes,
    kernel: { kind: "gather", elements },
  };
}

/** Nothing is read. */
function filledWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const writeBytes = byteCount(ctx.outputType(0));
  if (elements === undefined || writeBytes === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: 0,
    readBytes: 0,
    writeBytes,
    kernel: { kind: "movement", elements },
  };
}

/** The target is copied, and the updates written over it. */
function scatteredWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  return elements === undefined
    ? undefined
    : { macs: 0, otherFlops: 0, kernel: { kind: "gather", elements } };
}

function inferSort(ctx: InferContext): readonly Inferred[] {
  return Array.from({ length: ctx.outputCount }, (_, index) => outputLike(ctx, index));
}

/** Comparisons of a sort: n log₂ n for each row. */
function sortWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const columns = dims.at(-1) ?? 1;
  const rows = productOf(dims.slice(0, -1));
  return {
    macs: 0,
    otherFlops: rows * columns * Math.ceil(Math.log2(Math.max(2, columns))),
    kernel: { kind: "sort", rows, columns },
  };
}

/** Axes vanish. */
function inferReduce(ctx: InferContext): readonly Inferred[] {
  const axes = ctx.ints("axes") ?? [];
  const shape = ctx.shape(0);
  return [
    output(
      ctx.elementType(0),
      shape?.filter((_, axis) => !axes.includes(axis)),
    ),
  ];
}

function reduceWork(ctx: WorkContext): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const outputElements = ctx.outputElements(0);
  if (inputElements === undefined || outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: inputElements * ctx.int("flops", 1),
    kernel: { kind: "reduction", inputElements, outputElements },
  };
}

/** Four products and three additions where values are interpolated, which the extents do not tell: one for each element. */
function resizeWork(ctx: WorkContext): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: outputElements,
    kernel: { kind: "resize", outputElements },
  };
}
