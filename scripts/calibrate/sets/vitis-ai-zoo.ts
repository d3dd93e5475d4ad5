import { librarySubject, type LibraryModel } from "../edge/library-models.js";
import { fitPooled, type PooledPlan } from "../edge/pooled.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * Networks on AMD's DPU overlays. A time is that of one frame with one host thread, its preparation on the host
 * included; on the cards for which only many threads were measured, the time between two frames.
 */
export const set: CalibrationSet = {
  id: "vitis_ai_zoo",
  licence: "Apache-2.0",
  origin: "Vitis AI model zoo 2.5 and 3.5, https://github.com/Xilinx/Vitis-AI",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const isServer = ({ target }: { readonly target: string }): boolean =>
      /^amd-(u50|u55|v70|vck5000)/.test(target);
    const isVersal = ({ target }: { readonly target: string }): boolean =>
      target.startsWith("amd-vck5000/");
    return [
      ...(await fitPooled(ctx, samples, plan)).filter((fragment) => !isVersal(fragment)),
      // On cards fed by many threads the host's work and each frame's start are hidden; the fastest shows that most.
      ...(
        await fitPooled(ctx, samples.filter(isServer), {
          ...plan,
          weights: { ...plan.weights, calls: 1e-6, once: 3e-5 },
        })
      ).filter(isVersal),
    ];
  },
};

const plan: PooledPlan = {
  source: { set: "vitis_ai_zoo", licence: "Apache-2.0", rows: 0 },
  features: [
    "log-macs",
    "log-weight-bytes",
    "log-activation-bytes",
    "log-kernels",
    "depthwise-mac-share",
    "window-mac-share",
  ],
  groupOf: (target) => target,
  crowding: -0.5,
  weights: {
    calls: 1e-5,
    compute: 1.4,
    "thin-inputs": 10,
    activations: 0.7,
    weights: 1,
    once: 1e-3,
  },
};

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("vitis_ai_zoo.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): readonly Sample[] => {
    const name = row["release"] === "3.5" ? (row["model"] ?? "") : (row["std_name"] ?? "");
    const model = zooModels.find(([pattern]) => pattern.test(name))?.[1];
    const target = targetOf(row["board"] ?? "", row["dpu_config"] ?? "");
    const seconds = secondsOf(row);
    if (model === undefined || target === undefined || seconds === undefined) return [];
    return [
      {
        target,
        kind: "model",
        key: (row["model"] ?? "").toLowerCase().replace(/[^a-z0-9]/g, ""),
        seconds,
        subject: librarySubject(model),
      },
    ];
  });
}

function secondsOf(row: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = Number(row["st_lat_ms"]);
  const single = Number(row["st_fps"]);
  const many = Number(row["mt_fps"]);
  if (milliseconds > 0) return milliseconds * 1e-3;
  if (single > 0) return 1 / single;
  return many > 0 ? 1 / many : undefined;
}

function targetOf(board: string, config: string): string | undefined {
  const chip = boards.find((name) => board.toLowerCase().includes(name));
  if (chip === "vck190") return "amd-vck190/dpu-c32b6/int8";
  const architecture = /\b(B4096F|B4096|B1600|C20B14CU1|DPUC\w+(?:-\w+)?)\b/.exec(config)?.[1];
  if (chip === undefined || architecture === undefined) return undefined;
  return `amd-${chip}/dpu-${architecture.toLowerCase()}/int8`;
}

const boards = [
  "zcu102",
  "zcu104",
  "kv260",
  "vck190",
  "vck5000",
  "u50lv",
  "u55c",
  "u200",
  "u250",
  "ultra96",
  "vek280",
  "v70",
] as const;

const tv = (expression: string, height = 224, width = height): LibraryModel => ({
  entry: `torchvision.models.${expression}`,
  input: `float32[1,3,${height},${width}]`,
});
const timm = (name: string, size: number): LibraryModel => ({
  entry: `timm.create_model('${name}')`,
  input: `float32[1,3,${size},${size}]`,
});

/** Networks of the zoo, unpruned, that torchvision and timm publish as well; operations agree within a tenth. */
const zooModels: readonly (readonly [RegExp, LibraryModel])[] = [
  [/^(cf|tf|pt)_inceptionv1_imagenet_224/, tv("googlenet(aux_logits=False, init_weights=False)")],
  [
    /^(cf|tf|pt|tf2)_inceptionv3_imagenet_299_299_11/,
    tv("inception_v3(aux_logits=False, init_weights=False)", 299),
  ],
  [/^(cf|tf)_inceptionv4_imagenet/, timm("inception_v4", 299)],
  [/^(cf|pt|tf|tf2)_resnet(v1_)?50_imagenet_224_224_[678]/, tv("resnet50()")],
  [/^tf_resnetv1_101/, tv("resnet101()")],
  [/^tf_resnetv1_152/, tv("resnet152()")],
  [/^tf_resnetv2_50/, timm("resnetv2_50", 299)],
  [/^tf_resnetv2_101/, timm("resnetv2_101", 299)],
  [/^tf_resnetv2[_-]152/, timm("resnetv2_152", 299)],
  [/^tf_vgg16_imagenet/, tv("vgg16()")],
  [/^tf_vgg19_imagenet/, tv("vgg19()")],
  [/^pt_squeezenet/, tv("squeezenet1_1()")],
  [/^cf_squeezenet/, tv("squeezenet1_1()")],
  [/^tf2_mobilenetv3_imagenet/, tv("mobilenet_v3_small()")],
  [/^(tf|cf)_mobilenetv2[_-](1\.0_imagenet|1\.0_3\.5|imagenet)/, tv("mobilenet_v2()")],
  [/^tf_mobilenetv2[_-]1\.4/, tv("mobilenet_v2(width_mult=1.4)")],
  [/^pt_vehicle-|^pt_chen_color/, tv("resnet18()")],
  [/^cf_resnet18|^pt_resnet18_imagenet/, tv("resnet18()")],
  [/^pt_personreid-res18/, tv("resnet18()", 176, 80)],
  [/efficientnet-edgetpu-S/, timm("tf_efficientnet_es", 224)],
  [/efficientnet-edgetpu-M/, timm("tf_efficientnet_em", 240)],
  [/efficientnet-edgetpu-L/, timm("tf_efficientnet_el", 300)],
];
