import { productOf } from "../base/product.js";
import { dimsOfConstant } from "../graph/constant.js";
import { type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { type Operator, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/**
 * Products with a packed right operand, whose stored shape says nothing of the product's: K and N come from attributes
 * or from the packing. The stored bytes are what is read. Unpacking takes a multiply by the block's scale, and a
 * subtraction of the zero point, for each weight.
 */
export const rule = ruleOfTable({
  "com.microsoft:MatMulNBits": packedProduct((ctx) => sizesOfAttributes(ctx, "N"), 5),
  "com.microsoft:MatMulBnb4": packedProduct((ctx) => {
    const sizes = sizesOfAttributes(ctx, "N");
    return ctx.int("transB", 1) !== 0 ? sizes : { inner: sizes.outer, outer: sizes.inner };
  }, Infinity),
  "com.microsoft:MatMulFpQ4": packedProduct((ctx) => {
    const shape = dimsOfConstant(ctx.constant(2));
    return { inner: shape?.[0], outer: shape?.[1] };
  }, Infinity),
  "com.microsoft:MatMulBlockQuantizedFp4Weight": packedProduct((ctx) => {
    const shape = ctx.shape(1);
    const half = shape?.[1];
    return { inner: half === undefined ? undefined : multiplyDims(2, half), outer: shape?.[0] };
  }, 5),
  "com.microsoft:MatMulBlockQuantizedFp8Weight": packedProduct(
    (ctx) => ({ inner: ctx.shape(1)?.[1], outer: ctx.shape(1)?.[0] }),
    4,
  ),
  "com.microsoft:MatMulNBitsMlp": { infer: inferGated, work: gatedWork },
  "com.microsoft:MatMulNBitsQkv": { infer: inferQkv, work: qkvWork },
});

const unpackFlops = 2;

interface Sizes {
  /** Rows of the right operand, summed over. */
  readonly inner: Dim | undefined;
  /** Its columns. */
  readonly outer: Dim | undefined;
}

type SizesOf = (ctx: NodeContext) => Sizes;

function sizesOfAttributes(ctx: NodeContext, outer: string): Sizes {
  return { inner: ctx.int("K"), outer: ctx.int(outer) };
}

function packedProduct(sizesOf: SizesOf, bias: number): Operator {
  return {
    infer: (ctx) => {
      const sizes = sizesOf(ctx);
      checkInner(ctx, sizes.inner);
      return [output(ctx.elementType(0), withLast(ctx, sizes.outer))];
    },
    work: (ctx) => {
      const { inner, outer } = sizesOf(ctx);
      return packedWork(ctx, inner, outer, ctx.hasInput(bias) ? 1 : 0);
    },
  };
}

function checkInner(ctx: InferContext, inner: Dim | undefined): void {
  const last = ctx.shape(0)?.at(-1);
  if (last === undefined || inner === undefined || !isKnown(last) || !isKnown(inner)) return;
  if (last !== inner)
    ctx.error(`the input ends in ${last} elements, the packed weights have K = ${inner}.`);
}

function withLast(ctx: InferContext, outer: Dim | undefined): Shape | undefined {
  const shape = ctx.shape(0);
  if (shape === undefined || shape.length === 0) return undefined;
  return [...shape.slice(0, -1), outer ?? ctx.freshDim()];
}

/** MACs = rows × K × N; every weight is unpacked once. */
function packedWork(
  ctx: WorkContext,
  inner: Dim | undefined,
  outer: Dim | undefined,
  epilogueFlops: number,
): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined || inner === undefined || outer === undefined) return undefined;
  if (!isKnown(inner) || !isKnown(outer)) return undefined;
  const rows = productOf(dims.slice(0, -1));
  return {
    macs: rows * inner * outer,
    otherFlops: unpackFlops * inner * outer + epilogueFlops * rows * outer,
    kernel: { kind: "matmul", batch: 1, m: rows, n: outer, k: inner, hasConstantRight: true },
  };
}

/** ContribOperators.md: activation(A × gate) × (A × up), after an optional normalization of A plus `skip`. */
function inferGated(ctx: InferContext): readonly Inferred[] {
  const sizes = sizesOfAttributes(ctx, "N");
  checkInner(ctx, sizes.inner);
  return [output(ctx.elementType(0), withLast(ctx, sizes.outer)), outputLike(ctx, 0)];
}

function gatedWork(ctx: WorkContext): Work | undefined {
  const inner = ctx.int("K");
  const outer = ctx.int("N");
  if (inner === undefined || outer === undefined) return undefined;
  // SiLU of the gate (4) and the multiply by `up`, for each element of one of the two halves.
  const biases = (ctx.hasInput(5) ? 1 : 0) + (ctx.hasInput(8) ? 1 : 0);
  const work = packedWork(ctx, inner, 2 * outer, (5 + biases) / 2);
  return work === undefined ? undefined : withNormalization(ctx, work);
}

function inferQkv(ctx: InferContext): readonly Inferred[] {
  checkInner(ctx, ctx.int("K"));
  const query = output(ctx.elementType(0), withLast(ctx, ctx.int("Nq")));
  const key = output(ctx.elementType(0), withLast(ctx, ctx.int("Nkv")));
  return [query, key, key, outputLike(ctx, 0)];
}

function qkvWork(ctx: WorkContext): Work | undefined {
  const inner = ctx.int("K");
  const query = ctx.int("Nq");
  const key = ctx.int("Nkv");
  if (inner === undefined || query === undefined || key === undefined) return undefined;
  const work = packedWork(ctx, inner, query + 2 * key, ctx.hasInput(5) ? 1 : 0);
  return work === undefined ? undefined : withNormalization(ctx, work);
}

/** Root mean square normalization is 4 operations for each element (layer-normalization.ts), the skip is 1. */
function withNormalization(ctx: WorkContext, work: Work): Work {
  const elements = ctx.inputElements(0) ?? 0;
  const flops = (ctx.hasInput(2) ? 4 : 0) + (ctx.hasInput(1) ? 1 : 0);
  return { ...work, otherFlops: work.otherFlops + flops * elements };
}
