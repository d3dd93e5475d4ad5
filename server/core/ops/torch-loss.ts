import type { OpRule, Work, WorkContext } from "./rule.js";
import { torchRule } from "./torch-rule.js";

/** Losses: operations on each element of the input, by the formula in torch's documentation, and a sum. */
const flopsPerElement: Readonly<Record<string, number>> = {
  binary_cross_entropy: 6,
  binary_cross_entropy_with_logits: 8,
  cosine_embedding_loss: 8,
  // A log-softmax (5) and one pick.
  cross_entropy: 6,
  ctc_loss: 10,
  gaussian_nll_loss: 6,
  hinge_embedding_loss: 4,
  huber_loss: 5,
  kl_div: 4,
  l1_loss: 3,
  margin_ranking_loss: 5,
  mse_loss: 3,
  multi_margin_loss: 5,
  multilabel_margin_loss: 5,
  multilabel_soft_margin_loss: 10,
  nll_loss: 1,
  poisson_nll_loss: 4,
  smooth_l1_loss: 5,
  soft_margin_loss: 5,
  triplet_margin_loss: 9,
  triplet_margin_with_distance_loss: 9,
};

export const rule: OpRule = torchRule(
  Object.fromEntries(
    Object.entries(flopsPerElement).map(([name, flops]) => [
      name,
      (ctx: WorkContext): Work | undefined => {
        const inputElements = ctx.inputElements(0);
        const outputElements = ctx.outputElements(0);
        if (inputElements === undefined || outputElements === undefined) return undefined;
        return {
          macs: 0,
          otherFlops: flops * inputElements,
          kernel: { kind: "reduction", inputElements, outputElements },
        };
      },
    ]),
  ),
);
