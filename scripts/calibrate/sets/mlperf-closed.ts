import { parseCsv } from "../csv.js";
import { librarySubject } from "../edge/library-models.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * MLPerf Inference: ResNet-50 in int8 under TensorRT, images per second of a whole system over its accelerators (Offline)
 * and one image at a time (SingleStream: the 90th percentile of a latency). Nothing is fitted to them: they judge what small boards lend to data-center cards. BERT-large
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
  "NVIDIA Jetson AGX Orin": ["nvidia-jetson-agx-orin", 64],
  "NVIDIA L4": ["nvidia-l4", 32],
  "NVIDIA L4-PCIe-24GB": ["nvidia-l4", 32],
  "NVIDIA L40S": ["nvidia-l40s", 32],
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  return tables.flatMap((table) => parseCsv(ctx.text(table) ?? "").flatMap(sampleOf));
}

/** The open division has the same network on Jetson AGX Orin. */
const tables = ["mlperf_inference_closed.calib.csv", "mlperf_edge_open.calib.csv"];

function sampleOf(row: Readonly<Record<string, string>>): readonly Sample[] {
  const { model, framework = "", accelerator = "" } = row;
  const [chip, fullBatch] = chips[accelerator] ?? [];
  if (model !== "resnet50" || chip === undefined || !framework.startsWith("TensorRT")) return [];
  const result = Number(row["result"]);
  const cards = Number(row["n_acc"]) * Number(row["nodes"] ?? 1);
  const [kind, batch, seconds] =
    row["scenario"] === "SingleStream" && row["unit"] === "ms"
      ? ["ResNet-50, one image", 1, result * 1e-3]
      : row["scenario"] === "Offline" && row["unit"] === "samples/s"
        ? ["ResNet-50, saturated", fullBatch ?? 0, ((fullBatch ?? 0) * cards) / result]
        : ["", 0, 0];
  if (!(seconds > 0) || !Number.isFinite(seconds)) return [];
  return [
    {
      target: `${chip}/tensorrt/int8`,
      kind,
      key: model,
      seconds,
      subject: librarySubject({
        entry: "torchvision.models.resnet50()",
        input: `float32[${batch},3,224,224]`,
      }),
    },
  ];
}
