import type { Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import { dataType } from "../graph/data-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/** Box-Muller: a logarithm, a square root, a sine and two products per value; uniform: scale and shift. */
const normalFlops = 5;
const uniformFlops = 2;

export const rule = ruleOfTable({
  RandomNormal: { infer: drawShape, work: (ctx) => drawWork(ctx, normalFlops) },
  RandomUniform: { infer: drawShape, work: (ctx) => drawWork(ctx, uniformFlops) },
  RandomNormalLike: { infer: drawLike, work: (ctx) => drawWork(ctx, normalFlops) },
  RandomUniformLike: { infer: drawLike, work: (ctx) => drawWork(ctx, uniformFlops) },
  Bernoulli: { infer: drawLike, work: (ctx) => drawWork(ctx, 1) },
  Multinomial: { infer: inferMultinomial, work: multinomialWork },
});

function drawShape(ctx: InferContext): readonly (Inferred | undefined)[] {
  const shape = ctx.ints("shape");
  if (shape === undefined) ctx.error("attribute `shape` is missing.");
  return [output(typeOr(ctx, "float32"), shape)];
}

function drawLike(ctx: InferContext): readonly (Inferred | undefined)[] {
  return [output(typeOr(ctx, ctx.elementType(0)), ctx.shape(0))];
}

function typeOr(ctx: InferContext, fallback: ElementType | undefined): ElementType | undefined {
  return dataType(ctx.int("dtype")) ?? fallback;
}

function inferMultinomial(ctx: InferContext): readonly (Inferred | undefined)[] {
  const batch: Dim = ctx.shape(0)?.[0] ?? ctx.freshDim();
  const shape: Shape = [batch, ctx.int("sample_size", 1)];
  return [output(typeOr(ctx, "int32"), shape)];
}

/** RandomNormalLike reads the shape of its input, not its contents; Bernoulli reads both. */
function drawWork(ctx: WorkContext, flops: number): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: flops * elements,
    ...(ctx.node.op !== "Bernoulli" && { readBytes: 0 }),
    kernel: { kind: "elementwise", elements },
  };
}

/** Exponentials and running sums over the classes, then a search among them for each sample. */
function multinomialWork(ctx: WorkContext): Work | undefined {
  const classes = ctx.inputElements(0);
  const samples = ctx.outputElements(0);
  const columns = ctx.dims(0)?.[1];
  if (classes === undefined || samples === undefined || columns === undefined) return undefined;
  const searchFlops = samples * Math.ceil(Math.log2(Math.max(2, columns)));
  return {
    macs: 0,
    otherFlops: 2 * classes + searchFlops,
    kernel: { kind: "elementwise", elements: classes },
  };
}
