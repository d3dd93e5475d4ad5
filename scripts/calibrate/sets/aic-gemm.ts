import type { Target } from "../../../server/core/targets/target.js";
import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-matmul.js";
import { parseCsv } from "../csv.js";
import { systemTarget } from "../aic-systems.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { fitKind, type KindRow } from "../train/fit-kind.js";
import { fitTrees } from "../train/trees.js";

/** Linear layers y[m,n] = x[m,k] · W[k,n] of LLM runtimes. Keys are (n, k), on every chip and precision. */
export const set: CalibrationSet = {
  id: "aic_gemm",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: linear layers in CUDA graphs",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [targetId, own] of groupBy(samples, ({ target }) => target)) {
      const target = ctx.target(targetId);
      if (target === undefined) continue;
      const rows: KindRow[] = [];
      for (const sample of own) rows.push(...(await rowOf(ctx, target, sample)));
      const kind = fitKind(rows, {
        features: kernelModel.features,
        overhead: 3e-6,
        train: (features, targets) => fitTrees(features, targets, {}),
      });
      fragments.push({
        target: targetId,
        kinds: { [kernelModel.id]: kind },
        source: { set: set.id, licence: set.licence, rows: rows.length },
      });
    }
    return fragments;
  },
};

async function rowOf(
  ctx: CalibrationContext,
  target: Target,
  { subject, key, seconds }: Sample,
): Promise<readonly KindRow[]> {
  const lowered = await ctx.lower(subject, target);
  const kernel = lowered?.kernels[0];
  const view = kernel === undefined ? undefined : kernelModel.describe(kernel, target);
  if (view === undefined) return [];
  return [
    {
      key,
      features: Float64Array.from(view.features),
      work: Math.max(view.computeSeconds, view.memorySeconds),
      seconds,
    },
  ];
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
