import { kernelModel as decode } from "../../../server/core/cost/calibrated/models/gpu-attention-decode.js";
import { kernelModel as prefill } from "../../../server/core/cost/calibrated/models/gpu-attention-prefill.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import type { KernelModel } from "../../../server/core/cost/calibrated/kernel-model.js";
import type { Rows } from "../train/matrix.js";
import { fitOblivious, type ObliviousFile } from "../train/oblivious.js";

/** Attention layers of LLM runtimes, causal prefill and one step of decode. Keys are (heads, key heads, head size). */
export const set: CalibrationSet = {
  id: "aic_attention",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: attention in CUDA graphs",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: (ctx, samples) => {
    const train = (rows: Rows, targets: Float64Array): ObliviousFile =>
      fitOblivious(rows, targets, { outlier: 0.5 });
    return fitByChip(
      ctx,
      set,
      samples,
      [
        {
          model: prefill,
          plan: { inputs: inputsOf(prefill), terms: ["log-blocks"], folds, train },
        },
        { model: decode, plan: { inputs: inputsOf(decode), terms: decodeTerms, folds, train } },
      ],
      (measured) => [...measured, ...sameAttention],
    );
  },
};

/** Keys are few: the fits that intervals are taken from should see nearly as many as the one that is shipped. */
const folds = 8;

/** What takes time beside the work in decode, none of which prefill has. */
const decodeTerms = [
  "log-blocks",
  "log-lone-heads",
  "log-lone-narrow",
  "log-serial-single",
  "log-serial-grouped",
  "log-serial-narrow",
  "log-reduced",
];

/** Trees see what can differ: blocks are of one size in decode, and in prefill they work side by side. */
function inputsOf(model: KernelModel): readonly string[] {
  const others =
    model === decode
      ? ["blocks-128", "waste-128", "blocks-64", "queries-in-cache"]
      : [...decodeTerms.slice(1), "serial-to-work", "resident-to-work", "log-key-heads"];
  return model.features.filter((name) => !others.includes(name));
}

/** Precisions of linear layers whose attention is one of the measured. */
const sameAttention = [
  "fp8",
  "fp8-block",
  "nvfp4",
  "w4a16-mxfp4",
  "w4a8-mxfp4-mxfp8",
  "int8-wo",
  "int4-wo",
  "sq",
];

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_attention.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).map((row) => {
    const precision =
      row["attn_dtype"] === "fp8" ? "fp8" : row["kv_dtype"] === "fp8" ? "bf16_kv_fp8" : "bf16";
    const [b, s, h, g, d] = ["batch", "seq", "n_heads", "n_kv_heads", "head_dim"].map(
      (name) => row[name] ?? "",
    );
    const isPrefill = row["phase"] === "context";
    const keys = `bf16[${b},${g},${s},${d}]`;
    const window = row["window"] === "0" ? "" : `, window=${row["window"]}`;
    return {
      target: systemTarget(row["system"] ?? "", row["framework"] ?? "", precision),
      kind: isPrefill ? "attention prefill" : "attention decode",
      key: `${h},${g},${d}`,
      seconds: Number(row["latency_us"]) * 1e-6,
      subject: {
        kind: "op",
        text: `Attention(q=bf16[${b},${h},${isPrefill ? s : "1"},${d}], k=${keys}, v=${keys}, causal=true${window})`,
      },
    };
  });
}
