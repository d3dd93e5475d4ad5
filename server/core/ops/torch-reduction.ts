import { productOf } from "../base/product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { each, reductionWork, torchRule } from "./torch-rule.js";

/** Reductions, sums along an axis, sorting: what ONNX has no operator for, or not in this form. */
export const rule: OpRule = torchRule({
  ...each(
    [
      "all",
      "any",
      "amax",
      "amin",
      "argmax",
      "argmin",
      "count_nonzero",
      "max",
      "min",
      "mean",
      "sum",
      "prod",
      "nansum",
      "trace",
      "bincount",
      "histc",
      "histogram",
      "searchsorted",
      "bucketize",
      "segment_reduce",
    ],
    reductionWork(1),
  ),
  ...each(["aminmax", "nanmean", "norm", "linalg_vector_norm", "vector_norm"], reductionWork(2)),
  // |a - b| to the power p, summed.
  ...each(["dist", "pairwise_distance"], reductionWork(4)),
  // Mean first; then the difference, its square, the sum: 4 for each element (Welford's form takes as many).
  ...each(["std", "var", "std_mean", "var_mean"], reductionWork(4)),
  logsumexp: reductionWork(4),
  ...each(["cov", "corrcoef"], covarianceWork),
  ...each(
    [
      "cumsum",
      "cumprod",
      "cummax",
      "cummin",
      "diff",
      "trapezoid",
      "cumulative_trapezoid",
      "gradient",
    ],
    alongWork(1),
  ),
  logcumsumexp: alongWork(4),
  ...each(
    [
      "sort",
      "argsort",
      "msort",
      "topk",
      "kthvalue",
      "median",
      "nanmedian",
      "mode",
      "quantile",
      "nanquantile",
      "unique",
      "unique_consecutive",
      "unique_dim",
    ],
    sortWork,
  ),
  gumbel_softmax: softmaxWork(8),
  softmax: softmaxWork(5),
});

function alongWork(flops: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const elements = ctx.inputElements(0);
    if (elements === undefined) return undefined;
    const columns = extentAlong(ctx);
    return {
      macs: 0,
      otherFlops: flops * elements,
      kernel: { kind: "reduction", inputElements: elements, outputElements: elements / columns },
    };
  };
}

/** n log₂ n comparisons a row (Knuth, The Art of Computer Programming 3, section 5.3.1). */
function sortWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  if (elements === undefined) return undefined;
  const columns = extentAlong(ctx);
  return {
    macs: 0,
    otherFlops: Math.round(elements * Math.log2(Math.max(2, columns))),
    kernel: { kind: "sort", rows: elements / columns, columns },
  };
}

function softmaxWork(flops: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const elements = ctx.inputElements(0);
    if (elements === undefined) return undefined;
    const columns = extentAlong(ctx);
    return {
      macs: 0,
      otherFlops: flops * elements,
      kernel: { kind: "softmax", rows: elements / columns, columns },
    };
  };
}

/** [variables, observations] by its transpose. */
function covarianceWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  if (dims === undefined) return undefined;
  const [variables = 1, observations = 1] = dims.length === 1 ? [1, dims[0]] : dims;
  return {
    macs: variables * variables * observations,
    otherFlops: 2 * variables * observations,
    kernel: {
      kind: "matmul",
      batch: 1,
      m: variables,
      n: variables,
      k: observations,
      hasConstantRight: false,
    },
  };
}

/** Extent of the axis that the call names; the last one, or everything, where it names none. At least 1. */
function extentAlong(ctx: WorkContext): number {
  const dims = ctx.dims(0) ?? [];
  const axis = ctx.int("dim") ?? ctx.ints("dim")?.[0];
  const whole = productOf(dims);
  return Math.max(1, axis === undefined ? whole : (dims.at(axis) ?? 1));
}
