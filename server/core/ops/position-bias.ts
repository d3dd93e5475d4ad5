import { productOf } from "../base/product.js";
import { addDims, type Dim, isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { shareOf } from "./attention-work.js";
import { movementWork, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** What stands around the attention of encoders in ONNX Runtime (ContribOperators.md). */
export const rule = ruleOfTable({
  "com.microsoft:RelativePositionBias": { infer: inferRelative, work: relativeWork },
  "com.microsoft:GatedRelativePositionBias": { infer: inferGated, work: gatedWork },
  "com.microsoft:RemovePadding": { infer: inferRemovePadding, work: movementWork },
  "com.microsoft:RestorePadding": { infer: inferRestorePadding, work: movementWork },
});

function inferRelative(ctx: InferContext): readonly Inferred[] {
  const heads = ctx.shape(0)?.[1] ?? ctx.freshDim();
  return [
    output(ctx.elementType(0), [
      1,
      heads,
      lengthInput(ctx, 1) ?? ctx.freshDim(),
      lengthInput(ctx, 2) ?? ctx.freshDim(),
    ]),
  ];
}

function lengthInput(ctx: NodeContext, index: number): Dim | undefined {
  const value = ctx.constant(index)?.data[0];
  return typeof value === "string" ? undefined : value;
}

/** The bucket of a distance takes a subtraction, a comparison, a logarithm, a multiply; then the table is looked up. */
function relativeWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.outputDims(0);
  if (dims === undefined) return undefined;
  const [, heads = 1, queries = 1, keys = 1] = dims;
  return {
    macs: 0,
    otherFlops: 4 * queries * keys,
    kernel: { kind: "gather", elements: heads * queries * keys },
  };
}

interface GatedExtents {
  readonly batch: Dim;
  readonly length: Dim;
}

/** With `token_offset` the padding of the query is removed, and the offset has the padded layout. */
function gatedExtents(ctx: NodeContext): GatedExtents | undefined {
  const layout = ctx.hasInput(6) ? ctx.shape(6) : ctx.shape(0);
  const [batch, length] = layout ?? [];
  return batch === undefined || length === undefined ? undefined : { batch, length };
}

function inferGated(ctx: InferContext): readonly Inferred[] {
  const heads = ctx.int("num_heads", 0);
  const extents = gatedExtents(ctx);
  const shape: Shape | undefined =
    extents === undefined ? undefined : [extents.batch, heads, extents.length, extents.length];
  return [output(ctx.elementType(0), shape)];
}

/**
 * MACs = query elements × D for the gate's linear layer; then per head and token the sums of its halves, two sigmoids
 * and the gate's arithmetic; at last a multiply for each element of the bias.
 */
function gatedWork(ctx: WorkContext): Work | undefined {
  const query = ctx.dims(0);
  const weights = ctx.dims(3);
  const dims = ctx.outputDims(0);
  if (query === undefined || weights === undefined || dims === undefined) return undefined;
  const headSize = shareOf(query.at(-1), ctx.int("num_heads", 0));
  if (headSize === undefined || !isKnown(headSize) || headSize === 0) return undefined;
  const rows = productOf(query) / headSize;
  const columns = weights[1] ?? 0;
  const sigmoidFlops = 4;
  return {
    macs: productOf(query) * columns,
    otherFlops: productOf(query) + rows * (2 * columns + 2 * sigmoidFlops + 4) + productOf(dims),
    kernel: { kind: "matmul", batch: 1, m: rows, n: columns, k: headSize, hasConstantRight: true },
  };
}

/** How many tokens remain is data. */
function inferRemovePadding(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const [batch, length, hidden] = input ?? [];
  if (batch === undefined || length === undefined || hidden === undefined)
    return [output(ctx.elementType(0), undefined)];
  return [
    output(ctx.elementType(0), [ctx.freshDim(), hidden]),
    output("int32", [batch, length]),
    output("int32", [addDims(batch, 1)]),
    output("int32", [1]),
  ];
}

function inferRestorePadding(ctx: InferContext): readonly Inferred[] {
  const layout = ctx.shape(1);
  const hidden = ctx.shape(0)?.[1];
  if (layout === undefined || hidden === undefined) return [output(ctx.elementType(0), undefined)];
  return [output(ctx.elementType(0), [...layout, hidden])];
}
