import { productOf } from "../base/product.js";
import { attentionWork } from "./attention-work.js";
import { withForm } from "./matrix-product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { torchRule } from "./torch-rule.js";

/** Products of torch that ONNX writes otherwise or not at all. */
export const rule: OpRule = torchRule({
  linear: linearWork,
  addmm: (ctx) => batchedWork(ctx, 1, 2, 1),
  addbmm: (ctx) => batchedWork(ctx, 1, 2, 1),
  baddbmm: (ctx) => batchedWork(ctx, 1, 2, 1),
  addmv: (ctx) => batchedWork(ctx, 1, 2, 1),
  matmul: (ctx) => batchedWork(ctx, 0, 1, 0),
  scaled_mm: (ctx) => batchedWork(ctx, 0, 1, 1),
  grouped_mm: groupedWork,
  // Vectors by vectors: every element of the result is one product.
  outer: outerWork(0),
  addr: outerWork(1),
  kron: outerWork(0),
  inner: (ctx) => contractedWork(ctx),
  tensordot: (ctx) => contractedWork(ctx),
  linalg_vecdot: (ctx) => {
    const elements = ctx.inputElements(0);
    const outputElements = ctx.outputElements(0);
    if (elements === undefined || outputElements === undefined) return undefined;
    return {
      macs: elements,
      otherFlops: 0,
      kernel: { kind: "reduction", inputElements: elements, outputElements },
    };
  },
  bilinear: bilinearWork,
  cdist: distanceWork,
  pdist: distanceWork,
  scaled_dot_product_attention: attention,
});

/** `input [..., in] × weight [out, in]ᵀ + bias`: MACs = rows × in × out. */
function linearWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const weight = ctx.dims(1);
  if (input === undefined || weight === undefined) return undefined;
  const k = input.at(-1) ?? 1;
  const n = weight.length === 1 ? 1 : (weight[0] ?? 1);
  const m = productOf(input.slice(0, -1));
  return {
    macs: m * n * k,
    otherFlops: ctx.hasInput(2) ? m * n : 0,
    kernel: withForm(
      { kind: "matmul", batch: 1, m, n, k, hasConstantRight: ctx.isWeight(1) },
      { isRightTransposed: true, hasBias: ctx.hasInput(2) },
    ),
  };
}

/** Products of the last two axes, `flops` operations on each element of the result besides. */
function batchedWork(
  ctx: WorkContext,
  leftIndex: number,
  rightIndex: number,
  flops: number,
): Work | undefined {
  const left = ctx.dims(leftIndex);
  const right = ctx.dims(rightIndex);
  if (left === undefined || right === undefined) return undefined;
  const k = left.at(-1) ?? 1;
  const m = left.at(-2) ?? 1;
  const n = right.length === 1 ? 1 : (right.at(-1) ?? 1);
  const batch = Math.max(productOf(left.slice(0, -2)), productOf(right.slice(0, -2)));
  return {
    macs: batch * m * n * k,
    otherFlops: flops * batch * m * n,
    kernel: { kind: "matmul", batch, m, n, k, hasConstantRight: ctx.isWeight(rightIndex) },
  };
}

/** Rows of the left are multiplied with the matrix of their group: every row once. */
function groupedWork(ctx: WorkContext): Work | undefined {
  const left = ctx.dims(0);
  const right = ctx.dims(1);
  if (left === undefined || right === undefined) return undefined;
  const k = left.at(-1) ?? 1;
  const n = right.at(-1) ?? 1;
  const rows = productOf(left.slice(0, -1));
  const groups = right.length === 3 ? (right[0] ?? 1) : 1;
  return {
    macs: rows * n * k,
    otherFlops: 0,
    kernel: {
      kind: "matmul",
      batch: groups,
      m: groups === 0 ? 0 : rows / groups,
      n,
      k,
      hasConstantRight: ctx.isWeight(1),
    },
  };
}

function outerWork(flops: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const elements = ctx.outputElements(0);
    if (elements === undefined) return undefined;
    return {
      macs: 0,
      otherFlops: (1 + flops) * elements,
      kernel: { kind: "elementwise", elements },
    };
  };
}

/** Of [free, k] and [k, free]: k² = (left × right) / result, so MACs = √(left × right × result). */
function contractedWork(ctx: WorkContext): Work | undefined {
  const left = ctx.inputElements(0);
  const right = ctx.inputElements(1);
  const result = ctx.outputElements(0);
  if (left === undefined || right === undefined || result === undefined) return undefined;
  if (left === 0 || right === 0 || result === 0)
    return { macs: 0, otherFlops: 0, kernel: { kind: "elementwise", elements: 0 } };
  const k = Math.round(Math.sqrt((left * right) / result));
  return {
    macs: result * k,
    otherFlops: 0,
    kernel: {
      kind: "matmul",
      batch: 1,
      m: Math.max(1, Math.round(left / k)),
      n: Math.max(1, Math.round(right / k)),
      k,
      hasConstantRight: ctx.isWeight(1),
    },
  };
}

/** `x₁ᵀ A x₂ + b` for each of `out` matrices (torch.nn.Bilinear): x₂ by A first, then x₁ by that. */
function bilinearWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const weight = ctx.dims(2);
  if (input === undefined || weight?.length !== 3) return undefined;
  const [out = 1, left = 1, right = 1] = weight;
  const rows = productOf(input.slice(0, -1));
  return {
    macs: rows * out * left * (right + 1),
    otherFlops: ctx.hasInput(3) ? rows * out : 0,
    kernel: {
      kind: "matmul",
      batch: 1,
      m: rows,
      n: out * left,
      k: right,
      hasConstantRight: ctx.isWeight(2),
    },
  };
}

/** Every pair of rows: subtract, square, add; one root. */
function distanceWork(ctx: WorkContext): Work | undefined {
  const pairs = ctx.outputElements(0);
  const width = ctx.dims(0)?.at(-1);
  const inputElements = ctx.inputElements(0);
  if (pairs === undefined || width === undefined || inputElements === undefined) return undefined;
  return {
    macs: 0,
    otherFlops: pairs * (3 * width + 1),
    kernel: { kind: "reduction", inputElements: pairs * width, outputElements: pairs },
  };
}

/** Any number of axes before length and size: the one before them is heads, the others are batch. */
function attention(ctx: WorkContext): Work | undefined {
  const query = ctx.dims(0);
  const key = ctx.dims(1);
  const value = ctx.dims(2);
  if (query === undefined || key === undefined || value === undefined) return undefined;
  const heads = query.length < 4 ? 1 : (query.at(-3) ?? 1);
  return attentionWork(
    {
      batch: productOf(query.slice(0, query.length < 4 ? -2 : -3)),
      queryHeads: heads,
      keyHeads: key.length < 4 ? 1 : (key.at(-3) ?? 1),
      queryLength: query.at(-2) ?? 1,
      keyLength: key.at(-2) ?? 1,
      headSize: query.at(-1) ?? 1,
      valueHeadSize: value.at(-1) ?? 1,
    },
    {
      isCausal: ctx.int("is_causal", 0) !== 0,
      window: 0,
      scoreFlops: ctx.hasInput(3) ? 1 : 0,
    },
  );
}
