import { isKnown } from "../graph/dim.js";
import {
  elementwiseWork,
  inferLikeFirst,
  movementWork,
  type Operator,
  output,
  outputLike,
  ruleOfTable,
} from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { floorDivide } from "./spatial.js";

/** 0.5 x (1 + erf(x / √2)): a division, erf, an addition, two multiplies. */
export const geluFlops = 5;
/** 0.5 x (1 + tanh(x (a + b x²))): six multiplies, two additions, a tanh. */
export const fastGeluFlops = 9;
/** x × sigmoid(α x): multiply, negate, exponentiate, add, divide, multiply. */
const quickGeluFlops = 6;

/** Element-wise fusions of ONNX Runtime (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:Gelu": like(elementwiseWork(geluFlops)),
  "com.microsoft:QuickGelu": like(elementwiseWork(quickGeluFlops)),
  "com.microsoft:FastGelu": like((ctx) => elementwiseWork(fastGeluFlops + present(ctx, 1))(ctx)),
  "com.microsoft:BiasGelu": { infer: inferBiased, work: elementwiseWork(geluFlops + 1) },
  "com.microsoft:BiasAdd": { infer: inferBiased, work: elementwiseWork(2) },
  "com.microsoft:BiasSplitGelu": { infer: inferSplit, work: elementwiseWork(geluFlops + 3) },
  "com.microsoft:BiasDropout": dropout("bool", 1),
  "com.microsoft:BitmaskDropout": dropout("uint32", 0),
  "com.microsoft:BitmaskBiasDropout": dropout("uint32", 1),
  "com.microsoft:SampleOp": like(movementWork),
  "com.microsoft:NGramRepeatBlock": {
    infer: (ctx) => [outputLike(ctx, 1)],
    work: repeatBlockWork,
  },
  "com.microsoft:MurmurHash3": {
    infer: (ctx) => [outputLike(ctx, 0, ctx.int("positive", 1) === 1 ? "uint32" : "int32")],
    // Each word takes two multiplies, two rotations, an addition and two exclusive ors; the end as many (MurmurHash3_x86_32).
    work: elementwiseWork(14),
  },
  "com.microsoft:IsAllFinite": { infer: () => [output("bool", [])], work: allFiniteWork },
});

function like(work: Operator["work"]): Operator {
  return { infer: inferLikeFirst, work };
}

function present(ctx: WorkContext, index: number): number {
  return ctx.hasInput(index) ? 1 : 0;
}

function inferBiased(ctx: InferContext): readonly Inferred[] {
  const last = ctx.shape(0)?.at(-1);
  const bias = ctx.shape(1)?.at(-1);
  if (last !== undefined && bias !== undefined && isKnown(last) && isKnown(bias) && last !== bias)
    ctx.error(`the input ends in ${last} elements, the bias has ${bias}.`);
  return inferLikeFirst(ctx);
}

/** Half of the last axis is gated by the Gelu of the other half. Per output: two biases, a Gelu, a multiply. */
function inferSplit(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const last = shape?.at(-1);
  if (shape === undefined || last === undefined) return [output(ctx.elementType(0), undefined)];
  if (isKnown(last) && last % 2 !== 0)
    ctx.error(`the input ends in ${last} elements, which cannot be split in two.`);
  return [output(ctx.elementType(0), [...shape.slice(0, -1), floorDivide(last, 2)])];
}

/** Inference drops nothing: the bias and the residual are added. The mask has a bit for each element, or a byte. */
function dropout(maskType: "bool" | "uint32", firstExtra: number): Operator {
  return {
    infer: (ctx) => {
      const shape = ctx.shape(0);
      const elements = shape?.reduce<number | undefined>(
        (sum, extent) => (sum === undefined || !isKnown(extent) ? undefined : sum * extent),
        1,
      );
      const mask =
        maskType === "bool"
          ? outputLike(ctx, 0, "bool")
          : output("uint32", [elements === undefined ? ctx.freshDim() : Math.ceil(elements / 32)]);
      return [outputLike(ctx, 0), mask];
    },
    work: (ctx) => elementwiseWork(firstExtra === 0 ? 0 : present(ctx, 1) + present(ctx, 2))(ctx),
  };
}

/** Each n-gram of the ids is compared with the last n - 1 ids; the scores are copied. */
function repeatBlockWork(ctx: WorkContext): Work | undefined {
  const ids = ctx.inputElements(0);
  const elements = ctx.outputElements(0);
  if (ids === undefined || elements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: ids * Math.max(0, ctx.int("ngram_size", 1) - 1),
    kernel: { kind: "movement", elements },
  };
}

function allFiniteWork(ctx: WorkContext): Work | undefined {
  let inputElements = 0;
  for (let index = 0; index < ctx.inputCount; index++) {
    const elements = ctx.inputElements(index);
    if (elements === undefined) return undefined;
    inputElements += elements;
  }
  return {
    macs: 0,
    otherFlops: inputElements,
    kernel: { kind: "reduction", inputElements, outputElements: 1 },
  };
}
