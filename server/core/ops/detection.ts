import { numberOfConstant } from "../graph/constant.js";
import { isKnown } from "../graph/dim.js";
import { knownShape } from "../graph/value-type.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  NonMaxSuppression: { infer: inferSuppression, work: suppressionWork },
});

/**
 * Intersection over union of two boxes: four comparisons for the overlap's corners, two subtractions and two clamps for
 * its sides, one product, three operations for each box's area, two for the union, a division and a comparison.
 */
const overlapFlops = 4 + 4 + 1 + 6 + 2 + 2;

/** Boxes [batch, boxes, 4] and scores [batch, classes, boxes]; how many boxes are kept is data. */
function inferSuppression(ctx: InferContext): readonly Inferred[] {
  const boxes = shapeOfRank(ctx, 0, { low: 3, high: 3 }, "the list of boxes");
  const scores = shapeOfRank(ctx, 1, { low: 3, high: 3 }, "the list of scores");
  const coordinates = boxes?.[2];
  if (coordinates !== undefined && isKnown(coordinates) && coordinates !== 4)
    ctx.error(`a box has ${coordinates} coordinates; it should have 4.`);
  const count = boxes?.[1];
  const scored = scores?.[2];
  if (count !== undefined && scored !== undefined && isKnown(count) && isKnown(scored))
    if (count !== scored) ctx.error(`there are ${count} boxes and scores for ${scored}.`);
  const keeps = keptLimit(ctx);
  const [batch, classes, boxCount] = knownShape(scores) ?? [];
  const most =
    batch === undefined || classes === undefined || boxCount === undefined
      ? undefined
      : batch * classes * Math.max(0, Math.min(boxCount, keeps ?? boxCount));
  return [output("int64", [keeps === 0 ? 0 : ctx.freshDim(most), 3])];
}

/** At most so many boxes are kept for each class; the operator's default is none. */
function keptLimit(ctx: NodeContext): number | undefined {
  return ctx.hasInput(2) ? numberOfConstant(ctx.constant(2)) : 0;
}

/**
 * The most that can be: for each batch and class the boxes are sorted (n log₂ n comparisons), and each kept box is
 * compared with all boxes. The list of kept boxes is written at its longest.
 */
function suppressionWork(ctx: WorkContext): Work | undefined {
  const scores = ctx.dims(1);
  if (scores === undefined) return undefined;
  const [batch = 1, classes = 1, boxes = 0] = scores;
  const kept = Math.max(0, Math.min(boxes, keptLimit(ctx) ?? boxes));
  const rows = batch * classes;
  const sortFlops = boxes > 1 ? boxes * Math.log2(boxes) : 0;
  return {
    macs: 0,
    otherFlops: Math.round(rows * (sortFlops + kept * boxes * overlapFlops)),
    writeBytes: rows * kept * 3 * 8,
    kernel: { kind: "sort", rows, columns: boxes },
  };
}
