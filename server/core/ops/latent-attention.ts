import { addDims, type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import { attentionWork, rotaryFlops, withMore } from "./attention-work.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/**
 * Operators of ours for multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1), as serving runtimes
 * divide it into kernels.
 *
 * `HeadwiseMatMul(x[B,S,H×W], weight[H,K,N])`: every head has a matrix of its own, by which the first K elements of
 * the head's part of x are multiplied; [B,S,H×N].
 *
 * `LatentAttention(query[B,S,H×(plain+rotary)], own, latent[B,S,rank], compressed[B,S,rank+rotary], past[B,1,P,rank+rotary])`
 * rotates and attends. `own` is each head's query in the latent space, [B,S,H×rank], and the result is
 * [B,S,H×rank]; where `expands` is 1 it holds the keys and values of all tokens, [B,P+S,H×(plain+value)], and the result is
 * [B,S,H×value]. The new tokens' vectors are appended to the cache.
 */
export const rule = ruleOfTable({
  "ridgepoint:HeadwiseMatMul": { infer: inferHeadwise, work: headwiseWork },
  "ridgepoint:LatentAttention": { infer: inferLatent, work: latentWork },
});

function inferHeadwise(ctx: InferContext): readonly Inferred[] {
  const [batch, length] = ctx.shape(0) ?? [];
  const [heads, , columns] = ctx.shape(1) ?? [];
  const isKnownShape = batch !== undefined && length !== undefined;
  return [
    output(
      ctx.elementType(0),
      isKnownShape && heads !== undefined && columns !== undefined
        ? [batch, length, multiplyDims(heads, columns)]
        : undefined,
    ),
  ];
}

function headwiseWork(ctx: WorkContext): Work | undefined {
  const [batch, length, width] = ctx.dims(0) ?? [];
  const [heads, k, n] = ctx.dims(1) ?? [];
  const elementType = ctx.elementType(0);
  if (batch === undefined || length === undefined || width === undefined) return undefined;
  if (heads === undefined || k === undefined || n === undefined) return undefined;
  if (elementType === undefined) return undefined;
  const m = batch * length;
  return {
    macs: heads * m * n * k,
    otherFlops: 0,
    readBytes: bytesOfElements(elementType, heads * k * (m + n)),
    kernel: { kind: "matmul", batch: heads, m, n, k, hasConstantRight: ctx.isWeight(1) },
  };
}

interface LatentExtents {
  readonly batch: Dim;
  readonly length: Dim;
  readonly keyLength: Dim;
  readonly heads: number;
  readonly rank: number;
  readonly rotarySize: number;
  readonly headSize: number;
  readonly valueSize: number;
  readonly isExpanded: boolean;
}

function extentsOf(ctx: NodeContext): LatentExtents | undefined {
  const [batch, length, width] = ctx.shape(0) ?? [];
  const past = ctx.shape(4)?.[2];
  const heads = ctx.int("num_heads", 0);
  const rank = ctx.int("kv_lora_rank", 0);
  if (batch === undefined || length === undefined || past === undefined) return undefined;
  if (width === undefined || !isKnown(width) || heads < 1 || rank < 1) return undefined;
  return {
    batch,
    length,
    keyLength: addDims(past, length),
    heads,
    rank,
    rotarySize: ctx.int("qk_rope_head_dim", 0),
    headSize: width / heads,
    valueSize: ctx.int("v_head_dim", 0),
    isExpanded: ctx.int("expands", 0) !== 0,
  };
}

function inferLatent(ctx: InferContext): readonly Inferred[] {
  const extents = extentsOf(ctx);
  if (extents === undefined) return [output(ctx.elementType(0), undefined)];
  const { batch, length, heads, rank, valueSize, isExpanded } = extents;
  return [output(ctx.elementType(0), [batch, length, heads * (isExpanded ? valueSize : rank)])];
}

/** On latent vectors all heads share one key, of which the values are a part. */
function latentWork(ctx: WorkContext): Work | undefined {
  const extents = extentsOf(ctx);
  const elementType = ctx.elementType(0);
  const outputElements = ctx.outputElements(0);
  if (extents === undefined || elementType === undefined || outputElements === undefined)
    return undefined;
  const { batch, length, keyLength, heads, rank, rotarySize, headSize, valueSize, isExpanded } =
    extents;
  if (!isKnown(batch) || !isKnown(length)) return undefined;
  const work = attentionWork(
    {
      batch,
      queryHeads: heads,
      keyHeads: isExpanded ? heads : 1,
      queryLength: length,
      keyLength,
      headSize: isExpanded ? headSize : rank + rotarySize,
      valueHeadSize: isExpanded ? valueSize : rank,
    },
    { isCausal: true, window: 0, scoreFlops: 0 },
  );
  const tokens = batch * length;
  const rotated = withMore(work, { otherFlops: rotaryFlops * tokens * rotarySize * (heads + 1) });
  return (
    rotated && {
      ...rotated,
      writeBytes: bytesOfElements(elementType, outputElements + tokens * (rank + rotarySize)),
    }
  );
}
