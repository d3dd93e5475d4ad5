import { productOf } from "../base/product.js";
import { dimsOfConstant } from "../graph/constant.js";
import type { Dim } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { interpolationFlops } from "./interpolation.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/** Pooling of regions of a feature map: [regions, channels, height, width]. */
export const rule = ruleOfTable({
  RoiAlign: { infer: inferRoiAlign, work: roiAlignWork },
  MaxRoiPool: { infer: inferMaxRoiPool, work: maxRoiPoolWork },
  "com.microsoft:CropAndResize": { infer: inferCrop, work: cropWork },
});

const bilinearFlops = interpolationFlops("linear", [1, 1], false);

/** `sampling_ratio` 0 takes as many samples as the region is large, which is data; two a side, torchvision's choice, count. */
const adaptiveSamples = 2;

function inferRoiAlign(ctx: InferContext): readonly Inferred[] {
  return regions(ctx, [ctx.int("output_height", 1), ctx.int("output_width", 1)]);
}

function inferMaxRoiPool(ctx: InferContext): readonly Inferred[] {
  const pooled = ctx.ints("pooled_shape");
  if (pooled?.length !== 2) {
    ctx.error("`pooled_shape` should have two values.");
    return [output(ctx.elementType(0), undefined)];
  }
  return regions(ctx, pooled);
}

function inferCrop(ctx: InferContext): readonly Inferred[] {
  const size = dimsOfConstant(ctx.constant(3));
  return regions(ctx, size?.length === 2 ? size : [ctx.freshDim(), ctx.freshDim()]);
}

function regions(ctx: InferContext, size: readonly Dim[]): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 4, high: 4 }, "the input");
  const rois = shapeOfRank(ctx, 1, { low: 2, high: 2 }, "the list of regions");
  const channels = input?.[1] ?? ctx.freshDim();
  const shape: Shape = [rois?.[0] ?? ctx.freshDim(), channels, ...size];
  return [output(ctx.elementType(0), shape)];
}

/** Each output is the mean or maximum of its samples, each a bilinear interpolation. */
function roiAlignWork(ctx: WorkContext): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  const ratio = ctx.int("sampling_ratio", 0);
  const samples = (ratio > 0 ? ratio : adaptiveSamples) ** 2;
  return {
    macs: 0,
    otherFlops: outputElements * samples * (bilinearFlops + 1),
    kernel: { kind: "resize", outputElements },
  };
}

/** How large the regions are is data; a region as large as the map is the most that can be. */
function maxRoiPoolWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const outputDims = ctx.outputDims(0);
  if (input === undefined || outputDims === undefined) return undefined;
  const [, , height = 1, width = 1] = input;
  const [, , pooledHeight = 1, pooledWidth = 1] = outputDims;
  const windowElements =
    Math.ceil(height / Math.max(1, pooledHeight)) * Math.ceil(width / Math.max(1, pooledWidth));
  const outputElements = productOf(outputDims);
  return {
    macs: 0,
    otherFlops: outputElements * windowElements,
    kernel: { kind: "pool", outputElements, windowElements },
  };
}

function cropWork(ctx: WorkContext): Work | undefined {
  const outputElements = ctx.outputElements(0);
  if (outputElements === undefined) return undefined;
  const isNearest = ctx.string("mode", "bilinear") === "nearest";
  return {
    macs: 0,
    otherFlops: outputElements * (isNearest ? 0 : bilinearFlops),
    kernel: { kind: "resize", outputElements },
  };
}
