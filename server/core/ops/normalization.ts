import { productOf } from "../base/product.js";
import { isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { inferLikeFirst, output, outputLike, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  BatchNormalization: { infer: inferBatchNormalization, work: batchNormalizationWork },
  InstanceNormalization: {
    infer: (ctx) => inferPerChannel(ctx, 2),
    work: (ctx) => spatialNormalizationWork(ctx, (channels) => channels, 0),
  },
  GroupNormalization: {
    infer: inferGroupNormalization,
    work: (ctx) => spatialNormalizationWork(ctx, () => ctx.int("num_groups", 1), 0),
  },
  "com.microsoft:GroupNorm": {
    infer: inferLikeFirst,
    work: (ctx) => spatialNormalizationWork(ctx, () => ctx.int("groups", 1), siluFlops(ctx)),
  },
  "com.microsoft:SkipGroupNorm": {
    infer: (ctx) => [outputLike(ctx, 0), outputLike(ctx, 0)],
    // One addition for the skip, one for the bias.
    work: (ctx) =>
      spatialNormalizationWork(
        ctx,
        () => ctx.int("groups", 1),
        siluFlops(ctx) + 1 + (ctx.hasInput(4) ? 1 : 0),
      ),
  },
  LRN: { infer: inferLikeFirst, work: lrnWork },
  LpNormalization: { infer: inferLikeFirst, work: lpNormalizationWork },
  MeanVarianceNormalization: { infer: inferLikeFirst, work: meanVarianceWork },
});

/**
 * Normalizing an element with its group's statistics takes 7 operations: add to the mean's sum; subtract the mean;
 * square and add to the variance's sum; multiply by the reciprocal deviation; scale; shift.
 */
export const normalizationFlops = 7;

/** SiLU, x / (1 + exp(-x)): negate, exponentiate, add, divide. */
const silu = 4;

function siluFlops(ctx: NodeContext): number {
  return ctx.int("activation", 0) === 1 ? silu : 0;
}

/** Versions 1 to 13 have up to five outputs, the later ones three; all but the first are per channel. */
function inferBatchNormalization(ctx: InferContext): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 1, high: 99 }, "the input");
  checkChannels(ctx, input, [1, 2, 3, 4]);
  const statisticsType = ctx.elementType(3) ?? ctx.elementType(0);
  const statistics = output(statisticsType, ctx.shape(3) ?? channelsOf(input));
  return [output(ctx.elementType(0), input), statistics, statistics, statistics, statistics];
}

function channelsOf(input: Shape | undefined): Shape | undefined {
  const channels = input?.[1];
  return channels === undefined ? undefined : [channels];
}

function inferPerChannel(ctx: InferContext, lowestRank: number): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: lowestRank, high: 99 }, "the input");
  checkChannels(ctx, input, [1, 2]);
  return [output(ctx.elementType(0), input)];
}

function inferGroupNormalization(ctx: InferContext): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 3, high: 99 }, "the input");
  const groups = ctx.int("num_groups", 1);
  const channels = input?.[1];
  if (groups < 1) ctx.error(`\`num_groups\` is ${groups}; it should be at least 1.`);
  else if (channels !== undefined && isKnown(channels) && channels % groups !== 0)
    ctx.error(`${channels} channels cannot be split into ${groups} groups.`);
  // Scale and bias are per group in version 18 and per channel from version 21 on.
  if (ctx.opset >= 21) checkChannels(ctx, input, [1, 2]);
  return [output(ctx.elementType(0), input)];
}

function checkChannels(
  ctx: InferContext,
  input: Shape | undefined,
  vectors: readonly number[],
): void {
  const channels = input?.[1];
  if (channels === undefined || !isKnown(channels)) return;
  for (const index of vectors) {
    const extent = ctx.shape(index)?.length === 1 ? ctx.shape(index)?.[0] : undefined;
    if (extent !== undefined && isKnown(extent) && extent !== channels)
      ctx.error(`the input has ${channels} channels, input ${index} has ${extent} elements.`);
  }
}

/**
 * With the statistics given, scale and shift fold into one multiply and one add per element. In training the
 * statistics are computed too.
 */
function batchNormalizationWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const channels = dims[1] ?? 1;
  const isTraining =
    ctx.int("training_mode", 0) !== 0 ||
    (ctx.opset < 7 && ctx.int("is_test", 0) === 0 && ctx.hasOutput(1));
  return {
    macs: 0,
    otherFlops: (isTraining ? normalizationFlops : 2) * elements,
    kernel: {
      kind: "normalization",
      rows: channels,
      columns: channels === 0 ? 0 : elements / channels,
    },
  };
}

function spatialNormalizationWork(
  ctx: WorkContext,
  groupsOf: (channels: number) => number,
  extraFlops: number,
): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const isChannelsLast = ctx.node.domain === "com.microsoft" && ctx.int("channels_last", 1) !== 0;
  const channels = (isChannelsLast ? dims.at(-1) : dims[1]) ?? 1;
  const rows = (dims[0] ?? 1) * groupsOf(channels);
  return {
    macs: 0,
    otherFlops: (normalizationFlops + extraFlops) * elements,
    kernel: { kind: "normalization", rows, columns: rows === 0 ? 0 : elements / rows },
  };
}

/**
 * ONNX LRN: y = x / (bias + alpha / size × sum of squares over `size` channels)^beta. Per element: `size` squares and
 * additions, then scale, bias, power, divide.
 */
function lrnWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const size = ctx.int("size", 1);
  const channels = dims[1] ?? 1;
  return {
    macs: 0,
    otherFlops: (2 * size + 4) * elements,
    kernel: {
      kind: "normalization",
      rows: channels === 0 ? 0 : elements / channels,
      columns: channels,
    },
  };
}

/** Per element: power, addition, division; one root for each row is left out as 1/columns of an operation. */
function lpNormalizationWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const axis = ctx.int("axis", -1);
  const columns = dims.at(axis) ?? 1;
  return {
    macs: 0,
    otherFlops: 3 * elements,
    kernel: { kind: "normalization", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}

/** As `normalizationFlops`, without scale and shift. */
function meanVarianceWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const axes = ctx.ints("axes") ?? [0, 2, 3];
  const columns = productOf(axes.map((axis) => dims.at(axis) ?? 1));
  return {
    macs: 0,
    otherFlops: (normalizationFlops - 2) * elements,
    kernel: { kind: "normalization", rows: columns === 0 ? 0 : elements / columns, columns },
  };
}
