import { addDims, type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import {
  attentionWork,
  type AttentionExtents,
  completeExtents,
  sharedCacheBytes,
  shareOf,
  withMore,
} from "./attention-work.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Attention of ONNX Runtime whose operands are projected already (ContribOperators.md). */
interface HeadsForm {
  readonly bias: number;
  readonly mask: number;
  readonly attentionBias: number;
  readonly pastKey: number;
  readonly pastLength: number;
}

export const rule = ruleOfTable({
  "com.microsoft:MultiHeadAttention": headsOperator({
    bias: 3,
    mask: 4,
    attentionBias: 5,
    pastKey: 6,
    pastLength: 8,
  }),
  "com.microsoft:DecoderMaskedMultiHeadAttention": headsOperator({
    bias: 10,
    mask: 3,
    attentionBias: 4,
    pastKey: 5,
    pastLength: 7,
  }),
  "com.microsoft:PackedMultiHeadAttention": { infer: inferPacked, work: packedWork },
});

function headsOperator(form: HeadsForm): Operator {
  return { infer: (ctx) => inferHeads(ctx, form), work: (ctx) => headsWork(ctx, form) };
}

interface Operands extends AttentionExtents {
  /** Extent of the sequence axis of `present_key`: all keys, or the shared buffer's length. */
  readonly presentLength: Dim;
  readonly projectedElements: Dim;
  readonly isShared: boolean;
  readonly newLength: Dim;
}

function operandsOf(ctx: NodeContext, form: HeadsForm): Operands | undefined {
  const heads = ctx.int("num_heads", 0);
  const query = ctx.shape(0);
  if (query === undefined || heads < 1) return undefined;
  const key = ctx.shape(1);
  const value = ctx.shape(2);
  const isPackedQkv = query.length === 5;
  const batch = query[0];
  const queryLength = query[1];
  // Without a key, DecoderMaskedMultiHeadAttention takes [Q K V] along the hidden axis of the query.
  const isJoined = query.length === 3 && key === undefined && !ctx.hasInput(1);
  const headSize = isPackedQkv
    ? query[4]
    : isJoined
      ? shareOf(query[2], 3 * heads)
      : shareOf(query[2], heads);
  const newLength = isPackedQkv || isJoined ? queryLength : key?.length === 4 ? key[2] : key?.[1];
  const valueHeadSize = valueHeadSizeOf(value, heads) ?? (ctx.hasInput(2) ? undefined : headSize);
  const past = ctx.shape(form.pastKey);
  const isShared = past !== undefined && ctx.hasInput(form.pastLength);
  const isCross = key?.length === 4;
  const keyLength =
    past === undefined || isCross || newLength === undefined
      ? newLength
      : isShared
        ? (sharedLength(ctx, form, newLength) ?? past[2])
        : addDims(past[2] ?? 0, newLength);
  if (ctx.hasInput(form.pastKey) && past === undefined && !isCross) return undefined;
  const extents = completeExtents({
    batch,
    queryHeads: heads,
    keyHeads: heads,
    queryLength,
    keyLength,
    headSize,
    valueHeadSize,
  });
  if (extents === undefined || newLength === undefined) return undefined;
  return {
    ...extents,
    isShared,
    newLength,
    presentLength: isShared ? (past[2] ?? extents.keyLength) : extents.keyLength,
    projectedElements: multiplyDims(
      multiplyDims(extents.batch, heads),
      addDims(
        multiplyDims(extents.queryLength, extents.headSize),
        multiplyDims(newLength, addDims(extents.headSize, extents.valueHeadSize)),
      ),
    ),
  };
}

function valueHeadSizeOf(value: Shape | undefined, heads: number): Dim | undefined {
  if (value === undefined) return undefined;
  return value.length === 4 ? value[3] : shareOf(value[2], heads);
}

/** With a shared buffer `past_sequence_length` says how much of it is filled. */
function sharedLength(ctx: NodeContext, form: HeadsForm, newLength: Dim): Dim | undefined {
  const past = ctx.constant(form.pastLength)?.data[0];
  return past === undefined || typeof past === "string" ? undefined : addDims(past, newLength);
}

function inferHeads(ctx: InferContext, form: HeadsForm): readonly Inferred[] {
  const heads = ctx.int("num_heads", 0);
  const query = ctx.shape(0);
  if (heads < 1) ctx.error(`\`num_heads\` is ${heads}; it should be at least 1.`);
  else if (query?.length === 3) {
    const hidden = query[2];
    if (hidden !== undefined && isKnown(hidden) && hidden % heads !== 0)
      ctx.error(`the query ends in ${hidden} elements; ${heads} heads do not divide them.`);
  } else if (query !== undefined && query.length !== 5)
    ctx.error(`the query has rank ${query.length}; it should be 3, or 5 for packed operands.`);
  const operands = operandsOf(ctx, form);
  const elementType = ctx.elementType(0);
  if (operands === undefined) {
    const unknown = output(elementType, undefined);
    return [unknown, unknown, unknown, unknown];
  }
  const { batch, queryLength, keyLength, headSize, valueHeadSize, presentLength } = operands;
  return [
    output(elementType, [batch, queryLength, multiplyDims(heads, valueHeadSize)]),
    output(ctx.elementType(form.pastKey) ?? elementType, [batch, heads, presentLength, headSize]),
    output(ctx.elementType(form.pastKey + 1) ?? elementType, [
      batch,
      heads,
      presentLength,
      valueHeadSize,
    ]),
    output(elementType, [batch, heads, queryLength, keyLength]),
  ];
}

/** The attention, and an addition of the projections' bias for each element of the query, key and value. */
function headsWork(ctx: WorkContext, form: HeadsForm): Work | undefined {
  const operands = operandsOf(ctx, form);
  if (operands === undefined || !isKnown(operands.projectedElements)) return undefined;
  const isDecoder = ctx.node.op !== "MultiHeadAttention";
  const work = attentionWork(operands, {
    isCausal: !isDecoder && ctx.int("unidirectional", 0) !== 0,
    window: 0,
    scoreFlops: (ctx.hasInput(form.mask) ? 1 : 0) + (ctx.hasInput(form.attentionBias) ? 1 : 0),
  });
  const total = withMore(work, {
    otherFlops: ctx.hasInput(form.bias) ? operands.projectedElements : 0,
  });
  if (total === undefined || !operands.isShared) return total;
  const bytes = sharedCacheBytes(ctx, {
    pastInputs: [form.pastKey, form.pastKey + 1],
    presentOutputs: [1, 2],
    capacity: operands.presentLength,
    filled: operands.keyLength,
    added: operands.newLength,
  });
  return { ...total, ...bytes };
}

/** Tokens of all sequences stand one behind the other: [tokens, hidden], or [tokens, heads, 3, size]. */
function inferPacked(ctx: InferContext): readonly Inferred[] {
  const query = ctx.shape(0);
  const tokens = query?.[0];
  const hidden = packedValueHidden(ctx);
  const elementType = ctx.elementType(0);
  if (tokens === undefined || hidden === undefined) return [output(elementType, undefined)];
  return [output(elementType, [tokens, hidden])];
}

function packedValueHidden(ctx: NodeContext): Dim | undefined {
  const query = ctx.shape(0);
  if (query?.length === 4) return multiplyDims(query[1] ?? 1, query[3] ?? 1);
  return ctx.shape(2)?.[1];
}

/**
 * How the tokens divide into sequences is data; each sequence counts at the padded length that `token_offset` is laid
 * out for, as it would without packing.
 */
function packedWork(ctx: WorkContext): Work | undefined {
  const heads = ctx.int("num_heads", 0);
  const query = ctx.shape(0);
  const layout = ctx.shape(4);
  if (query === undefined || layout?.length !== 2 || heads < 1) return undefined;
  const headSize = query.length === 4 ? query[3] : shareOf(query[1], heads);
  const extents = completeExtents({
    batch: layout[0],
    queryHeads: heads,
    keyHeads: heads,
    queryLength: layout[1],
    keyLength: layout[1],
    headSize,
    valueHeadSize: shareOf(packedValueHidden(ctx), heads),
  });
  if (extents === undefined) return undefined;
  const work = attentionWork(extents, {
    isCausal: false,
    window: 0,
    scoreFlops: ctx.hasInput(6) ? 1 : 0,
  });
  const elements = [0, 1, 2].map((index) => (ctx.hasInput(index) ? ctx.inputElements(index) : 0));
  let biased = 0;
  for (const count of elements) {
    if (count === undefined) return undefined;
    biased += count;
  }
  return withMore(work, { otherFlops: ctx.hasInput(3) ? biased : 0 });
}
