import { productOf } from "../base/product.js";
import { isKnown, productOfDims } from "../graph/dim.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { broadcastTwo } from "./shapes.js";
import { activationFlops } from "./tflite-shape.js";

/** Products of TensorFlow Lite: weights of a fully connected layer are [out, in]. */
export const rule = ruleOfTable({
  "tflite:FULLY_CONNECTED": { infer: inferConnected, work: connectedWork },
  "tflite:BATCH_MATMUL": { infer: inferProduct, work: productWork },
});

/** The input's axes are flattened to rows of the weights' width, unless its rank is kept. */
function inferConnected(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const [outputs, width] = ctx.shape(1) ?? [];
  // Hybrid layers keep floats around integer weights; integer ones may widen (int8 to int16 or int32).
  const elementType = ctx.elementType(0);
  if (input === undefined || outputs === undefined || width === undefined)
    return [output(elementType, undefined)];
  if (ctx.int("keep_num_dims", 0) !== 0)
    return [output(elementType, [...input.slice(0, -1), outputs])];
  const elements = productOfDims(input);
  const first = input[0] ?? 1;
  const rows =
    isKnown(elements) && isKnown(width) && width > 0 ? Math.floor(elements / width) : first;
  if (isKnown(elements) && isKnown(width) && (width === 0 || elements % width !== 0))
    ctx.error(`its input has ${elements} elements, which are no rows of ${width}.`);
  return [output(elementType, [rows, outputs])];
}

function connectedWork(ctx: WorkContext): Work | undefined {
  const weights = ctx.dims(1);
  const outputElements = ctx.outputElements(0);
  if (weights === undefined || outputElements === undefined) return undefined;
  const [n = 0, k = 0] = weights;
  const isInteger = ctx.elementType(0)?.includes("int") === true;
  const epilogue = (ctx.hasInput(2) ? 1 : 0) + activationFlops(ctx) + (isInteger ? 2 : 0);
  return {
    macs: outputElements * k,
    otherFlops: outputElements * epilogue,
    kernel: {
      kind: "matmul",
      batch: 1,
      m: n === 0 ? 0 : outputElements / n,
      n,
      k,
      hasConstantRight: ctx.isWeight(1),
    },
  };
}

function inferProduct(ctx: InferContext): readonly Inferred[] {
  const left = ctx.shape(0);
  const right = ctx.shape(1);
  const elementType = ctx.elementType(0);
  if (left === undefined || right === undefined || left.length < 2 || right.length < 2)
    return [output(elementType, undefined)];
  const batch = broadcastTwo(left.slice(0, -2), right.slice(0, -2));
  const rows = ctx.int("adj_x", 0) !== 0 ? left.at(-1) : left.at(-2);
  const columns = ctx.int("adj_y", 0) !== 0 ? right.at(-2) : right.at(-1);
  if (batch === undefined || rows === undefined || columns === undefined)
    return [output(elementType, undefined)];
  return [output(elementType, [...batch, rows, columns])];
}

function productWork(ctx: WorkContext): Work | undefined {
  const left = ctx.dims(0);
  const made = ctx.outputDims(0);
  if (left === undefined || made === undefined || made.length < 2) return undefined;
  const k = (ctx.int("adj_x", 0) !== 0 ? left.at(-2) : left.at(-1)) ?? 0;
  const batch = productOf(made.slice(0, -2));
  const m = made.at(-2) ?? 0;
  const n = made.at(-1) ?? 0;
  return {
    macs: batch * m * n * k,
    otherFlops: 0,
    kernel: { kind: "matmul", batch, m, n, k, hasConstantRight: ctx.isWeight(1) },
  };
}
