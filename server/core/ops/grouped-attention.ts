import { addDims, type Dim, isKnown, maxDims, multiplyDims } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import {
  attentionWork,
  type AttentionExtents,
  completeExtents,
  rotaryFlops,
  shareOf,
  softCapFlops,
  withMore,
} from "./attention-work.js";
import { type Operator, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Attention of ONNX Runtime with fewer key heads than query heads and a cache (ContribOperators.md). */
interface GroupedForm {
  readonly totalLength: number;
  readonly attentionBias: number;
  readonly isCausal: (ctx: NodeContext) => boolean;
}

export const rule = ruleOfTable({
  "com.microsoft:GroupQueryAttention": grouped({
    totalLength: 6,
    attentionBias: 10,
    isCausal: (ctx) => ctx.int("causal", 1) !== 0,
  }),
  // Which blocks its mask hides is data: all blocks count.
  "com.microsoft:SparseAttention": grouped({
    totalLength: 7,
    attentionBias: Infinity,
    isCausal: () => true,
  }),
  // How long the cached sequences are is data.
  "com.microsoft:PagedAttention": { infer: inferPaged, work: () => undefined },
});

const pastKey = 3;
const pastValue = 4;

function grouped(form: GroupedForm): Operator {
  return { infer: (ctx) => inferGrouped(ctx, form), work: (ctx) => groupedWork(ctx, form) };
}

interface Grouped extends AttentionExtents {
  /** Tokens added to the cache by this call. */
  readonly newLength: Dim;
  readonly presentLength: Dim;
}

function extentsOf(ctx: NodeContext, form: GroupedForm): Grouped | undefined {
  const heads = ctx.int("num_heads", 0);
  const keyHeads = ctx.int("kv_num_heads", 0);
  const query = ctx.shape(0);
  if (query?.length !== 3 || heads < 1 || keyHeads < 1) return undefined;
  const headSize = headSizeOf(ctx, query[2], heads, keyHeads);
  const queryLength = query[1] ?? 1;
  const newLength = ctx.hasInput(1) ? (ctx.shape(1)?.[1] ?? queryLength) : queryLength;
  const past = ctx.shape(pastKey)?.[2];
  const total = ctx.constant(form.totalLength)?.data[0];
  const known = typeof total === "string" ? undefined : total;
  const appended = ctx.hasInput(pastKey)
    ? past === undefined
      ? undefined
      : addDims(past, newLength)
    : newLength;
  const keyLength = known ?? appended;
  const extents = completeExtents({
    batch: query[0],
    queryHeads: heads,
    keyHeads,
    queryLength,
    keyLength,
    headSize,
    valueHeadSize: headSize,
  });
  if (extents === undefined) return undefined;
  return {
    ...extents,
    newLength,
    presentLength: presentLengthOf(ctx, past, known) ?? extents.keyLength,
  };
}

/** A buffer that is shared with the past keeps its length; otherwise the new tokens are appended. */
function presentLengthOf(
  ctx: NodeContext,
  past: Dim | undefined,
  total: Dim | undefined,
): Dim | undefined {
  if (past === undefined) return undefined;
  if (ctx.int("sliding_window_cache", 0) !== 0 || ctx.node.op === "SparseAttention") return past;
  return total === undefined ? undefined : maxDims(past, total);
}

/** From the query's width, which holds K and V too when they are not given; `head_size` need not be in the cache's type. */
function headSizeOf(
  ctx: NodeContext,
  width: Dim | undefined,
  heads: number,
  keyHeads: number,
): Dim | undefined {
  return shareOf(width, ctx.hasInput(1) ? heads : heads + 2 * keyHeads);
}

function inferGrouped(ctx: InferContext, form: GroupedForm): readonly Inferred[] {
  checkHeads(ctx);
  const elementType = ctx.elementType(0);
  const extents = extentsOf(ctx, form);
  const keyType = ctx.elementType(pastKey) ?? elementType;
  const valueType = ctx.elementType(pastValue) ?? elementType;
  if (extents === undefined)
    return [
      output(elementType, undefined),
      output(keyType, undefined),
      output(valueType, undefined),
      output(elementType, undefined),
    ];
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, presentLength } = extents;
  // A 4-bit cache holds two elements in each byte.
  const stored = ctx.shape(pastKey)?.[3] ?? headSize;
  const present: Shape = [batch, keyHeads, presentLength, stored];
  return [
    output(elementType, [batch, queryLength, multiplyDims(queryHeads, headSize)]),
    output(keyType, present),
    output(valueType, present),
    output(elementType, [batch, queryHeads, queryLength, keyLength]),
  ];
}

function checkHeads(ctx: InferContext): void {
  const heads = ctx.int("num_heads", 0);
  const keyHeads = ctx.int("kv_num_heads", 0);
  if (heads < 1 || keyHeads < 1) {
    ctx.error("`num_heads` and `kv_num_heads` should be at least 1.");
    return;
  }
  if (heads % keyHeads !== 0)
    ctx.error(`${heads} query heads cannot share ${keyHeads} key heads evenly.`);
  const width = ctx.shape(0)?.at(-1);
  const parts = ctx.hasInput(1) ? heads : heads + 2 * keyHeads;
  if (width !== undefined && isKnown(width) && width % parts !== 0)
    ctx.error(`the query ends in ${width} elements; ${parts} heads do not divide them.`);
}

/**
 * The attention; a rotation of the new queries and keys. Cache buffers are read as far as they are filled and written
 * where the new tokens go: past and present share their memory in every runtime that generates text.
 */
function groupedWork(ctx: WorkContext, form: GroupedForm): Work | undefined {
  const extents = extentsOf(ctx, form);
  if (extents === undefined) return undefined;
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, newLength } = extents;
  const window = Math.max(0, ctx.int("local_window_size", -1));
  const hasBias = ctx.hasInput(form.attentionBias);
  const work = attentionWork(extents, {
    isCausal: form.isCausal(ctx),
    window,
    scoreFlops: (hasBias ? 1 : 0) + (ctx.float("softcap", 0) === 0 ? 0 : softCapFlops),
  });
  const elementType = ctx.elementType(0);
  if (work === undefined || elementType === undefined) return undefined;
  if (!isKnown(batch) || !isKnown(queryHeads) || !isKnown(keyHeads)) return undefined;
  if (!isKnown(queryLength) || !isKnown(keyLength) || !isKnown(newLength)) return undefined;
  if (!isKnown(headSize)) return undefined;
  const visible = window === 0 ? keyLength : Math.min(keyLength, window + queryLength);
  const cacheType = ctx.elementType(pastKey) ?? elementType;
  const bits = ctx.int("kv_cache_bit_width", 8) === 4 ? 0.5 : 1;
  const perToken = 2 * batch * keyHeads * headSize * (cacheType === "uint8" ? bits : 1);
  const newTokens = 2 * batch * keyHeads * headSize * newLength;
  const queryElements = batch * queryLength * queryHeads * headSize;
  const tables = ctx.int("do_rotary", 0) === 0 ? 0 : queryLength * headSize;
  const scores = batch * queryHeads * queryLength * keyLength;
  const rotated = queryElements + newTokens / 2;
  return {
    ...(withMore(work, {
      otherFlops: ctx.int("do_rotary", 0) === 0 ? 0 : rotaryFlops * rotated,
    }) ?? work),
    readBytes:
      bytesOfElements(elementType, queryElements + newTokens + tables) +
      bytesOfElements(cacheType, perToken * Math.max(0, visible - newLength)) +
      (hasBias ? bytesOfElements(elementType, ctx.inputElements(form.attentionBias) ?? scores) : 0),
    writeBytes:
      bytesOfElements(elementType, queryElements) +
      bytesOfElements(cacheType, perToken * newLength) +
      (ctx.hasOutput(3) ? bytesOfElements(elementType, scores) : 0),
  };
}

function inferPaged(ctx: InferContext): readonly Inferred[] {
  checkHeads(ctx);
  const heads = ctx.int("num_heads", 0);
  const query = ctx.shape(0);
  const headSize = headSizeOf(ctx, query?.[1], heads, ctx.int("kv_num_heads", 0));
  const width = ctx.int("v_head_size", 0) > 0 ? ctx.int("v_head_size", 0) : headSize;
  const shape: Shape | undefined =
    query?.length === 2 && width !== undefined
      ? [query[0] ?? 1, multiplyDims(heads, width)]
      : undefined;
  return [output(ctx.elementType(0), shape), outputLike(ctx, 3), outputLike(ctx, 4)];
}
