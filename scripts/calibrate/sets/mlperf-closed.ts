import { parseCsv } from "../csv.js";
import { librarySubject } from "../edge/library-models.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * MLPerf Inference, closed division, Offline: ResNet-50 in int8 under TensorRT, images per second of a whole system over
 * its accelerators. Nothing is fitted to them: they judge what small boards lend to data-center cards. BERT-large
 * leaves padding out and RetinaNet's backbone is none of torchvision's, so that their graphs would be others.
 */
export const set: CalibrationSet = {
  id: "mlperf_inference_closed",
  licence: "Apache-2.0",
  origin:
    "MLPerf Inference v0.7 to v4.1, closed division, https://github.com/mlcommons/cm4mlperf-results: judged, not fitted",
  isCommittable: true,
  heldOut: ["resnet50"],
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: () => Promise.resolve([]),
};

/**
 * Submitters choose how many images go at once: enough to fill a card, and on one whose memory is slow beside its cache no
 * more than leave their activations in the cache.
 */
const chips: Readonly<Record<string, readonly [chip: string, batch: number]>> = {
  "NVIDIA GeForce RTX 4090": ["nvidia-rtx-4090", 32],
  "NVIDIA GeForce RTX 4090 (Ada Lovelace)": ["nvidia-rtx-4090", 32],
  "NVIDIA H100-NVL-94GB": ["nvidia-h100-nvl", 256],
  "NVIDIA H100-PCIe-80GB": ["nvidia-h100-pcie", 256],
  "NVIDIA H100-SXM-80GB": ["nvidia-h100-sxm", 256],
  "NVIDIA H200-SXM-141GB": ["nvidia-h200-sxm", 256],
  "NVIDIA L4": ["nvidia-l4", 32],
  "NVIDIA L4-PCIe-24GB": ["nvidia-l4", 32],
  "NVIDIA L40S": ["nvidia-l40s", 32],
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  return parseCsv(ctx.text("mlperf_inference_closed.calib.csv") ?? "").flatMap((row): Sample[] => {
    const { model, scenario, unit, framework = "", accelerator = "" } = row;
    const [chip, batch] = chips[accelerator] ?? [];
    const isMeant = model === "resnet50" && scenario === "Offline" && unit === "samples/s";
    if (!isMeant || chip === undefined || batch === undefined || !framework.startsWith("TensorRT"))
      return [];
    const perSecond = Number(row["result"]) / (Number(row["n_acc"]) * Number(row["nodes"] || 1));
    if (!(perSecond > 0) || !Number.isFinite(perSecond)) return [];
    return [
      {
        target: `${chip}/tensorrt/int8`,
        kind: "ResNet-50, saturated",
        key: model,
        seconds: batch / perSecond,
        subject: librarySubject({
          entry: "torchvision.models.resnet50()",
          input: `float32[${batch},3,224,224]`,
        }),
      },
    ];
  });
}
