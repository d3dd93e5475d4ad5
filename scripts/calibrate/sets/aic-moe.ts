import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-moe.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { groupBy } from "../group.js";
import { kernelRows } from "../kernel-rows.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { fitKind } from "../train/fit-kind.js";
import { fitTrees } from "../train/trees.js";

/** Mixtures of experts of LLM runtimes. Keys are (hidden, inter, experts, chosen). */
export const set: CalibrationSet = {
  id: "aic_moe",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: mixtures of experts",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [target, own] of groupBy(samples, ({ target }) => target)) {
      const rows = await kernelRows(ctx, own, kernelModel);
      if (rows.length < 30) continue;
      const kind = fitKind(rows, {
        features: kernelModel.features,
        train: (features, targets) => fitTrees(features, targets, {}),
      });
      fragments.push({
        target,
        kinds: { [kernelModel.id]: kind },
        source: { set: set.id, licence: set.licence, rows: rows.length },
      });
    }
    return fragments;
  },
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_moe.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).map((row) => ({
    target: systemTarget(row["system"] ?? "", row["framework"] ?? "", row["dtype"] ?? ""),
    kind: "MoE",
    key: `${row["hidden"]},${row["inter"]},${row["experts"]},${row["topk"]}`,
    seconds: Number(row["latency_us"]) * 1e-6,
    subject: {
      kind: "op",
      text:
        `MoE(bf16[${row["tokens"]},${row["hidden"]}], experts=${row["experts"]}, top_k=${row["topk"]}, ` +
        `inter=${row["inter"]}, activation_type=${row["gated"] === "1" ? "swiglu" : "relu"}, ` +
        `tp=${row["tp"]}, ep=${row["ep"]}, distribution=${row["distribution"]})`,
    },
  }));
}
