import { productOf } from "../base/product.js";
import type { Dim } from "../graph/dim.js";
import { dimsOfConstant } from "../graph/constant.js";
import type { ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import { type Operator, output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { readWindow, slideWindow, unslideWindow } from "./spatial.js";

interface PoolForm {
  /** Pools over all of space instead of a window. */
  readonly isGlobal?: boolean;
  readonly isChannelsLast?: (ctx: NodeContext) => boolean;
  /** Operations for each element under the window. */
  readonly flopsPerTap: number;
  /** Operations for each output beyond those. */
  readonly flopsPerOutput: number;
}

/** One comparison for each element under the window. */
const maximum = { flopsPerTap: 1, flopsPerOutput: 0 };
/** One addition for each element under the window, one division for the mean. */
const average = { flopsPerTap: 1, flopsPerOutput: 1 };
/** Power and addition for each element under the window, one root (ONNX LpPool). */
const norm = { flopsPerTap: 2, flopsPerOutput: 1 };
/** As the mean, then a multiply by the scales' quotient and an add of the zero point. */
const quantizedAverage = { flopsPerTap: 1, flopsPerOutput: 3 };

const always = (): boolean => true;
const byAttribute = (ctx: NodeContext): boolean => ctx.int("channels_last", 0) !== 0;

export const rule = ruleOfTable({
  MaxPool: poolOperator(maximum),
  AveragePool: poolOperator(average),
  LpPool: poolOperator(norm),
  GlobalMaxPool: poolOperator({ ...maximum, isGlobal: true }),
  GlobalAveragePool: poolOperator({ ...average, isGlobal: true }),
  GlobalLpPool: poolOperator({ ...norm, isGlobal: true }),
  MaxUnpool: { infer: inferMaxUnpool, work: maxUnpoolWork },
  "com.microsoft:NhwcMaxPool": poolOperator({ ...maximum, isChannelsLast: always }),
  "com.microsoft:MaxpoolWithMask": poolOperator(maximum),
  "com.microsoft:QLinearAveragePool": poolOperator({
    ...quantizedAverage,
    isChannelsLast: byAttribute,
  }),
  "com.microsoft:QLinearGlobalAveragePool": poolOperator({
    ...quantizedAverage,
    isGlobal: true,
    isChannelsLast: byAttribute,
  }),
});

function poolOperator(form: PoolForm): Operator {
  return { infer: (ctx) => inferPool(ctx, form), work: (ctx) => poolWork(ctx, form) };
}

function inferPool(ctx: InferContext, form: PoolForm): readonly Inferred[] {
  const shape = poolShape(ctx, form);
  const elementType = ctx.elementType(0);
  const indexType: ElementType = "int64";
  return [output(elementType, shape), output(indexType, shape)];
}

function poolShape(ctx: InferContext, form: PoolForm): Shape | undefined {
  const input = shapeOfRank(ctx, 0, { low: form.isGlobal === true ? 2 : 3, high: 99 }, "the input");
  if (input === undefined) return undefined;
  const isChannelsLast = form.isChannelsLast?.(ctx) ?? false;
  const space = isChannelsLast ? input.slice(1, -1) : input.slice(2);
  const batch = input[0] ?? 1;
  const channels = (isChannelsLast ? input.at(-1) : input[1]) ?? 1;
  const pooled = form.isGlobal === true ? space.map(() => 1) : pooledSpace(ctx, space);
  return isChannelsLast ? [batch, ...pooled, channels] : [batch, channels, ...pooled];
}

function pooledSpace(ctx: InferContext, space: Shape): readonly Dim[] {
  const kernel = ctx.ints("kernel_shape");
  if (kernel === undefined) {
    ctx.error("`kernel_shape` is missing; give the size of the window.");
    return space.map(() => ctx.freshDim());
  }
  if (kernel.length !== space.length) {
    ctx.error(
      `\`kernel_shape\` has ${kernel.length} values; the input has ${space.length} spatial axes.`,
    );
    return space.map(() => ctx.freshDim());
  }
  const window = readWindow(ctx, kernel, (text) => ctx.error(text));
  return window === undefined ? space.map(() => ctx.freshDim()) : slideWindow(ctx, space, window);
}

/** Flops = output elements × (window × operations per tap + operations per output); padding is counted like input. */
function poolWork(ctx: WorkContext, form: PoolForm): Work | undefined {
  const outputElements = ctx.outputElements(0);
  const input = ctx.dims(0);
  if (outputElements === undefined || input === undefined) return undefined;
  const isChannelsLast = form.isChannelsLast?.(ctx) ?? false;
  const windowElements =
    form.isGlobal === true
      ? productOf(isChannelsLast ? input.slice(1, -1) : input.slice(2))
      : productOf(ctx.ints("kernel_shape") ?? []);
  return {
    macs: 0,
    otherFlops: outputElements * (windowElements * form.flopsPerTap + form.flopsPerOutput),
    kernel: { kind: "pool", outputElements, windowElements },
  };
}

/** ONNX MaxUnpool: the size that pools to the input, unless input 2 gives it. */
function inferMaxUnpool(ctx: InferContext): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 3, high: 99 }, "the input");
  if (input === undefined) return [output(ctx.elementType(0), undefined)];
  if (ctx.hasInput(2)) {
    const wanted = dimsOfConstant(ctx.constant(2));
    if (wanted?.length === input.length) return [output(ctx.elementType(0), wanted)];
    return [
      output(
        ctx.elementType(0),
        input.map(() => ctx.freshDim()),
      ),
    ];
  }
  const space = input.slice(2);
  const kernel = ctx.ints("kernel_shape") ?? [];
  const window =
    kernel.length === space.length ? readWindow(ctx, kernel, (text) => ctx.error(text)) : undefined;
  if (kernel.length !== space.length)
    ctx.error(
      `\`kernel_shape\` has ${kernel.length} values; the input has ${space.length} spatial axes.`,
    );
  const unpooled =
    window === undefined ? space.map(() => ctx.freshDim()) : unslideWindow(ctx, space, window, []);
  return [output(ctx.elementType(0), [input[0] ?? 1, input[1] ?? 1, ...unpooled])];
}

/** Zeroes the output and scatters the input into it: bytes only. */
function maxUnpoolWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  return elements === undefined
    ? undefined
    : { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}
