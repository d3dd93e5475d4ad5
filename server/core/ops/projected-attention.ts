import { addDims, type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import {
  attentionWork,
  type AttentionExtents,
  completeExtents,
  rotaryFlops,
  sharedCacheBytes,
  shareOf,
  withMore,
} from "./attention-work.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Attention of ONNX Runtime that projects its input to Q, K and V itself (ContribOperators.md). */
interface ProjectionForm {
  /** Inputs with the merged weights [input, Q + K + V], or with the three of them. */
  readonly weights: readonly number[];
  readonly bias: number;
  readonly mask: number;
  readonly past: number;
  readonly attentionBias: number;
  readonly pastLength: number;
  readonly outputType: (ctx: NodeContext) => ElementType | undefined;
  /** Operations to requantize each projected element. */
  readonly requantizeFlops?: number;
}

/** Stands for an input that the operator does not have. */
const none = Infinity;

export const rule = ruleOfTable({
  "com.microsoft:Attention": projected({
    weights: [1],
    bias: 2,
    mask: 3,
    past: 4,
    attentionBias: 5,
    pastLength: 6,
    outputType: (ctx) => ctx.elementType(0),
  }),
  "com.microsoft:DecoderMaskedSelfAttention": projected({
    weights: [1],
    bias: 2,
    mask: 3,
    past: 4,
    attentionBias: 5,
    pastLength: 6,
    outputType: (ctx) => ctx.elementType(0),
  }),
  "com.microsoft:QAttention": projected({
    weights: [1],
    bias: 2,
    mask: 5,
    past: 8,
    attentionBias: none,
    pastLength: none,
    outputType: (ctx) => ctx.elementType(3),
    // A multiply by the scales' product.
    requantizeFlops: 1,
  }),
  "com.microsoft:QOrderedAttention": projected({
    weights: [5, 6, 7],
    bias: 11,
    mask: 17,
    past: 18,
    attentionBias: 19,
    pastLength: none,
    outputType: (ctx) => ctx.elementType(0),
    requantizeFlops: 2,
  }),
  "com.microsoft:PackedAttention": { infer: inferPacked, work: packedWork },
});

function projected(form: ProjectionForm): Operator {
  return { infer: (ctx) => inferProjected(ctx, form), work: (ctx) => projectedWork(ctx, form) };
}

interface Hidden {
  readonly query: Dim;
  readonly key: Dim;
  readonly value: Dim;
}

/** Widths of Q, K and V: as the attribute says, else equal thirds of the merged weights. */
function hiddenOf(ctx: NodeContext, weights: readonly number[]): Hidden | undefined {
  const sizes = ctx.ints("qkv_hidden_sizes");
  const [query, key, value] = sizes ?? [];
  if (sizes?.length === 3 && query !== undefined && key !== undefined && value !== undefined)
    return { query, key, value };
  if (weights.length === 3) {
    const [q, k, v] = weights.map((index) => ctx.shape(index)?.[1]);
    return q === undefined || k === undefined || v === undefined
      ? undefined
      : { query: q, key: k, value: v };
  }
  const third = shareOf(ctx.shape(weights[0] ?? 1)?.[1], 3);
  return third === undefined ? undefined : { query: third, key: third, value: third };
}

interface Projected extends AttentionExtents {
  readonly presentLength: Dim;
  readonly isShared: boolean;
  readonly hidden: Hidden;
  readonly inputHidden: Dim;
}

function extentsOf(ctx: NodeContext, form: ProjectionForm): Projected | undefined {
  const heads = ctx.int("num_heads", 0);
  const input = ctx.shape(0);
  const hidden = hiddenOf(ctx, form.weights);
  if (input?.length !== 3 || hidden === undefined || heads < 1) return undefined;
  const [batch = 1, queryLength = 1, inputHidden = 1] = input;
  const past = ctx.shape(form.past);
  if (ctx.hasInput(form.past) && past === undefined) return undefined;
  const isShared = past !== undefined && ctx.int("past_present_share_buffer", 0) !== 0;
  const pastLength = pastLengthOf(ctx, form, past, isShared);
  const extents = completeExtents({
    batch,
    queryHeads: heads,
    keyHeads: heads,
    queryLength,
    keyLength:
      isShared && pastLength === undefined ? past[3] : addDims(pastLength ?? 0, queryLength),
    headSize: shareOf(hidden.key, heads),
    valueHeadSize: shareOf(hidden.value, heads),
  });
  if (extents === undefined) return undefined;
  return {
    ...extents,
    isShared,
    presentLength: isShared ? (past[3] ?? extents.keyLength) : extents.keyLength,
    hidden,
    inputHidden,
  };
}

/** `past` is [2, batch, heads, length, size]; with a shared buffer an input says how much of it is filled. */
function pastLengthOf(
  ctx: NodeContext,
  form: ProjectionForm,
  past: Shape | undefined,
  isShared: boolean,
): Dim | undefined {
  if (past === undefined) return 0;
  if (!isShared) return past[3];
  const length = ctx.constant(form.pastLength)?.data[0];
  return typeof length === "string" ? undefined : length;
}

function inferProjected(ctx: InferContext, form: ProjectionForm): readonly Inferred[] {
  checkProjection(ctx, form.weights);
  const elementType = form.outputType(ctx);
  const extents = extentsOf(ctx, form);
  if (extents === undefined)
    return [output(elementType, undefined), output(elementType, undefined)];
  const { batch, queryLength, queryHeads, headSize, hidden, presentLength } = extents;
  return [
    output(elementType, [batch, queryLength, hidden.value]),
    output(ctx.elementType(form.past) ?? elementType, [
      2,
      batch,
      queryHeads,
      presentLength,
      headSize,
    ]),
  ];
}

function checkProjection(ctx: InferContext, weights: readonly number[]): void {
  const heads = ctx.int("num_heads", 0);
  if (heads < 1) ctx.error(`\`num_heads\` is ${heads}; it should be at least 1.`);
  const inner = ctx.shape(0)?.at(-1);
  const rows = ctx.shape(weights[0] ?? 1)?.[0];
  if (inner !== undefined && rows !== undefined && isKnown(inner) && isKnown(rows))
    if (inner !== rows)
      ctx.error(`the input ends in ${inner} elements, the projection's weights have ${rows} rows.`);
}

/** MACs = tokens × input × (Q + K + V) for the projection, and the attention's. */
function projectedWork(ctx: WorkContext, form: ProjectionForm): Work | undefined {
  const extents = extentsOf(ctx, form);
  if (extents === undefined) return undefined;
  const { hidden, inputHidden, batch, queryLength } = extents;
  const columns = addDims(addDims(hidden.query, hidden.key), hidden.value);
  const tokens = multiplyDims(batch, queryLength);
  if (!isKnown(columns) || !isKnown(tokens) || !isKnown(inputHidden)) return undefined;
  const work = attentionWork(extents, {
    isCausal: ctx.int("unidirectional", 0) !== 0,
    window: 0,
    scoreFlops: (ctx.hasInput(form.mask) ? 1 : 0) + (ctx.hasInput(form.attentionBias) ? 1 : 0),
  });
  const biasFlops = (ctx.hasInput(form.bias) ? 1 : 0) + (form.requantizeFlops ?? 0);
  const bytes = extents.isShared
    ? sharedCacheBytes(ctx, {
        pastInputs: [form.past],
        presentOutputs: [1],
        capacity: extents.presentLength,
        filled: extents.keyLength,
        added: queryLength,
      })
    : {};
  const rotated = ctx.int("do_rotary", 0) === 0 ? 0 : addDims(hidden.query, hidden.key);
  const total = withMore(work, {
    macs: tokens * inputHidden * columns,
    otherFlops: tokens * (columns * biasFlops + (isKnown(rotated) ? rotated : 0) * rotaryFlops),
  });
  return total === undefined ? undefined : { ...total, ...bytes };
}

const packedWeights = [1];

/** Tokens of all sequences stand one behind the other: [tokens, hidden]. */
function inferPacked(ctx: InferContext): readonly Inferred[] {
  checkProjection(ctx, packedWeights);
  const tokens = ctx.shape(0)?.[0];
  const hidden = hiddenOf(ctx, packedWeights);
  const elementType = ctx.elementType(0);
  if (tokens === undefined || hidden === undefined) return [output(elementType, undefined)];
  return [output(elementType, [tokens, hidden.value])];
}

/** The projection of the tokens that there are; the attention at the padded length that `token_offset` is laid out for. */
function packedWork(ctx: WorkContext): Work | undefined {
  const heads = ctx.int("num_heads", 0);
  const input = ctx.dims(0);
  const layout = ctx.shape(3);
  const hidden = hiddenOf(ctx, packedWeights);
  if (input?.length !== 2 || layout?.length !== 2 || hidden === undefined) return undefined;
  const [tokens = 0, inputHidden = 0] = input;
  const columns = addDims(addDims(hidden.query, hidden.key), hidden.value);
  const extents = completeExtents({
    batch: layout[0],
    queryHeads: heads,
    keyHeads: heads,
    queryLength: layout[1],
    keyLength: layout[1],
    headSize: shareOf(hidden.key, heads),
    valueHeadSize: shareOf(hidden.value, heads),
  });
  if (extents === undefined || !isKnown(columns)) return undefined;
  const work = attentionWork(extents, {
    isCausal: false,
    window: 0,
    scoreFlops: ctx.hasInput(5) ? 1 : 0,
  });
  return withMore(work, {
    macs: tokens * inputHidden * columns,
    otherFlops: ctx.hasInput(2) ? tokens * columns : 0,
  });
}
