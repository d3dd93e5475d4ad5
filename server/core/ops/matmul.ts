import { productOf } from "../base/product.js";
import type { ElementType } from "../graph/element-type.js";
import { fastGeluFlops } from "./fused-elementwise.js";
import {
  matrixOperands,
  noTransposition,
  productKernel,
  productShape,
  type Transposition,
} from "./matrix-product.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Where a product operator keeps its operands, and what it does besides multiplying. */
interface ProductForm {
  readonly left: number;
  readonly right: number;
  readonly transposition?: (ctx: NodeContext) => Transposition;
  readonly outputType?: (ctx: NodeContext) => ElementType | undefined;
  /** Operations for each output element after the sum. */
  readonly epilogueFlops?: (ctx: NodeContext) => number;
  /** Operations for each element of the left operand before the product. */
  readonly prologueFlops?: number;
}

const plain: ProductForm = { left: 0, right: 1 };

/** FusedMatMul multiplies by `alpha` where it is not 1. */
function alphaFlops(ctx: NodeContext): number {
  return ctx.float("alpha", 1) === 1 ? 0 : 1;
}

const fused: ProductForm = {
  ...plain,
  transposition: (ctx) => ({
    left: ctx.int("transA", 0) !== 0,
    right: ctx.int("transB", 0) !== 0,
    leftBatch: ctx.int("transBatchA", 0) !== 0,
    rightBatch: ctx.int("transBatchB", 0) !== 0,
  }),
  epilogueFlops: alphaFlops,
};

export const rule = ruleOfTable({
  MatMul: productOperator(plain),
  MatMulInteger: productOperator({ ...plain, outputType: () => "int32" }),
  // Requantization is a multiply by the combined scale and an add of the zero point.
  QLinearMatMul: productOperator({
    left: 0,
    right: 3,
    outputType: (ctx) => ctx.elementType(7),
    epilogueFlops: () => 2,
  }),
  "com.microsoft:FusedMatMul": productOperator(fused),
  "com.microsoft:TransposeMatMul": productOperator(fused),
  "com.microsoft:FusedMatMulActivation": productOperator({
    ...fused,
    epilogueFlops: (ctx) => alphaFlops(ctx) + 1,
  }),
  "com.microsoft:GemmFastGelu": productOperator({
    ...plain,
    epilogueFlops: (ctx) => fastGeluFlops + (ctx.hasInput(2) ? 1 : 0),
  }),
  "com.microsoft:MatMulInteger16": productOperator({
    ...plain,
    outputType: (ctx) =>
      ctx.elementType(0) === "uint16" && ctx.elementType(1) === "uint16" ? "uint32" : "int32",
  }),
  // A multiply by the scale, an add of the bias.
  "com.microsoft:MatMulIntegerToFloat": productOperator({
    ...plain,
    outputType: (ctx) => ctx.elementType(2),
    epilogueFlops: (ctx) => 1 + (ctx.hasInput(6) ? 1 : 0),
  }),
  // The left operand is quantized on the way in: compare for the range, divide, round, add the zero point.
  "com.microsoft:DynamicQuantizeMatMul": productOperator({
    ...plain,
    prologueFlops: 4,
    epilogueFlops: (ctx) => 1 + (ctx.hasInput(4) ? 1 : 0),
  }),
  "com.microsoft:QOrderedMatMul": productOperator({
    left: 0,
    right: 2,
    transposition: (ctx) => ({ left: false, right: ctx.int("order_B", 1) === 0 }),
    epilogueFlops: (ctx) => 2 + (ctx.hasInput(5) ? 1 : 0) + (ctx.hasInput(6) ? 2 : 0),
  }),
  "com.microsoft:SparseToDenseMatMul": { infer: inferSparse, work: () => undefined },
});

function productOperator(form: ProductForm): Operator {
  return { infer: (ctx) => inferProduct(ctx, form), work: (ctx) => productWork(ctx, form) };
}

function inferProduct(ctx: InferContext, form: ProductForm): readonly Inferred[] {
  const elementType = form.outputType?.(ctx) ?? ctx.elementType(0) ?? ctx.elementType(form.right);
  const left = ctx.shape(form.left);
  const right = ctx.shape(form.right);
  if (left === undefined || right === undefined) return [output(elementType, undefined)];
  const operands = matrixOperands(left, right, form.transposition?.(ctx) ?? noTransposition);
  if (operands === undefined) {
    ctx.error("a scalar cannot be multiplied as a matrix.");
    return [output(elementType, undefined)];
  }
  return [output(elementType, productShape(ctx, operands))];
}

/** MACs = batches × m × n × k. */
function productWork(ctx: WorkContext, form: ProductForm): Work | undefined {
  const left = ctx.dims(form.left);
  const right = ctx.dims(form.right);
  if (left === undefined || right === undefined) return undefined;
  const operands = matrixOperands(left, right, form.transposition?.(ctx) ?? noTransposition);
  const kernel =
    operands === undefined ? undefined : productKernel(operands, ctx.isWeight(form.right));
  if (kernel === undefined) return undefined;
  const outputElements = kernel.batch * kernel.m * kernel.n;
  return {
    macs: outputElements * kernel.k,
    otherFlops:
      outputElements * (form.epilogueFlops?.(ctx) ?? 0) +
      productOf(left) * (form.prologueFlops ?? 0),
    kernel,
  };
}

/** The left operand is sparse, so its cost depends on how many elements it holds. */
function inferSparse(ctx: InferContext): readonly Inferred[] {
  const sparse = ctx.inputType(0);
  const left = sparse?.kind === "sparse" ? sparse.shape : undefined;
  const right = ctx.shape(1);
  ctx.warn("its cost depends on how many elements the sparse operand holds; it is not counted.");
  if (left === undefined || right === undefined) return [output(ctx.elementType(1), undefined)];
  const operands = matrixOperands(left, right, {
    left: ctx.int("transA", 0) !== 0,
    right: ctx.int("transB", 0) !== 0,
  });
  if (operands === undefined) return [output(ctx.elementType(1), undefined)];
  return [output(ctx.elementType(1), productShape(ctx, operands))];
}
