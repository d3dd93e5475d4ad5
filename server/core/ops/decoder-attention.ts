import { addDims, type Dim, isKnown } from "../graph/dim.js";
import { attentionWork, completeExtents, shareOf, withMore } from "./attention-work.js";
import { type Operator, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  "com.microsoft:DecoderAttention": { infer: inferDecoder, work: decoderWork },
  "com.microsoft:LongformerAttention": longformer({ weights: 1, bias: 2 }),
  "com.microsoft:QOrderedLongformerAttention": longformer({ weights: 2, bias: 4 }),
});

/** Inputs are time-major: [length, batch, hidden]. The flags that say which cache is used are inputs as well. */
function keyLengthOf(ctx: NodeContext): Dim | undefined {
  const key = ctx.shape(1)?.[0];
  if (!ctx.hasInput(6)) return key;
  const cached = ctx.shape(6)?.[2];
  const usesPast = flag(ctx, 9);
  if (usesPast === false) return key;
  const isStatic = flag(ctx, 8);
  if (usesPast === undefined || isStatic === undefined) return undefined;
  if (isStatic) return cached;
  const step = ctx.shape(0)?.[0];
  return cached === undefined || step === undefined ? undefined : addDims(cached, step);
}

function flag(ctx: NodeContext, index: number): boolean | undefined {
  const value = ctx.constant(index)?.data[0];
  return typeof value === "number" ? value !== 0 : undefined;
}

function inferDecoder(ctx: InferContext): readonly Inferred[] {
  const heads = ctx.int("num_heads", 0);
  const query = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const size = shareOf(query?.[2], heads);
  if (query?.length !== 3 || size === undefined) {
    const unknown = output(elementType, undefined);
    return [outputLike(ctx, 0), unknown, unknown];
  }
  const cache = output(elementType, [
    query[1] ?? 1,
    heads,
    keyLengthOf(ctx) ?? ctx.freshDim(),
    size,
  ]);
  return [outputLike(ctx, 0), cache, cache];
}

/** MACs = tokens × hidden² for Q, keys × 2 hidden² for K and V unless they are cached, and the attention's. */
function decoderWork(ctx: WorkContext): Work | undefined {
  const heads = ctx.int("num_heads", 0);
  const query = ctx.dims(0);
  const key = ctx.dims(1);
  if (query?.length !== 3 || key?.length !== 3) return undefined;
  const [length = 0, batch = 0, hidden = 0] = query;
  const isCached = flag(ctx, 9) === true && flag(ctx, 8) === true && ctx.hasInput(6);
  const keyTokens = isCached ? 0 : (key[0] ?? 0) * batch;
  const extents = completeExtents({
    batch,
    queryHeads: heads,
    keyHeads: heads,
    queryLength: length,
    keyLength: keyLengthOf(ctx),
    headSize: shareOf(hidden, heads),
    valueHeadSize: shareOf(hidden, heads),
  });
  if (extents === undefined) return undefined;
  const work = attentionWork(extents, {
    isCausal: false,
    window: 0,
    scoreFlops: ctx.hasInput(5) ? 1 : 0,
  });
  return withMore(work, {
    macs: hidden * hidden * (length * batch + 2 * keyTokens),
    otherFlops: hidden * (length * batch + 2 * keyTokens),
  });
}

/**
 * Beltagy et al., Longformer, section 3.1: each token attends to `window` tokens on either side and to itself. How many
 * tokens attend globally is data; the projections for them (`global_weight`) and their attention are not counted.
 */
function longformer(inputs: { readonly weights: number; readonly bias: number }): Operator {
  return {
    infer: (ctx) => [outputLike(ctx, 0)],
    work: (ctx) => {
      const heads = ctx.int("num_heads", 0);
      const dims = ctx.dims(0);
      const columns = ctx.shape(inputs.weights)?.[1];
      if (dims?.length !== 3 || columns === undefined || !isKnown(columns)) return undefined;
      const [batch = 0, length = 0, hidden = 0] = dims;
      const visible = Math.min(length, 2 * ctx.int("window", 0) + 1);
      const extents = completeExtents({
        batch,
        queryHeads: heads,
        keyHeads: heads,
        queryLength: length,
        keyLength: visible,
        headSize: shareOf(hidden, heads),
        valueHeadSize: shareOf(hidden, heads),
      });
      if (extents === undefined) return undefined;
      const work = attentionWork(extents, { isCausal: false, window: visible, scoreFlops: 1 });
      return withMore(work, {
        macs: batch * length * hidden * columns,
        otherFlops: ctx.hasInput(inputs.bias) ? batch * length * columns : 0,
      });
    },
  };
}
