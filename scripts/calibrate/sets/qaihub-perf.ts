import { hubSubject } from "../edge/qaihub-models.js";
import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/** Public networks on Qualcomm's NPUs, one release of the vendor's stack; those whose source is at hand. */
export const set: CalibrationSet = {
  id: "qaihub_perf",
  licence: "BSD-3-Clause",
  origin: "Qualcomm AI Hub Models v0.46.1, https://github.com/quic/ai-hub-models",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const isOnProcessor = ({ target }: Sample): boolean =>
      ctx.target(target)?.runtime.engine === "cpu";
    return [
      ...(await fitFamily(
        ctx,
        samples.filter((sample) => !isOnProcessor(sample)),
        plan,
      )),
      ...(await fitFamily(ctx, samples.filter(isOnProcessor), plan)),
    ];
  },
};

const plan: FamilyPlan = {
  source: { set: "qaihub_perf", licence: "BSD-3-Clause", rows: 0, note: "release v0.46.1" },
  groupOf: (target) => target.split("/").slice(1).join("/"),
  crowding: -0.5,
  margin: 0.02,
  pulls: { level: 0.002, weight: 0.15, group: 2 },
  // Relative to the NPU's peak and the memory's bandwidth, chosen by cross-validation; levels are fitted per target.
  prior: {
    once: 4e-4,
    calls: 1e-6,
    "work-conv.compute": 1.2,
    "work-pointwise.compute": 1.5,
    "work-grouped.compute": 2,
    "work-depthwise.compute": 4,
    "work-matmul.compute": 2,
    "thin-inputs": 8,
    "thin-outputs": 2,
    activations: 0.45,
    "work-elementwise.unary-activations": 0.7,
    "work-elementwise.binary-activations": 0.7,
    "work-movement.activations": 0.1,
    "single-activations": 2,
    "work-pool.activations": 0.3,
    "work-normalization.activations": 0.31,
    "work-reduction.activations": 0.3,
    weights: 0.7,
  },
};

const release = "v0.46.1";

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("qaihub_perf.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row) => {
    const name = row["model"] ?? "";
    const subject = hubSubject(name);
    if (row["release"] !== release || subject === undefined) return [];
    const dashed = (field: string): string => (row[field] ?? "").replaceAll("_", "-");
    const target = `${row["chipset"]}/${dashed("runtime")}/${dashed("precision")}`;
    // What a runtime put elsewhere than is usual on the device tells of that day's compiler, not of the device.
    const unit = row["compute_unit"]?.toLowerCase();
    const isMixed = unit === "npu" && (row["layers_cpu"] !== "" || row["layers_gpu"] !== "");
    if (unit !== ctx.target(target)?.runtime.engine || isMixed) return [];
    return [
      {
        target,
        kind: "model",
        key: name.replace(/[^a-z0-9]/g, ""),
        seconds: Number(row["latency_ms"]) * 1e-3,
        subject,
      },
    ];
  });
}
