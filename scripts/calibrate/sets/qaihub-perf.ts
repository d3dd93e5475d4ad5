import { hubSubject } from "../edge/qaihub-models.js";
import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { parseCsv } from "../csv.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample, Subject } from "../set.js";

/** Public networks on Qualcomm's NPUs, one release of the vendor's stack; those whose source is at hand. */
export const set: CalibrationSet = {
  id: "qaihub_perf",
  licence: "BSD-3-Clause",
  origin: "Qualcomm AI Hub Models v0.46.1, https://github.com/quic/ai-hub-models",
  isCommittable: true,
  hasFewKeys: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    const families = groupBy(samples, ({ target }) =>
      ctx.target(target)?.runtime.engine === "cpu" ? "processor" : widthOf(target),
    );
    for (const [width, own] of families)
      fragments.push(
        ...(await fitFamily(ctx, own, {
          ...plan,
          pulls: pullsOf(width),
          prior: priors[width] ?? common,
        })),
      );
    return fragments;
  },
};

/** Bits of activations decide what kernels take beside one another. */
function widthOf(target: string): string {
  const precision = target.split("/")[2] ?? "";
  return precision.startsWith("w8a16") ? "w8a16" : precision.startsWith("w8a8") ? "w8a8" : "float";
}

/** Half of the networks have figures at w8a16, which teach less. */
function pullsOf(width: string): FamilyPlan["pulls"] {
  return width === "w8a16" ? { ...plan.pulls, weight: 0.3 } : plan.pulls;
}

const plan: Omit<FamilyPlan, "prior"> = {
  source: { set: "qaihub_perf", licence: "BSD-3-Clause", rows: 0, note: "release v0.46.1" },
  groupOf: (target) => target.split("/").slice(1).join("/"),
  crowding: -0.5,
  least: 1,
  pulls: { level: 0.01, weight: 0.15, group: 2 },
};

// Relative to the NPU's peak and the memory's bandwidth, chosen by cross-validation over networks; levels are fitted per
// target. Where activations are quantized, joining and adding tensors means bringing them to one scale.
const common: FamilyPlan["prior"] = {
  once: 4e-4,
  calls: 5e-7,
  "work-conv.compute": 1.2,
  "work-pointwise.compute": 1.5,
  "work-grouped.compute": 2,
  "work-depthwise.compute": 4,
  "work-matmul.compute": 2,
  "thin-inputs": 8,
  "thin-outputs": 1,
  activations: 0.9,
  "work-elementwise.unary-activations": 0.7,
  "work-elementwise.binary-activations": 0.7,
  "work-movement.activations": 0.1,
  "single-activations": 4,
  "work-pool.activations": 0.15,
  "work-normalization.activations": 0.15,
  "work-reduction.activations": 0.3,
  weights: 0.7,
};

const float: FamilyPlan["prior"] = {
  ...common,
  // What networks with them leave unexplained: images enlarged, products of two activations, rows of tables, and recurrent
  // layers, which are unrolled (Sequencer2D's 36 become 5,224 operators under QNN and 17,706 under TensorFlow Lite).
  enlargements: 6e-4,
  "dynamic-calls": 1e-4,
  gathered: 400,
  "work-recurrent.calls": 5e-7,
  "work-recurrent.steps": 1.5e-5,
  "work-recurrent.compute": 2,
};

const quantized: FamilyPlan["prior"] = {
  ...common,
  "work-grouped.compute": 3.4,
  "work-depthwise.compute": 0.6,
  activations: 0.22,
  "work-elementwise.binary-activations": 0.17,
};

const priors: Readonly<Record<string, FamilyPlan["prior"]>> = {
  float,
  processor: common,
  w8a8: {
    ...quantized,
    calls: 2e-6,
    "work-normalization.calls": 2.8e-5,
    "work-grouped.calls": 9e-6,
    enlargements: 1e-4,
    "work-pointwise.compute": 6,
    "thin-inputs": 3.4,
    "work-elementwise.unary-activations": 1.4,
    "work-movement.activations": 0.8,
    "work-normalization.activations": 1.2,
    weights: 0.35,
    spilled: 2,
  },
  w8a16: {
    ...quantized,
    // The smallest network takes 0.09 ms in all.
    once: 6e-5,
    calls: 4e-6,
    "work-reduction.calls": 2e-4,
    "work-attention.calls": 2e-4,
    "work-recurrent.calls": 5e-7,
    "work-recurrent.steps": 2e-6,
    "work-recurrent.compute": 2,
    "work-conv.compute": 2.4,
    "thin-inputs": 27,
    "thin-outputs": 8,
    "work-elementwise.unary-activations": 2.8,
    "work-movement.activations": 0.4,
    "single-activations": 2,
    "work-pool.activations": 0.08,
    "work-normalization.activations": 0.6,
    weights: 0.17,
  },
};

const release = "v0.46.1";

/** A row of the release, what it is about, and the target in the catalogue's words. */
export interface HubRow {
  readonly row: Readonly<Record<string, string>>;
  readonly subject: Subject;
  readonly target: string;
}

/** Rows of networks whose source is at hand. */
export function hubRows({ text }: Pick<CalibrationContext, "text">): readonly HubRow[] {
  return parseCsv(text("qaihub_perf.calib.csv") ?? "").flatMap((row) => {
    const subject = hubSubject(row["model"] ?? "");
    if (row["release"] !== release || subject === undefined) return [];
    const dashed = (field: string): string => (row[field] ?? "").replaceAll("_", "-");
    const target = `${row["chipset"]}/${dashed("runtime")}/${dashed("precision")}`;
    return [{ row, subject, target }];
  });
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  return hubRows(ctx).flatMap(({ row, subject, target }) => {
    // What a runtime put elsewhere than is usual on the device tells of that day's compiler, not of the device.
    const unit = row["compute_unit"]?.toLowerCase();
    const isMixed = unit === "npu" && (row["layers_cpu"] !== "" || row["layers_gpu"] !== "");
    if (unit !== ctx.target(target)?.runtime.engine || isMixed) return [];
    return [
      {
        target,
        kind: "model",
        key: (row["model"] ?? "").replace(/[^a-z0-9]/g, ""),
        seconds: Number(row["latency_ms"]) * 1e-3,
        subject,
      },
    ];
  });
}
