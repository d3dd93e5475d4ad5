import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { groupBy } from "../group.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";
import { tracedSubject } from "../traced.js";

/**
 * Two sizes of a detector on Jetson boards, and on T4 of its relatives for masks, poses and classes too. What else the source has, processors of
 * boards and Edge TPUs, is one network a device, end to end with its script, or a device that is not named.
 */
export const set: CalibrationSet = {
  id: "edge_misc",
  licence: "figures of documentation; used for fitting only",
  origin:
    "Ultralytics' documentation, https://docs.ultralytics.com/guides/nvidia-jetson and https://docs.ultralytics.com/models/yolo11",
  isCommittable: false,
  hasFewKeys: true,
  heldOut: ["yolo11n", "yolo11n-seg", "yolo11n-pose", "yolo11n-cls"],
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments = [];
    for (const [kind, own] of groupBy(samples, kindOf))
      fragments.push(...(await fitFamily(ctx, own, { ...plan, prior: priorOf(kind) })));
    return fragments;
  },
};

const plan: FamilyPlan = {
  source: {
    set: "edge_misc",
    licence: "figures of documentation; used for fitting only",
    rows: 0,
  },
  groupOf: (target) => target.split("/").slice(1).join("/"),
  crowding: 0,
  least: 1,
  pulls: { level: 0.02, weight: 0.03, group: 1 },
  // Two sizes of one detector, on which the priors were chosen too.
  leastInterval: { low: 0.7, high: 1.45 },
  prior: {
    once: 1e-4,
    compute: 2,
    "work-depthwise.compute": 8,
    activations: 1.2,
    weights: 1,
  },
};

/**
 * One image leaves most of a server's card idle: a layer with many channels and few pixels keeps few multiprocessors busy
 * for as long as its weights are read, and joins are written where they belong. Read off T4's eight networks, by leaving out
 * sizes and tasks.
 */
const ofCards: FamilyPlan["prior"] = {
  once: 4e-4,
  calls: 4e-6,
  compute: 1.2,
  activations: 0.6,
  "work-movement.activations": 0,
  weights: 10,
  // Large linear layers are read by all multiprocessors.
  "work-matmul.weights": 1,
};

/** Boards launch slowly, and single precision has a peak that tensor cores exceed. */
function kindOf({ target }: Sample): string {
  const [chip = "", runtime = "", precision = ""] = target.split("/");
  const host = chip.includes("jetson") ? "board" : "card";
  return `${host} ${runtime} ${precision === "fp32" ? "fp32" : "mixed"}`;
}

function priorOf(kind: string): FamilyPlan["prior"] {
  const [host, runtime = "", precision] = kind.split(" ");
  if (host === "card") return { ...plan.prior, ...ofCards };
  const calls = runtime === "pytorch-eager" ? 6e-5 : 2e-5;
  // Launches run ahead of the kernels and hide about half of these.
  if (runtime === "pytorch-eager") return { ...plan.prior, calls, compute: 0.25, activations: 0.4 };
  // TensorRT and cuDNN compute float32 in TF32, at a quarter to a half of the time that the vector units' peak allows:
  // https://docs.nvidia.com/deeplearning/tensorrt/ (TF32 is on by default).
  return { ...plan.prior, calls, compute: precision === "fp32" ? 0.4 : 1.2 };
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("edge_misc.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): readonly Sample[] => {
    const chip = chips[row["device"] ?? ""];
    const runtime = runtimes.find(([pattern]) => pattern.test(row["runtime"] ?? ""))?.[1];
    const entry = entryOf(row["model"] ?? "");
    const isGpu = row["accelerator"] === "GPU";
    if (chip === undefined || runtime === undefined || entry === undefined || !isGpu) return [];
    return [
      {
        target: `${chip}/${runtime}/${row["precision"]}`,
        kind: "model",
        key: row["model"] ?? "",
        seconds: Number(row["latency_ms"]) * 1e-3,
        subject: tracedSubject({
          file: "detection.py",
          entry,
          inputs: [`float32[1,3,${row["img"]},${row["img"]}]`],
        }),
      },
    ];
  });
}

const chips: Readonly<Record<string, string>> = {
  "Jetson Orin Nano Super": "nvidia-jetson-orin-nano-super",
  "Jetson Orin NX 16GB": "nvidia-jetson-orin-nx",
  "NVIDIA T4": "nvidia-t4",
};

const runtimes: readonly (readonly [RegExp, string])[] = [
  [/^PyTorch$/, "pytorch-eager"],
  [/^TensorRT/, "tensorrt"],
  [/^ONNX$/, "onnxruntime-cuda"],
];

/** `yolo11m-seg`: a size, and what it is for. */
function entryOf(model: string): string | undefined {
  const [name = "", task = "det"] = model.split("-");
  const [size, make] = [sizes[name], tasks[task]];
  return size === undefined || make === undefined ? undefined : `${make}(${size})`;
}

/** Widths and depths of YOLO11's sizes. */
const sizes: Readonly<Record<string, string>> = {
  yolo11n: "0.25",
  yolo11s: "0.5",
  yolo11m: "1, True, 512",
};

const tasks: Readonly<Record<string, string>> = {
  det: "Yolo11",
  seg: "Yolo11Segment",
  pose: "Yolo11Pose",
  cls: "Yolo11Classify",
};
