import { productOf } from "../base/product.js";
import { dimsOfConstant } from "../graph/constant.js";
import { isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { interpolationFlops } from "./interpolation.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  GridSample: { infer: inferGridSample, work: gridSampleWork },
  "com.microsoft:GridSample": { infer: inferGridSample, work: gridSampleWork },
  AffineGrid: { infer: inferAffineGrid, work: affineGridWork },
});

/** X [N, C, D…] sampled at grid [N, o…, axes] gives [N, C, o…]. */
function inferGridSample(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(0);
  const input = shapeOfRank(ctx, 0, { low: 3, high: 99 }, "the input");
  const grid = ctx.shape(1);
  if (input === undefined || grid === undefined) return [output(elementType, undefined)];
  if (grid.length !== input.length) {
    ctx.error(`the grid has rank ${grid.length}, the input ${input.length}; they should be equal.`);
    return [output(elementType, undefined)];
  }
  const axes = grid.at(-1);
  if (axes !== undefined && isKnown(axes) && axes !== input.length - 2)
    ctx.error(
      `the grid ends in ${axes} coordinates; the input has ${input.length - 2} spatial axes.`,
    );
  return [output(elementType, [input[0] ?? 1, input[1] ?? 1, ...grid.slice(1, -1)])];
}

/** Each coordinate is mapped to pixels (two operations), then every channel interpolates there. */
function gridSampleWork(ctx: WorkContext): Work | undefined {
  const grid = ctx.dims(1);
  const outputElements = ctx.outputElements(0);
  if (grid === undefined || outputElements === undefined) return undefined;
  const axes = grid.at(-1) ?? 1;
  const mode = ctx.string("mode", "linear");
  return {
    macs: 0,
    otherFlops:
      2 * productOf(grid) +
      outputElements *
        interpolationFlops(mode, new Array<number>(Math.min(axes, 8)).fill(1), false),
    kernel: { kind: "resize", outputElements },
  };
}

/** theta [N, 2, 3] and size (N, C, H, W) give [N, H, W, 2]; three axes alike. */
function inferAffineGrid(ctx: InferContext): readonly Inferred[] {
  const size = dimsOfConstant(ctx.constant(1));
  const axesOf = ctx.shape(0)?.[1];
  let shape: Shape | undefined;
  if (size !== undefined && (size.length === 4 || size.length === 5))
    shape = [size[0] ?? 1, ...size.slice(2), size.length - 2];
  else if (size !== undefined)
    ctx.error(`\`size\` has ${size.length} elements; it should have 4 or 5.`);
  else if (axesOf !== undefined && isKnown(axesOf) && axesOf <= 3) {
    const space = Array.from({ length: axesOf }, () => ctx.freshDim());
    shape = [ctx.shape(0)?.[0] ?? ctx.freshDim(), ...space, axesOf];
  }
  return [output(ctx.elementType(0), shape)];
}

/** Every point is multiplied by the affine matrix: MACs = points × axes × (axes + 1). */
function affineGridWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.outputDims(0);
  if (dims === undefined) return undefined;
  const axes = dims.at(-1) ?? 1;
  const points = productOf(dims.slice(0, -1));
  const batch = dims[0] ?? 1;
  return {
    macs: points * axes * (axes + 1),
    otherFlops: 0,
    kernel: {
      kind: "matmul",
      batch,
      m: batch === 0 ? 0 : points / batch,
      n: axes,
      k: axes + 1,
      hasConstantRight: false,
    },
  };
}
