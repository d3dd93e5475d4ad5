import { productOf } from "../base/product.js";
import { isKnown } from "../graph/dim.js";
import { knownShape, type Shape } from "../graph/value-type.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Work, WorkContext } from "./rule.js";
import { dilated, readWindow, slideWindow } from "./spatial.js";

export const rule = ruleOfTable({
  DeformConv: {
    infer: (ctx) => [output(ctx.elementType(0), deformedShape(ctx))],
    work: deformedWork,
  },
});

/** ONNX DeformConv: the shape of Conv; input 2 moves the sampling points, input 4 weighs them. */
function deformedShape(ctx: InferContext): Shape | undefined {
  const input = shapeOfRank(ctx, 0, { low: 3, high: 99 }, "the input");
  const weights = ctx.shape(1);
  if (input === undefined || weights === undefined) return undefined;
  if (weights.length !== input.length) {
    ctx.error(
      `the weights have rank ${weights.length}, the input ${input.length}; they should be equal.`,
    );
    return undefined;
  }
  const group = ctx.int("group", 1);
  const channels = input[1];
  const perGroup = weights[1];
  if (channels !== undefined && perGroup !== undefined && isKnown(channels) && isKnown(perGroup))
    if (channels !== perGroup * group)
      ctx.error(
        `input has ${channels} channels, weights expect ${perGroup * group} (group ${group}).`,
      );
  const kernel = ctx.ints("kernel_shape") ?? knownShape(weights.slice(2));
  const space = input.slice(2);
  const window =
    kernel?.length === space.length
      ? readWindow(ctx, kernel, (text) => ctx.error(text))
      : undefined;
  return [
    input[0] ?? 1,
    weights[0] ?? 1,
    ...(window === undefined ? space.map(() => ctx.freshDim()) : slideWindow(ctx, space, window)),
  ];
}

/**
 * MACs as Conv. Each of the N × C × kernel × output positions samples is an n-linear interpolation: 2ⁿ - 1 blends of
 * three operations (a + t × (b - a)); a mask adds a multiply (Zhu et al., Deformable ConvNets v2, eq. 1).
 */
function deformedWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const weights = ctx.dims(1);
  const outputDims = ctx.outputDims(0);
  if (input === undefined || weights === undefined || outputDims === undefined) return undefined;
  const kernel = weights.slice(2);
  const outputElements = productOf(outputDims);
  const samples =
    (input[0] ?? 1) * (input[1] ?? 1) * productOf(kernel) * productOf(outputDims.slice(2));
  const flopsPerSample = 3 * (2 ** kernel.length - 1) + (ctx.hasInput(4) ? 1 : 0);
  const window = readWindow(ctx, kernel, () => undefined);
  return {
    macs: outputElements * (weights[1] ?? 1) * productOf(kernel),
    otherFlops: samples * flopsPerSample + (ctx.hasInput(3) ? outputElements : 0),
    kernel: {
      kind: "conv",
      batch: input[0] ?? 1,
      groups: ctx.int("group", 1),
      inputChannels: input[1] ?? 1,
      outputChannels: weights[0] ?? 1,
      inputSize: input.slice(2),
      outputSize: outputDims.slice(2),
      kernelSize: kernel,
      strides: window?.strides ?? kernel.map(() => 1),
      ...dilated(window?.dilations),
      isTransposed: false,
      offsetGroups: Math.max(1, ctx.int("offset_group", 1)),
    },
  };
}
