import type { Shape } from "../graph/value-type.js";
import { output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { axesFrom, constantNumbers } from "./tflite-shape.js";

/** Reductions over the axes of input 1; `after` is spent once for each output element. */
const costs: Readonly<Record<string, { readonly perInput: number; readonly after: number }>> = {
  MEAN: { perInput: 1, after: 1 },
  SUM: { perInput: 1, after: 0 },
  REDUCE_PROD: { perInput: 1, after: 0 },
  REDUCE_MAX: { perInput: 1, after: 0 },
  REDUCE_MIN: { perInput: 1, after: 0 },
  REDUCE_ANY: { perInput: 1, after: 0 },
  REDUCE_ALL: { perInput: 1, after: 0 },
};

export const rule = ruleOfTable({
  ...Object.fromEntries(
    Object.entries(costs).map(([name, cost]): [string, Operator] => [
      `tflite:${name}`,
      {
        infer: (ctx) => [output(ctx.elementType(0), reducedShape(ctx, keepsRank(ctx)))],
        work: (ctx) => reductionWork(ctx, cost),
      },
    ]),
  ),
  "tflite:ARG_MAX": { infer: inferArg, work: (ctx) => reductionWork(ctx, argCost) },
  "tflite:ARG_MIN": { infer: inferArg, work: (ctx) => reductionWork(ctx, argCost) },
  // A square and a sum for each element, then a root and a division.
  "tflite:L2_NORMALIZATION": { infer: like, work: (ctx) => normalizationWork(ctx, 4) },
  // A square, a sum over neighbours, a power and a division for each element.
  "tflite:LOCAL_RESPONSE_NORMALIZATION": { infer: like, work: (ctx) => normalizationWork(ctx, 6) },
});

const argCost = { perInput: 1, after: 0 };

function keepsRank(ctx: InferContext): boolean {
  return ctx.int("keep_dims", 0) !== 0;
}

function like(ctx: InferContext): readonly Inferred[] {
  return [output(ctx.elementType(0), ctx.shape(0))];
}

function inferArg(ctx: InferContext): readonly Inferred[] {
  return [output(undefined, reducedShape(ctx, false))];
}

function reducedShape(ctx: InferContext, keeps: boolean): Shape | undefined {
  const shape = ctx.shape(0);
  const listed = constantNumbers(ctx, 1);
  if (shape === undefined || listed === undefined) return undefined;
  const axes = axesFrom(listed, shape.length);
  if (axes === undefined) {
    ctx.error(`its axes [${listed.join(",")}] are not those of an input of rank ${shape.length}.`);
    return undefined;
  }
  return keeps
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function reductionWork(
  ctx: WorkContext,
  cost: { readonly perInput: number; readonly after: number },
): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const outputElements = ctx.outputElements(0);
  if (inputElements === undefined || outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: cost.perInput * inputElements + cost.after * outputElements,
    kernel: { kind: "reduction", inputElements, outputElements },
  };
}

function normalizationWork(ctx: WorkContext, flops: number): Work | undefined {
  const elements = ctx.outputElements(0);
  const columns = ctx.dims(0)?.at(-1) ?? 1;
  if (elements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: flops * elements,
    kernel: { kind: "normalization", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}
