import { librarySubject } from "../edge/library-models.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * Image networks on data-center cards under PyTorch, from one image to 256: nothing is fitted to them. They judge what
 * other cards and single operators lend, since no target of these was measured. The tables do not tell the version of
 * PyTorch.
 */
export const set: CalibrationSet = {
  id: "nvidia_dle_infer",
  licence: "Apache-2.0",
  origin:
    "NVIDIA's Deep Learning Examples, https://github.com/NVIDIA/DeepLearningExamples: judged, not fitted",
  isCommittable: true,
  heldOut: ["efficientnet-b0", "efficientnet-b4"],
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: () => Promise.resolve([]),
};

const chips: Readonly<Record<string, string>> = {
  "A100-80GB": "nvidia-a100-sxm-80gb",
  "V100-16GB": "nvidia-v100-sxm",
};

const runtimes: Readonly<Record<string, string>> = {
  amp: "pytorch-eager/amp-fp16",
  fp32: "pytorch-eager/fp32",
  tf32: "pytorch-eager/tf32",
};

/** With the extent of their images. */
const networks: Readonly<Record<string, readonly [entry: string, extent: number]>> = {
  "efficientnet-b0": ["torchvision.models.efficientnet_b0()", 224],
  "efficientnet-b4": ["torchvision.models.efficientnet_b4()", 380],
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  return parseCsv(ctx.text("nvidia_dle_infer.calib.csv") ?? "").flatMap((row): Sample[] => {
    const name = row["variant"] ?? "";
    const [entry, extent] = networks[name] ?? [];
    const chip = chips[row["gpu"] ?? ""];
    const runtime = runtimes[row["precision"] ?? ""];
    const isNative = row["framework"] === "PyTorch" && row["serving"] === "native";
    if (!isNative || entry === undefined || chip === undefined || runtime === undefined) return [];
    const batch = Number(row["batch"]);
    return [
      {
        target: `${chip}/${runtime}`,
        kind: batch < saturated ? "image network, small batch" : "image network, large batch",
        key: name,
        seconds: Number(row["latency_ms"]) * 1e-3,
        subject: librarySubject({ entry, input: `float32[${batch},3,${extent},${extent}]` }),
      },
    ];
  });
}

/** Below it the processor's launches decide. */
const saturated = 64;
