import { productOf } from "../base/product.js";
import { isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { output, outputLike, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { softmaxFlops } from "./softmax.js";

export const rule = ruleOfTable({
  NegativeLogLikelihoodLoss: {
    infer: (ctx) => [output(ctx.elementType(0), lossShape(ctx))],
    work: (ctx) => lossWork(ctx, 0),
  },
  SoftmaxCrossEntropyLoss: {
    infer: (ctx): readonly Inferred[] => [
      output(ctx.elementType(0), lossShape(ctx)),
      outputLike(ctx, 0),
    ],
    work: (ctx) => lossWork(ctx, softmaxFlops),
  },
});

/** Scores [N, C, d…] and labels [N, d…]: the labels' shape without reduction, else a scalar. */
function lossShape(ctx: InferContext): Shape | undefined {
  const scores = shapeOfRank(ctx, 0, { low: 2, high: 99 }, "the input");
  const labels = ctx.shape(1);
  if (scores !== undefined && labels !== undefined) {
    if (labels.length !== scores.length - 1)
      ctx.error(`the labels have rank ${labels.length}; it should be ${scores.length - 1}.`);
    const [batch] = scores;
    const [labelled] = labels;
    if (batch !== undefined && labelled !== undefined && isKnown(batch) && isKnown(labelled))
      if (batch !== labelled) ctx.error(`there are ${batch} samples and labels for ${labelled}.`);
  }
  if (ctx.string("reduction", "mean") !== "none") return [];
  if (scores !== undefined) return [scores[0] ?? 1, ...scores.slice(2)];
  return labels;
}

/** For each label: a negation, a multiply by the class weight, an addition to the sum; before it, LogSoftmax over the classes. */
function lossWork(ctx: WorkContext, flopsPerScore: number): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const elements = productOf(dims);
  const classes = dims[1] ?? 1;
  const labels = classes === 0 ? 0 : elements / classes;
  const isReduced = ctx.string("reduction", "mean") !== "none";
  const perLabel = 1 + (ctx.hasInput(2) ? 1 : 0) + (isReduced ? 1 : 0);
  return {
    macs: 0,
    otherFlops: flopsPerScore * elements + perLabel * labels,
    kernel:
      flopsPerScore === 0
        ? { kind: "gather", elements: labels }
        : { kind: "softmax", rows: labels, columns: classes },
  };
}
