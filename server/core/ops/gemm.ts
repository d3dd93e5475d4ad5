import { isKnown } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import { dataType } from "../graph/data-type.js";
import { matrixOperands, productKernel, withForm } from "./matrix-product.js";
import { type Operator, output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

interface GemmForm {
  readonly right: number;
  readonly addend: number;
  readonly outputType: (ctx: NodeContext) => ElementType | undefined;
  readonly epilogueFlops: (ctx: NodeContext) => number;
}

const floatGemm: GemmForm = {
  right: 1,
  addend: 2,
  outputType: (ctx) => ctx.elementType(0),
  epilogueFlops: gemmFlops,
};

export const rule = ruleOfTable({
  Gemm: gemmOperator(floatGemm),
  "com.microsoft:FusedGemm": gemmOperator({
    ...floatGemm,
    epilogueFlops: (ctx) => gemmFlops(ctx) + (ctx.string("activation", "") === "" ? 0 : 1),
  }),
  "com.microsoft:GemmFloat8": gemmOperator({
    ...floatGemm,
    outputType: (ctx) => dataType(ctx.int("dtype", 1)),
    epilogueFlops: (ctx) => gemmFlops(ctx) + (ctx.string("activation", "NONE") === "NONE" ? 0 : 1),
  }),
  // Requantization is a multiply by the combined scale and, where there is one, an add of the zero point.
  "com.microsoft:QGemm": gemmOperator({
    right: 3,
    addend: 6,
    outputType: (ctx) => (ctx.hasInput(8) ? ctx.elementType(8) : "float32"),
    epilogueFlops: (ctx) => 1 + (ctx.hasInput(6) ? 1 : 0) + (ctx.hasInput(8) ? 1 : 0),
  }),
});

/** α A B + β C: an add for C, a multiply for each of α and β that is not 1. */
function gemmFlops(ctx: NodeContext): number {
  const alpha = ctx.float("alpha", 1) === 1 ? 0 : 1;
  if (!ctx.hasInput(2)) return alpha;
  return alpha + 1 + (ctx.float("beta", 1) === 1 ? 0 : 1);
}

function gemmOperator(form: GemmForm): Operator {
  return { infer: (ctx) => inferGemm(ctx, form), work: (ctx) => gemmWork(ctx, form) };
}

function inferGemm(ctx: InferContext, form: GemmForm): readonly Inferred[] {
  const elementType = form.outputType(ctx);
  const left = shapeOfRank(ctx, 0, { low: 2, high: 2 }, "A");
  const right = shapeOfRank(ctx, form.right, { low: 2, high: 2 }, "B");
  if (left === undefined || right === undefined) return [output(elementType, undefined)];
  const operands = matrixOperands(left, right, transpositionOf(ctx));
  if (operands === undefined) return [output(elementType, undefined)];
  const { leftInner, rightInner, m, n } = operands;
  if (isKnown(leftInner) && isKnown(rightInner) && leftInner !== rightInner)
    ctx.error(
      `A has ${leftInner} columns, B has ${rightInner} rows (transA ${ctx.int("transA", 0)}, transB ${ctx.int("transB", 0)}).`,
    );
  checkAddend(ctx, ctx.shape(form.addend), [m, n]);
  return [output(elementType, [m, n])];
}

/** C broadcasts in one direction only: to the product's shape. */
function checkAddend(ctx: InferContext, addend: Shape | undefined, target: Shape): void {
  if (addend === undefined) return;
  if (addend.length > 2) {
    ctx.error(`C has rank ${addend.length}; it should broadcast to two axes.`);
    return;
  }
  for (let index = 1; index <= addend.length; index++) {
    const extent = addend.at(-index);
    const wanted = target.at(-index);
    if (extent === undefined || wanted === undefined || !isKnown(extent) || !isKnown(wanted))
      continue;
    if (extent !== 1 && extent !== wanted)
      ctx.error(`C has an extent of ${extent} where the product has ${wanted}.`);
  }
}

function transpositionOf(ctx: NodeContext): { readonly left: boolean; readonly right: boolean } {
  return { left: ctx.int("transA", 0) !== 0, right: ctx.int("transB", 0) !== 0 };
}

/** MACs = m × n × k. */
function gemmWork(ctx: WorkContext, form: GemmForm): Work | undefined {
  const left = ctx.dims(0);
  const right = ctx.dims(form.right);
  if (left?.length !== 2 || right?.length !== 2) return undefined;
  const operands = matrixOperands(left, right, transpositionOf(ctx));
  const kernel =
    operands === undefined ? undefined : productKernel(operands, ctx.isWeight(form.right));
  if (kernel === undefined) return undefined;
  return {
    macs: kernel.m * kernel.n * kernel.k,
    otherFlops: kernel.m * kernel.n * form.epilogueFlops(ctx),
    kernel: withForm(kernel, {
      isRightTransposed: transpositionOf(ctx).right,
      hasBias: ctx.hasInput(form.addend),
    }),
  };
}
