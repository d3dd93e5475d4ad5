import type { Dim } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import { rotaryFlops } from "./attention-work.js";
import { inferLikeFirst, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  RotaryEmbedding: { infer: inferRotary, work: (ctx) => rotaryWork(ctx, 1, 3) },
  "com.microsoft:RotaryEmbedding": { infer: inferRotary, work: (ctx) => rotaryWork(ctx, 2, 1) },
  "com.microsoft:MRotaryEmbedding": { infer: inferRotary, work: (ctx) => rotaryWork(ctx, 2, 1) },
  "com.microsoft:GemmaRotaryEmbedding": {
    infer: (ctx) => [outputLike(ctx, 1), outputLike(ctx, 3)],
    work: gemmaWork,
  },
});

function inferRotary(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  if (shape !== undefined && shape.length !== 3 && shape.length !== 4)
    ctx.error(`the input has rank ${shape.length}; it should be 3 or 4.`);
  return inferLikeFirst(ctx);
}

/** Of the tables of cosines and sines, only the rows of the positions at hand are read. */
function rotaryWork(ctx: WorkContext, cosines: number, positions: number): Work | undefined {
  const dims = ctx.dims(0);
  const elements = ctx.inputElements(0);
  const elementType = ctx.elementType(0);
  const tableWidth = ctx.shape(cosines)?.at(-1);
  if (dims === undefined || elements === undefined || elementType === undefined) return undefined;
  const [batch = 1, second = 1, third = 1] = dims;
  const tokens = batch * (dims.length === 4 ? third : second);
  const headSize = dims.length === 4 ? (dims[3] ?? 1) : headSizeOf(ctx, third, tableWidth);
  const rotated = ctx.int("rotary_embedding_dim", 0);
  const share = headSize > 0 && rotated > 0 ? Math.min(1, rotated / headSize) : 1;
  const width = typeof tableWidth === "number" ? tableWidth : headSize / 2;
  return {
    macs: 0,
    otherFlops: rotaryFlops * elements * share,
    readBytes:
      bytesOfElements(elementType, elements) +
      2 * bytesOfElements(elementType, tokens * width) +
      (ctx.hasInput(positions) ? 8 * (ctx.inputElements(positions) ?? 0) : 0),
    kernel: { kind: "elementwise", elements },
  };
}

function headSizeOf(ctx: WorkContext, hidden: number, tableWidth: Dim | undefined): number {
  const heads = ctx.int("num_heads", 0);
  if (heads > 0) return hidden / heads;
  return typeof tableWidth === "number" ? 2 * tableWidth : hidden;
}

/**
 * ContribOperators.md: q × cos + q_rot × sin, and the same for k: 3 operations for each element, after a sine and a
 * cosine of each element of the embedding.
 */
function gemmaWork(ctx: WorkContext): Work | undefined {
  const embedding = ctx.inputElements(0);
  const query = ctx.inputElements(1);
  const key = ctx.inputElements(3);
  if (embedding === undefined || query === undefined || key === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: rotaryFlops * (query + key) + 2 * embedding,
    kernel: { kind: "elementwise", elements: query + key },
  };
}
