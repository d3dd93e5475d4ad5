import { kernelModel } from "../../../server/core/cost/calibrated/models/gpu-quantize.js";
import { systemTarget } from "../aic-systems.js";
import { parseCsv } from "../csv.js";
import { fitByChip } from "../fit-by-chip.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import { fitTrees } from "../train/trees.js";

/** Quantizing activations to fp8, by a known scale and with finding it. Keys are row lengths. */
export const set: CalibrationSet = {
  id: "aic_quant",
  licence: "Apache-2.0",
  origin:
    "AIConfigurator operator data, https://github.com/ai-dynamo/aiconfigurator: fp8 quantization of activations",
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
          plan: { train: (rows, targets) => fitTrees(rows, targets, { count: 150 }) },
        },
      ],
      // Inputs of four bits are gone through for their scale alike, which is what this is asked for there.
      (measured) => [...measured, "nvfp4"],
    ),
};

/** The dynamic kernel is the static one and what finding the scale adds. */
function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("aic_quant.calib.csv");
  if (text === undefined) return [];
  const pairs = groupBy(parseCsv(text), (row) => `${row["system"]},${row["m"]},${row["k"]}`);
  return [...pairs.values()].flatMap((rows) => {
    const first = rows[0] ?? {};
    const microseconds = (op: string): number =>
      Number(rows.find((row) => row["op"] === op)?.["latency_us"] ?? NaN);
    const [fixed, scale] = [microseconds("scale_matrix"), microseconds("compute_scale")];
    const x = `bf16[${first["m"]},${first["k"]}]`;
    const sample = (op: string, time: number): readonly Sample[] =>
      Number.isFinite(time)
        ? [
            {
              target: systemTarget(first["system"] ?? "", first["framework"] ?? "", "fp8"),
              kind: "quantize",
              key: first["k"] ?? "",
              seconds: time * 1e-6,
              subject: { kind: "op", text: op },
            },
          ]
        : [];
    return [
      ...sample(`QuantizeLinear(${x}, float32[])`, fixed),
      ...sample(`DynamicQuantizeLinear(${x})`, fixed + scale),
    ];
  });
}
