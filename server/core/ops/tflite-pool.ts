import type { Dim } from "../graph/dim.js";
import { output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { activationFlops, constantNumbers, slideTflite } from "./tflite-shape.js";

/** Windows over [batch, height, width, channels]; `after` is spent once for each output element. */
const costs = {
  AVERAGE_POOL_2D: { perTap: 1, after: 1 },
  MAX_POOL_2D: { perTap: 1, after: 0 },
  L2_POOL_2D: { perTap: 2, after: 1 },
} as const;

export const rule = ruleOfTable({
  ...Object.fromEntries(
    Object.entries(costs).map(([name, cost]): [string, Operator] => [
      `tflite:${name}`,
      { infer: inferPool, work: (ctx) => poolWork(ctx, cost) },
    ]),
  ),
  // Two neighbours along each of two axes: a product and a sum each.
  "tflite:RESIZE_BILINEAR": { infer: inferResize, work: (ctx) => resizeWork(ctx, 8) },
  "tflite:RESIZE_NEAREST_NEIGHBOR": { infer: inferResize, work: (ctx) => resizeWork(ctx, 0) },
});

function windowsOf(ctx: NodeContext) {
  return (["height", "width"] as const).map((axis) => ({
    size: ctx.int(`filter_${axis}`, 1),
    stride: ctx.int(`stride_${axis.charAt(0)}`, 1),
    dilation: 1,
  }));
}

function inferPool(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const elementType = ctx.elementType(0);
  if (input?.length !== 4) return [output(elementType, undefined)];
  const space = windowsOf(ctx).map((window, axis): Dim => {
    const size = slideTflite(ctx, input[axis + 1] ?? 1, window);
    if (typeof size !== "number" || size > 0) return size;
    ctx.error(`its window does not fit into the input along axis ${axis + 1}.`);
    return ctx.freshDim();
  });
  return [output(elementType, [input[0] ?? 1, ...space, input[3] ?? 1])];
}

function poolWork(
  ctx: WorkContext,
  cost: { readonly perTap: number; readonly after: number },
): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  const windowElements = windowsOf(ctx).reduce((product, { size }) => product * size, 1);
  return {
    macs: 0,
    otherFlops: outputElements * (cost.perTap * windowElements + cost.after + activationFlops(ctx)),
    kernel: { kind: "pool", outputElements, windowElements },
  };
}

function inferResize(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const size = constantNumbers(ctx, 1);
  const elementType = ctx.elementType(0);
  if (input?.length !== 4 || size?.length !== 2) return [output(elementType, undefined)];
  return [output(elementType, [input[0] ?? 1, ...size, input[3] ?? 1])];
}

function resizeWork(ctx: WorkContext, flops: number): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: flops * outputElements,
    kernel: { kind: "resize", outputElements },
  };
}
