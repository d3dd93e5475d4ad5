import { librarySubject, type LibraryModel } from "../edge/library-models.js";
import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";

/**
 * Networks on AMD's DPU overlays. A time is that of one frame with one host thread, its preparation on the host
 * included; on the cards for which only many threads were measured, the time between two frames.
 */
export const set: CalibrationSet = {
  id: "vitis_ai_zoo",
  licence: "Apache-2.0",
  origin: "Vitis AI model zoo 2.5 and 3.5, https://github.com/Xilinx/Vitis-AI",
  isCommittable: true,
  hasFewKeys: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const { boards, keeps = boards, prior, more } of families) {
      const own = samples.filter(({ target }) => boards.test(target));
      const found = await fitFamily(ctx, [...own, ...(more?.(ctx, samples) ?? [])], {
        ...plan,
        groupOf: more === undefined ? plan.groupOf : () => "many threads",
        prior,
      });
      fragments.push(...found.filter(({ target }) => keeps.test(target)));
    }
    return fragments;
  },
};

const plan: Omit<FamilyPlan, "prior"> = {
  source: { set: "vitis_ai_zoo", licence: "Apache-2.0", rows: 0 },
  groupOf: (target) => target,
  crowding: -0.5,
  pulls: { level: 0.002, weight: 0.03, group: 0.3 },
};

/**
 * Overlays of one make. What amounts of work take is relative to the board's peak and its DRAM, chosen by
 * cross-validation over networks; levels and deviations are fitted per target.
 */
const families: readonly {
  readonly boards: RegExp;
  /** Those of them that the fit is for, where others only teach. */
  readonly keeps?: RegExp;
  /** Samples of another measurement, which share their weights with the boards'. */
  readonly more?: (ctx: CalibrationContext, samples: readonly Sample[]) => readonly Sample[];
  readonly prior: FamilyPlan["prior"];
}[] = [
  // One frame at a time: the host's part counts.
  {
    boards: /^amd-(zcu10[24]|kv260|ultra96)\//,
    prior: {
      calls: 5e-6,
      "work-depthwise.compute": 10,
      compute: 0.7,
      activations: 0.06,
      weights: 0.33,
      once: 2e-4,
      "thin-inputs": 0.33,
      columns: 0.1,
    },
  },
  // Many threads hide the host's part, memory stacked on the package that of the weights.
  {
    boards: /^amd-u5/,
    prior: {
      calls: 9e-6,
      "work-depthwise.compute": 17,
      compute: 3.6,
      activations: 2.5,
      weights: 0.33,
      once: 3e-6,
      "thin-inputs": 0.6,
      "work-pool.activations": 8.7,
    },
  },
  { boards: /^amd-u2.*adf8h/, prior: { compute: 2, activations: 0.5, weights: 0.5, once: 1e-4 } },
  {
    boards: /^amd-u2/,
    keeps: /adx8g/,
    prior: {
      calls: 5e-5,
      "work-depthwise.compute": 17,
      compute: 2,
      activations: 0.5,
      weights: 0.5,
      once: 1e-5,
      "thin-inputs": 0.6,
      "work-pool.activations": 30,
      columns: 2,
    },
  },
  // Arrays of AI engines: what programmable logic does beside them, depthwise layers and pools, is what takes long.
  {
    boards: /^amd-(v70|vck|vek)/,
    keeps: /^amd-(vck|vek)/,
    prior: {
      calls: 3e-7,
      "work-depthwise.compute": 600,
      "work-pointwise.compute": 0.6,
      "work-conv.compute": 2.4,
      "work-matmul.compute": 1.2,
      "work-grouped.compute": 4,
      "work-conv.activations": 2,
      "work-pointwise.activations": 0.1,
      activations: 0.9,
      weights: 1,
      once: 3e-5,
      "work-pool.activations": 3.3,
    },
  },
  // V70 was measured with many threads, and so was VEK280, the same array with another clock and memory. Fourteen images at
  // once leave a large one no room on the chip, and tensors are joined by copies.
  {
    boards: /^amd-v70/,
    keeps: /^amd-v70/,
    more: manyThreads,
    prior: {
      calls: 3e-7,
      "work-depthwise.compute": 60,
      compute: 2.4,
      activations: 0.3,
      "work-movement.activations": 0.3,
      joined: 5,
      "work-pool.activations": 2,
      spilled: 5,
      weights: 0.3,
      once: 1e-5,
    },
  },
];

/** VEK280 with many threads on the networks of `samples`, where its array and not its processor was waited for. */
function manyThreads(ctx: CalibrationContext, samples: readonly Sample[]): readonly Sample[] {
  const rows = parseCsv(ctx.text("vitis_ai_zoo.calib.csv") ?? "");
  return samples.flatMap((sample): readonly Sample[] => {
    if (!sample.target.startsWith("amd-vek280/")) return [];
    const row = rows.find(
      ({ board, model }) => board?.startsWith("VEK280") === true && keyOf(model) === sample.key,
    );
    const framesPerSecond = Number(row?.["mt_fps"]);
    return 0 < framesPerSecond && framesPerSecond < mostFramesOfHost
      ? [{ ...sample, seconds: 1 / framesPerSecond }]
      : [];
  });
}

/** Frames a second at which networks of 0.6 to 8 billion operations take the same on VEK280, a little less. */
const mostFramesOfHost = 4000;

function keyOf(model = ""): string {
  return model.toLowerCase().replace(/[^a-z0-9]/g, "");
}

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
        key: keyOf(row["model"]),
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
  // Of DPUCVDX8H there are bitstreams with 4 engines and, for fewer kinds of layers, with 8.
  const engines = config.includes("8PE") ? "-8pe" : "";
  return `amd-${chip}/dpu-${architecture.toLowerCase()}${engines}/int8`;
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
  [
    /^(cf|tf|pt)_inceptionv1_(imagenet_224|3\.5)/,
    tv("googlenet(aux_logits=False, init_weights=False)"),
  ],
  [
    /^(cf|tf|pt|tf2)_inceptionv3_(imagenet_299_299_11|3\.5)/,
    tv("inception_v3(aux_logits=False, init_weights=False)", 299),
  ],
  [/^(cf|tf)_inceptionv4_(imagenet_299_299_24|3\.5)/, timm("inception_v4", 299)],
  [/^(cf|pt|tf|tf2)_resnet(v1_)?50_(imagenet_224_224_[678]|3\.5)/, tv("resnet50()")],
  [/^tf_resnetv1[_-]101_(imagenet|3\.5)/, tv("resnet101()")],
  [/^tf_resnetv1[_-]152_(imagenet|3\.5)/, tv("resnet152()")],
  [/^tf_resnetv2[_-]50/, timm("resnetv2_50", 299)],
  [/^tf_resnetv2[_-]101/, timm("resnetv2_101", 299)],
  [/^tf_resnetv2[_-]152/, timm("resnetv2_152", 299)],
  [/^tf_vgg16_(imagenet|3\.5)/, tv("vgg16()")],
  [/^tf_vgg19_(imagenet|3\.5)/, tv("vgg19()")],
  [/^(pt|cf)_squeezenet/, tv("squeezenet1_1()")],
  [/^tf2_mobilenetv3/, tv("mobilenet_v3_small()")],
  [/^(tf|cf)_mobilenetv2[_-](1\.0_imagenet|1\.0_3\.5|imagenet)/, tv("mobilenet_v2()")],
  [/^tf_mobilenetv2[_-]1\.4/, tv("mobilenet_v2(width_mult=1.4)")],
  [/^pt_vehicle-|^pt_chen_color/, tv("resnet18()")],
  [/^(cf|pt)_resnet18_(imagenet|3\.5)/, tv("resnet18()")],
  [/^pt_personreid-res18/, tv("resnet18()", 176, 80)],
  [/efficientnet-edgetpu-S/, timm("tf_efficientnet_es", 224)],
  [/efficientnet-edgetpu-M/, timm("tf_efficientnet_em", 240)],
  [/efficientnet-edgetpu-L/, timm("tf_efficientnet_el", 300)],
];
