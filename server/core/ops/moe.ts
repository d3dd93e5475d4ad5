import { productOf } from "../base/product.js";
import { byteCount } from "../graph/value-type.js";
import { inferLikeFirst, type Operator, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Indices of the inputs of a mixture of experts (ContribOperators.md). */
interface ExpertForm {
  readonly weights: readonly [number, number, number];
  readonly biases: readonly [number, number, number];
  /** Elements of a weight in one stored element. */
  readonly packing: (ctx: NodeContext) => number;
  /** Operations to unpack a weight: a multiply by its scale, a subtraction of its zero point. */
  readonly unpackFlops: number;
}

export const rule = ruleOfTable({
  "com.microsoft:MoE": expertOperator({
    weights: [2, 4, 6],
    biases: [3, 5, 7],
    packing: () => 1,
    unpackFlops: 0,
  }),
  "com.microsoft:QMoE": expertOperator({
    weights: [2, 5, 8],
    biases: [4, 7, 10],
    packing: (ctx) => {
      if (ctx.string("quant_type", "int") === "fp8") return 1;
      const isFloat4 = ctx.string("quant_type", "int") !== "int";
      return 8 / (isFloat4 ? 4 : Math.max(1, ctx.int("expert_weight_bits", 4)));
    },
    unpackFlops: 2,
  }),
});

function expertOperator(form: ExpertForm): Operator {
  return { infer: inferExperts, work: (ctx) => expertWork(ctx, form) };
}

function inferExperts(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  if (shape !== undefined && shape.length !== 2 && shape.length !== 3)
    ctx.error(`the input has rank ${shape.length}; it should be 2 or 3.`);
  return inferLikeFirst(ctx);
}

/**
 * Each token visits `k` experts: MACs = tokens × k × (rows of FC1 × hidden + hidden × inter + inter × hidden of FC3).
 * Weights are read for the experts that at least one token visits; with evenly spread tokens E × (1 - (1 - k/E)^tokens)
 * of E experts are expected.
 */
function expertWork(ctx: WorkContext, form: ExpertForm): Work | undefined {
  const input = ctx.dims(0);
  const first = ctx.dims(form.weights[0]);
  const second = ctx.dims(form.weights[1]);
  if (input === undefined || first?.length !== 3 || second?.length !== 3) return undefined;
  const hidden = input.at(-1) ?? 1;
  const tokens = hidden === 0 ? 0 : productOf(input) / hidden;
  // A router over more experts than there are weights of: the others are on other devices.
  const localExperts = first[0] ?? 1;
  const experts = Math.max(ctx.dims(1)?.at(-1) ?? localExperts, localExperts);
  const share = experts === 0 ? 0 : localExperts / experts;
  const [, rows = 0] = first;
  const inter = (second[2] ?? 0) * form.packing(ctx);
  const hasThird = ctx.hasInput(form.weights[2]);
  const chosen = Math.min(experts, ctx.int("k", 1));
  const visits = tokens * chosen * share;
  const weightElements = rows * hidden + hidden * inter + (hasThird ? inter * hidden : 0);
  const visited = localExperts * (1 - (1 - chosen / Math.max(1, experts)) ** tokens);
  // Per visit: an activation of 4 operations and a gate's multiply for each inner element, biases, the mixing weight.
  const isGated = hasThird || ctx.string("activation_type", "relu") === "swiglu";
  const [firstBias, secondBias, thirdBias] = form.biases;
  const perVisit =
    inter * (4 + (isGated ? 1 : 0)) +
    (ctx.hasInput(firstBias) ? rows : 0) +
    (ctx.hasInput(secondBias) ? hidden : 0) +
    (ctx.hasInput(thirdBias) ? inter : 0) +
    2 * hidden;
  const readBytes = bytesRead(ctx, form, localExperts, visited);
  return {
    macs: Math.round(visits * weightElements),
    otherFlops:
      visits * perVisit + visited * weightElements * form.unpackFlops + 5 * tokens * experts,
    ...(readBytes !== undefined && { readBytes }),
    kernel: {
      kind: "moe",
      tokens,
      hidden,
      inter,
      experts,
      localExperts,
      chosen,
      isGated,
      skew: skewOf(ctx),
    },
  };
}

/**
 * `distribution="power_law_1.2"`, an attribute of ours: how unevenly tokens choose; `balanced` is evenly. Trained routers
 * are uneven: without it the milder of the two laws that were measured (served gpt-oss models agree with it).
 */
function skewOf(ctx: NodeContext): number {
  const found = /^power_law_(\d+(?:\.\d+)?)$/.exec(ctx.string("distribution", "power_law_1.01"));
  return found === null ? 0 : Number(found[1]);
}

/** Input and router are read whole, everything that is kept for each expert in part. */
function bytesRead(
  ctx: WorkContext,
  form: ExpertForm,
  experts: number,
  visited: number,
): number | undefined {
  let bytes = 0;
  for (let index = 0; index < ctx.inputCount; index++) {
    if (!ctx.hasInput(index)) continue;
    const whole = byteCount(ctx.inputType(index));
    if (whole === undefined) return undefined;
    const isPerExpert = index >= form.weights[0] && ctx.dims(index)?.[0] === experts;
    bytes += isPerExpert ? (whole * visited) / Math.max(1, experts) : whole;
  }
  return Math.round(bytes);
}
