import { isKnown } from "../graph/dim.js";
import { shapeText } from "../graph/value-type.js";
import { outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { normalizeAxis } from "./shapes.js";

/**
 * Operators that write elements by index into a copy of their data. The copy is read and written whole: ONNX's tensors
 * are values. A runtime that updates in place does better.
 */
export const rule = ruleOfTable({
  Scatter: { infer: inferScatterElements, work: scatterWork },
  ScatterElements: { infer: inferScatterElements, work: scatterWork },
  ScatterND: { infer: inferScatterND, work: scatterWork },
  TensorScatter: { infer: inferTensorScatter, work: tensorScatterWork },
});

function inferScatterElements(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const indices = ctx.shape(1);
  if (data !== undefined) {
    normalizeAxis(ctx, ctx.int("axis", 0), data.length);
    if (indices !== undefined && indices.length !== data.length)
      ctx.error(
        `data ${shapeText(data)} and indices ${shapeText(indices)} should have the same rank.`,
      );
  }
  return [outputLike(ctx, 0)];
}

function inferScatterND(ctx: InferContext): readonly (Inferred | undefined)[] {
  const data = ctx.shape(0);
  const width = ctx.shape(1)?.at(-1);
  if (data !== undefined && width !== undefined && isKnown(width) && data.length < width)
    ctx.error(`indices of ${width} numbers do not fit data ${shapeText(data)}.`);
  return [outputLike(ctx, 0)];
}

function inferTensorScatter(ctx: InferContext): readonly (Inferred | undefined)[] {
  const cache = ctx.shape(0);
  const update = ctx.shape(1);
  if (cache !== undefined && update !== undefined && cache.length !== update.length)
    ctx.error(
      `cache ${shapeText(cache)} and update ${shapeText(update)} should have the same rank.`,
    );
  return [outputLike(ctx, 0)];
}

/** With a reduction, one operation per update. */
function scatterWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  const updates = ctx.inputElements(2);
  if (elements === undefined || updates === undefined) return undefined;
  const isReduced = ctx.string("reduction", "none") !== "none";
  return {
    macs: 0,
    otherFlops: isReduced ? updates : 0,
    kernel: { kind: "gather", elements },
  };
}

function tensorScatterWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: 0, kernel: { kind: "gather", elements } };
}
