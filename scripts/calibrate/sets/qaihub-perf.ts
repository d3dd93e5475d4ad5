import { hubModels } from "../edge/qaihub-models.js";
import { librarySubject } from "../edge/library-models.js";
import { fitPooled, type PooledPlan } from "../edge/pooled.js";
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
      ...(await fitPooled(
        ctx,
        samples.filter((sample) => !isOnProcessor(sample)),
        plan,
      )),
      ...(await fitPooled(ctx, samples.filter(isOnProcessor), {
        ...plan,
        features: ["log-macs", "log-activation-bytes", "grouped-mac-share", "depthwise-mac-share"],
      })),
    ];
  },
};

const plan: PooledPlan = {
  source: { set: "qaihub_perf", licence: "BSD-3-Clause", rows: 0, note: "release v0.46.1" },
  features: [
    "log-macs",
    "log-activation-bytes",
    "log-weight-bytes",
    "log-kernels",
    "depthwise-mac-share",
    "grouped-mac-share",
    "product-mac-share",
    "log-reduction-bytes",
  ],
  groupOf: (target) => target.split("/").slice(1).join("/"),
  weights: { calls: 4e-6, compute: 2, activations: 0.5, weights: 1, once: 5e-5 },
};

const release = "v0.46.1";

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("qaihub_perf.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row) => {
    const name = row["model"] ?? "";
    const model = Object.hasOwn(hubModels, name) ? hubModels[name] : undefined;
    if (row["release"] !== release || model === undefined) return [];
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
        subject: librarySubject(model),
      },
    ];
  });
}
