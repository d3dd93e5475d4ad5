import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-matmul.js";
import { parseCsv } from "../csv.js";
import { systemTarget } from "../aic-systems.js";
import { sharedKinds } from "../fit-by-chip.js";
import { groupBy } from "../group.js";
import { kernelRows } from "../kernel-rows.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { fitKind } from "../train/fit-kind.js";
import { fitOblivious } from "../train/oblivious.js";
import { transferIntervals, type Lender } from "../transfer.js";

/** Linear layers y[m,n] = x[m,k] · W[k,n] of LLM runtimes. Keys are (n, k), on every chip and precision. */
export const set: CalibrationSet = {
  id: "aic_gemm",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: linear layers in CUDA graphs",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const lenders: Lender[] = [];
    for (const [id, own] of groupBy(samples, ({ target }) => target)) {
      const target = ctx.target(id);
      const rows = await kernelRows(ctx, own, kernelModel);
      if (target === undefined || rows.length === 0) continue;
      const kind = fitKind(rows, {
        features: kernelModel.features,
        // What is lent has `transfer` intervals.
        ...(ctx.leavesOut && { folds: 0 }),
        train: (features, targets) =>
          fitOblivious(features, targets, {
            count: treeCount,
            rate: 0.15,
            featureShare: 0.4,
            ...lossOf(id),
          }),
      });
      lenders.push({ target, kind, rows });
    }
    const transfer = transferIntervals(lenders);
    return lenders.flatMap(({ target, kind, rows }) =>
      fragmentsOf(ctx, target.id, { ...kind, ...(transfer && { transfer }) }, rows.length),
    );
  },
};

/**
 * Trees are more than half of what a product costs to estimate: 300 slower ones err by 5.9 % where these err by 6.0 in
 * cross-validation of bf16, and take a microsecond more.
 */
const treeCount = 200;

/**
 * Where inputs are quantized first, a kernel more and its floor of time make large residuals that are no outliers, and
 * times scatter less, so that leaves may follow fewer rows. All found by cross-validation.
 */
function lossOf(target: string): { readonly outlier: number; readonly shrinkage: number } {
  return target.endsWith("/bf16")
    ? { outlier: 0.12, shrinkage: 3 }
    : { outlier: 0.3, shrinkage: 1 };
}

function fragmentsOf(
  ctx: CalibrationContext,
  target: string,
  kind: Readonly<Record<string, unknown>>,
  rows: number,
): readonly Fragment[] {
  const kinds = { [kernelModel.id]: kind };
  const source = { set: set.id, licence: set.licence, rows };
  const others = sameProducts(target).filter((other) => ctx.target(other) !== undefined);
  return [
    { target, kinds, source },
    ...others.map((other) => ({ target: other, kinds: sharedKinds(kinds, target), source })),
  ];
}

/** Targets whose linear layers are those of the measured one. */
function sameProducts(target: string): readonly string[] {
  return target.endsWith("/bf16") ? [`${target}-kv-fp8`] : [];
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_gemm.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).map((row) => ({
    target: systemTarget(row["system"] ?? "", row["framework"] ?? "", row["dtype"] ?? ""),
    kind: "MatMul",
    key: `${row["n"]},${row["k"]}`,
    seconds: Number(row["latency_us"]) * 1e-6,
    subject: {
      kind: "op",
      text: `MatMul(bf16[${row["m"]},${row["k"]}], bf16[${row["k"]},${row["n"]}])`,
    },
  }));
}
