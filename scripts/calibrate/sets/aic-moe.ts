import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-moe.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import { fitOblivious } from "../train/oblivious.js";

/** Mixtures of experts of LLM runtimes. Keys are (hidden, inter, experts, chosen). */
export const set: CalibrationSet = {
  id: "aic_moe",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: mixtures of experts",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: (ctx, samples) =>
    fitByChip(
      ctx,
      set,
      samples,
      [
        {
          model: kernelModel,
          plan: {
            terms,
            folds: 8,
            train: (rows, targets) => fitOblivious(rows, targets, {}),
          },
        },
      ],
      // The file of bf16 holds so much else that another has the fit of all.
      (measured) => [...measured].sort((a, b) => (a < b ? 1 : -1)),
    ),
};

/** Routing counts all experts and pairs, kernels have tiles to go through and rows to move between products. */
const terms = [
  "log-experts",
  "log-local-experts",
  "log-touched",
  "log-routed",
  "log-token-bytes",
  "log-pair-bytes",
  "log-tiled",
];

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
