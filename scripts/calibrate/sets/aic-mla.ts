import { kernelModel as batched } from "../../../server/core/cost/calibrated/models/gpu-batched-matmul.js";
import { kernelModel as latent } from "../../../server/core/cost/calibrated/models/gpu-latent-attention.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import type { KindPlan } from "../train/fit-kind.js";
import { fitMlp } from "../train/mlp.js";
import { fitTrees } from "../train/trees.js";

/** DeepSeek's latent attention and the products around it, head by head. Keys are numbers of heads. */
export const set: CalibrationSet = {
  id: "aic_mla",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: multi-head latent attention",
  isCommittable: true,
  // Five numbers of heads were measured; the widest gaps between them must not grow.
  heldOut: ["4"],
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: (ctx, samples) => {
    const plan = (terms: readonly string[]): Omit<KindPlan, "features"> => ({
      terms,
      // A network bridges the gaps between numbers of heads, trees see the steps.
      train: (rows, targets) => ({
        kind: "sum",
        scale: 0.5,
        parts: [
          fitMlp(rows, targets, { epochs: 250, hidden: [16, 16], decay: 1e-2 }),
          fitTrees(rows, targets, { count: 200, rate: 0.1 }),
        ],
      }),
    });
    return fitByChip(
      ctx,
      set,
      samples,
      [
        { model: latent, plan: plan(latentTerms) },
        { model: batched, plan: plan([]) },
      ],
      (measured) => [...measured, "fp8", "fp8-block", "nvfp4", "w4a16-mxfp4", "w4a8-mxfp4-mxfp8"],
    );
  },
};

/** Blocks and what goes one after the other in them, of decode and of prefill; traffic also where arithmetic is longer. */
const latentTerms = [
  "log-serial-decode",
  "log-serial-prefill",
  "log-decode-blocks",
  "log-prefill-blocks",
  "log-decode-rows",
  "log-compute",
  "log-memory",
];

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_mla.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).map((row) => {
    const precision = row["kv_dtype"] === "fp8" ? "bf16_kv_fp8" : (row["dtype"] ?? "");
    const op = row["op"] ?? "";
    return {
      target: systemTarget(row["system"] ?? "", row["framework"] ?? "", precision),
      kind: op.startsWith("bmm") ? "MLA product" : "MLA",
      key: row["n_heads"] ?? "",
      seconds: Number(row["latency_us"]) * 1e-6,
      subject: { kind: "op", text: textOf(op, row) },
    };
  });
}

function textOf(op: string, row: Readonly<Record<string, string>>): string {
  const [b, s, h] = [row["batch"] ?? "", row["seq"] ?? "", row["n_heads"] ?? ""];
  const [k, n] = op === "bmm_pre" ? [128, 512] : [512, 128];
  if (op.startsWith("bmm")) return `MatMul(bf16[${h},${b},${k}], bf16[${h},${k},${n}])`;
  return `MLA(q=bf16[${b},${h},${op === "context" ? s : "1"},192], kv=bf16[${b},${s},576])`;
}
