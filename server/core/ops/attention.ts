import { addDims, type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import { byteCount, type Shape } from "../graph/value-type.js";
import {
  attentionWork,
  type AttentionExtents,
  completeExtents,
  shareOf,
  softCapFlops,
  withMore,
} from "./attention-work.js";
import { dataType } from "../graph/data-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { reachedKeys } from "./visible-keys.js";

export const rule = ruleOfTable({
  Attention: { infer: inferAttention, work: workOfAttention },
  "ai.onnx.preview:FlexAttention": { infer: inferFlex, work: workOfFlex },
});

/** Q, K and V are [batch, heads, length, size], or [batch, length, heads × size] with the heads as attributes. */
function extentsOf(ctx: NodeContext): AttentionExtents | undefined {
  const query = operand(ctx, 0, ctx.int("q_num_heads"));
  const key = operand(ctx, 1, ctx.int("kv_num_heads"));
  const value = operand(ctx, 2, ctx.int("kv_num_heads"));
  const past = ctx.shape(4)?.[2];
  const keyLength = key?.length ?? value?.length;
  return completeExtents({
    batch: query?.batch,
    queryHeads: query?.heads,
    keyHeads: key?.heads ?? value?.heads,
    queryLength: query?.length,
    keyLength: ctx.hasInput(4) ? sum(past, keyLength) : keyLength,
    headSize: query?.size ?? key?.size,
    valueHeadSize: value?.size,
  });
}

interface HeadedOperand {
  readonly batch: Dim | undefined;
  readonly heads: Dim | undefined;
  readonly length: Dim | undefined;
  readonly size: Dim | undefined;
}

function operand(
  ctx: NodeContext,
  index: number,
  heads: number | undefined,
): HeadedOperand | undefined {
  const shape = ctx.shape(index);
  if (shape?.length === 4)
    return { batch: shape[0], heads: shape[1], length: shape[2], size: shape[3] };
  if (shape?.length !== 3) return undefined;
  return { batch: shape[0], heads, length: shape[1], size: shareOf(shape[2], heads) };
}

function sum(left: Dim | undefined, right: Dim | undefined): Dim | undefined {
  return left === undefined || right === undefined ? undefined : addDims(left, right);
}

function inferAttention(ctx: InferContext): readonly Inferred[] {
  const query = ctx.shape(0);
  checkOperands(ctx, query);
  const extents = extentsOf(ctx);
  const queryType = ctx.elementType(0);
  const keyType = ctx.elementType(4) ?? ctx.elementType(1);
  const valueType = ctx.elementType(5) ?? ctx.elementType(2);
  if (extents === undefined || query === undefined)
    return [
      output(queryType, undefined),
      output(keyType, undefined),
      output(valueType, undefined),
      output(queryType, undefined),
    ];
  const { batch, queryHeads, keyHeads, queryLength, keyLength, headSize, valueHeadSize } = extents;
  const shape: Shape =
    query.length === 4
      ? [batch, queryHeads, queryLength, valueHeadSize]
      : [batch, queryLength, multiplyDims(queryHeads, valueHeadSize)];
  return [
    output(queryType, shape),
    output(keyType, [batch, keyHeads, keyLength, headSize]),
    output(valueType, [batch, keyHeads, keyLength, valueHeadSize]),
    output(queryType, [batch, queryHeads, queryLength, keyLength]),
  ];
}

function checkOperands(ctx: InferContext, query: Shape | undefined): void {
  if (query === undefined) return;
  if (query.length !== 3 && query.length !== 4) {
    ctx.error(`Q has rank ${query.length}; it should be 3 or 4.`);
    return;
  }
  if (query.length === 3 && ctx.node.domain !== "ai.onnx.preview")
    for (const name of ["q_num_heads", "kv_num_heads"])
      if ((ctx.int(name) ?? 0) < 1) ctx.error(`Q has three axes, so \`${name}\` is needed.`);
  const queryOperand = operand(ctx, 0, ctx.int("q_num_heads"));
  const keyOperand = operand(ctx, 1, ctx.int("kv_num_heads"));
  const [querySize, keySize] = [queryOperand?.size, keyOperand?.size];
  if (querySize !== undefined && keySize !== undefined && isKnown(querySize) && isKnown(keySize))
    if (querySize !== keySize) ctx.error(`Q has heads of ${querySize} elements, K of ${keySize}.`);
  const [queryHeads, keyHeads] = [queryOperand?.heads, keyOperand?.heads];
  if (
    queryHeads !== undefined &&
    keyHeads !== undefined &&
    isKnown(queryHeads) &&
    isKnown(keyHeads)
  )
    if (keyHeads > 0 && queryHeads % keyHeads !== 0)
      ctx.error(`${queryHeads} query heads cannot share ${keyHeads} key heads evenly.`);
}

function workOfAttention(ctx: WorkContext): Work | undefined {
  const extents = extentsOf(ctx);
  if (extents === undefined) return undefined;
  const left = ctx.int("left_window_size", -1);
  const right = ctx.int("right_window_size", -1);
  const isCausal = ctx.int("is_causal", 0) !== 0;
  const ahead = isCausal ? 0 : right;
  const window = left >= 0 && ahead >= 0 ? left + 1 + ahead : 0;
  const work = attentionWork(extents, {
    // Whoever sees nothing ahead is causal, whatever the attribute says.
    isCausal: isCausal || right === 0,
    window,
    scoreFlops: (ctx.hasInput(3) ? 1 : 0) + (ctx.float("softcap", 0) === 0 ? 0 : softCapFlops),
  });
  return work && { ...work, ...bytesInWindow(ctx, extents, window) };
}

/** Keys and values before every query's window are not read. */
function bytesInWindow(
  ctx: WorkContext,
  extents: AttentionExtents,
  window: number,
): Pick<Work, "readBytes"> {
  const { queryLength, keyLength } = extents;
  if (!isKnown(queryLength) || !isKnown(keyLength)) return {};
  const reached = reachedKeys(queryLength, keyLength, window);
  if (reached >= keyLength) return {};
  let readBytes = 0;
  for (let index = 0; index < ctx.inputCount; index++) {
    if (!ctx.hasInput(index)) continue;
    const bytes = byteCount(ctx.inputType(index));
    if (bytes === undefined) return {};
    readBytes += cachedInputs.has(index) ? (bytes * reached) / keyLength : bytes;
  }
  return { readBytes: Math.round(readBytes) };
}

/** K, V, past key and past value: what is hidden of the sequence is taken from all alike. */
const cachedInputs: ReadonlySet<number> = new Set([1, 2, 4, 5]);

/** The scores pass through `score_mod` before the softmax, the probabilities through `prob_mod` after it. */
function inferFlex(ctx: InferContext): readonly Inferred[] {
  checkOperands(ctx, ctx.shape(0));
  const extents = extentsOf(ctx);
  if (extents === undefined) return [output(ctx.elementType(0), undefined)];
  const { batch, queryHeads, queryLength, keyLength, valueHeadSize } = extents;
  const elementType = ctx.elementType(0);
  const precision =
    dataType(ctx.int("softmax_precision")) ?? (elementType === "float64" ? "float64" : "float32");
  const scores = output(precision, [batch, queryHeads, queryLength, keyLength]);
  for (const name of ["score_mod", "prob_mod"]) {
    const body = ctx.graph(name);
    if (body !== undefined) ctx.inferBody(body, [scores]);
  }
  return [output(elementType, [batch, queryHeads, queryLength, valueHeadSize])];
}

function workOfFlex(ctx: WorkContext): Work | undefined {
  const extents = extentsOf(ctx);
  if (extents === undefined) return undefined;
  let work = attentionWork(extents, { isCausal: false, window: 0, scoreFlops: 0 });
  for (const name of ["score_mod", "prob_mod"]) {
    const body = ctx.graph(name);
    if (body === undefined) continue;
    const bodyWork = ctx.bodyWork(body);
    if (bodyWork === undefined) return undefined;
    work = withMore(work, bodyWork);
  }
  return work;
}
