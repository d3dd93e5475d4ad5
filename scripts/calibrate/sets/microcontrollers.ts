import { existsSync } from "node:fs";
import path from "node:path";
import { readModelFile } from "../../../server/io/read-model.js";
import { librarySubject } from "../edge/library-models.js";
import { fitFamily, type FamilyPlan } from "../edge/family.js";
import { fitPooled, type PooledPlan } from "../edge/pooled.js";
import { tinySystem } from "../edge/tiny-systems.js";
import { zooRows } from "../edge/zoo-lists.js";
import { parseCsv } from "../csv.js";
import type { CalibrationContext, CalibrationSet, Sample } from "../set.js";

/**
 * Networks on microcontrollers: the STM32 model zoo's figures with its layer lists, and MLPerf Tiny's four networks on
 * many systems. One family, since a core seen with four networks learns from those seen with twenty what a depthwise
 * convolution costs beside a pointwise one.
 */
export const set: CalibrationSet = {
  id: "microcontrollers",
  licence: "Apache-2.0 (MLPerf Tiny); figures of READMEs (STM32 model zoo)",
  origin:
    "STM32 model zoo, https://github.com/STMicroelectronics/stm32ai-modelzoo, and MLPerf Tiny v0.7 to v1.3, https://github.com/mlcommons/tiny",
  isCommittable: false,
  hasFewKeys: true,
  samples: (ctx) =>
    Promise.resolve([...zooSamples(ctx), ...newerSamples(ctx), ...tinySamples(ctx)]),
  fit: async (ctx, samples) => [
    // A core seen with a dozen networks has weights of its own; one seen with four shares slopes with the others.
    ...(await fitPooled(ctx, samples.filter(isCubeAi), plan)).filter(
      ({ source }) => source.rows < fewest,
    ),
    ...(await fitFamily(ctx, samples.filter(isCubeAi), cubeAi)).filter(
      ({ source }) => source.rows >= fewest,
    ),
    ...(await fitPooled(
      ctx,
      samples.filter((sample) => !isCubeAi(sample) && !isNeuralArt(sample)),
      plan,
    )),
    ...(await fitFamily(ctx, samples.filter(isNeuralArt), neuralArt)),
  ],
};

/** One library on many cores; others differ more from it than its cores from one another. */
function isCubeAi({ target }: Sample): boolean {
  return target.includes("/x-cube-ai/");
}

function isNeuralArt({ target }: Sample): boolean {
  return target.includes("/st-edge-ai/");
}

const plan: PooledPlan = {
  source: {
    set: "microcontrollers",
    licence: "Apache-2.0 (MLPerf Tiny); figures of READMEs (STM32 model zoo)",
    rows: 0,
  },
  features: [
    "log-macs",
    "log-kernels",
    "depthwise-mac-share",
    "window-mac-share",
    "product-mac-share",
    "log-peak-activation-bytes",
    "log-weight-bytes",
  ],
  groupOf: libraryOnCore,
  crowding: -0.5,
  // Relative to the core's peak and its memory's width: about 0.8 cycles for a multiply-accumulate of int8 on a
  // Cortex-M7, 2 for an element of im2col and 5 for one that is read or written; levels are fitted per target.
  weights: { calls: 2e-5, compute: 1.6, columns: 8, activations: 20, weights: 2 },
  energyOf,
};

/**
 * Cortex-M4 and M33 have the same instructions for int8: from one board to the next every network of MLPerf Tiny takes the
 * same multiple under X-CUBE-AI (1.49 to 1.53 from STM32U575 to STM32L4R5), as it does under HALE.
 */
function libraryOnCore(target: string): string {
  const [board = "", runtime = ""] = target.split("/");
  const isLike = /l4r5|u575|u385|u585/.test(board) && ["x-cube-ai", "hale"].includes(runtime);
  return isLike ? `Cortex-M4 or M33/${runtime}` : target;
}

/** No target is below it without its held-out rows and above it with them. */
const fewest = 14;

const cubeAi: FamilyPlan = {
  source: plan.source,
  groupOf: plan.groupOf,
  crowding: -0.5,
  pulls: { level: 0.002, weight: 0.1, group: 2 },
  prior: { calls: 2e-5, compute: 1.6, columns: 8, activations: 20, weights: 2 },
  energyOf,
};

/**
 * One NPU, whose weights come from flash beside the chip: the same networks with another classifier differ by 375 MB/s.
 * 1×1 convolutions keep its multipliers half busy, dense windows a sixth: chosen by cross-validation over networks.
 */
const neuralArt: FamilyPlan = {
  source: plan.source,
  groupOf: (target) => target,
  crowding: 0,
  pulls: { level: 1, weight: 0.05, group: 10 },
  prior: {
    calls: 7e-6,
    "work-conv.compute": 6,
    "work-pointwise.compute": 2,
    "work-depthwise.compute": 20,
    "work-grouped.compute": 10,
    "work-matmul.compute": 4,
    activations: 0.05,
    "work-elementwise.unary-activations": 0.15,
    "work-elementwise.binary-activations": 0.15,
    weights: 1.05,
  },
};

/** Watts over the energy runs of a board; boards draw about the same whatever the network. */
function energyOf(_target: string, samples: readonly Sample[]): unknown {
  const watts = samples
    .flatMap(({ joules, seconds }) => (joules === undefined ? [] : [joules / seconds]))
    .sort((a, b) => a - b);
  if (watts.length === 0) return undefined;
  const middle = watts[watts.length >> 1] ?? 0;
  // The time's own error comes on top of the spread of the watts.
  const widest = Math.max((watts.at(-1) ?? middle) / middle, middle / (watts[0] ?? middle));
  const spread = Math.max(1.6, 1.3 * widest);
  return {
    scope: "board supply of the microcontroller, by MLPerf Tiny's energy runner",
    watts: Number(middle.toPrecision(4)),
    kinds: {},
    inferenceJoules: 0,
    interval: {
      edges: [],
      low: [Number((1 / spread).toFixed(3))],
      high: [Number(spread.toFixed(3))],
    },
  };
}

function keyOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function zooSamples(ctx: CalibrationContext): readonly Sample[] {
  return zooRows(ctx, "latency").map(({ row, subject }) => ({
    target: `${(row["board"] ?? "").toLowerCase()}/x-cube-ai/int8`,
    kind: "model",
    key: keyOf(row["model"] ?? ""),
    seconds: Number(row["inference_ms"]) * 1e-3,
    subject,
  }));
}

/** Newer tables name published networks without a list; those that torchvision and timm have too. */
function newerSamples(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("stm32_n6_mp2.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): readonly Sample[] => {
    const board = (row["board"] ?? "").toLowerCase();
    const runtime = newerRuntimes[board];
    const classes = classesOf[row["dataset"] ?? ""] ?? 1000;
    const make = newerModels[row["model"] ?? ""];
    if (runtime === undefined || make === undefined || (row["engine"] ?? "").includes("GPU"))
      return [];
    const [size = 224] = (row["resolution"] ?? "").split("x").map(Number);
    return [
      {
        target: `${board}/${runtime}/int8`,
        kind: "model",
        key: keyOf(row["model"] ?? ""),
        seconds: Number(row["inference_ms"]) * 1e-3,
        subject: librarySubject({
          entry: make(classes),
          input: `float32[1,3,${size},${size}]`,
        }),
      },
    ];
  });
}

const newerRuntimes: Readonly<Record<string, string>> = {
  "stm32n6570-dk": "st-edge-ai",
  "stm32h747i-disco": "x-cube-ai",
  "stm32mp157f-dk2": "x-cube-ai",
};

const classesOf: Readonly<Record<string, number>> = { "food-101": 101, person: 2, flowers: 5 };

const newerModels: Readonly<Record<string, (classes: number) => string>> = {
  "mobilenet_v2_0.35_128": (n) =>
    `torchvision.models.mobilenet_v2(width_mult=0.35, num_classes=${n})`,
  "mobilenet_v2_1.0_224": (n) => `torchvision.models.mobilenet_v2(num_classes=${n})`,
  "mobilenet_v2_1.4_224": (n) =>
    `torchvision.models.mobilenet_v2(width_mult=1.4, num_classes=${n})`,
  efficientnet_v2B0_224: (n) => `timm.create_model('tf_efficientnetv2_b0', num_classes=${n})`,
  efficientnet_v2S_384: (n) => `torchvision.models.efficientnet_v2_s(num_classes=${n})`,
};

const tinyModels: Readonly<Record<string, string>> = {
  ad: "mlperftiny_ad_autoencoder_int8.tflite",
  ic: "mlperftiny_ic_resnet8_int8.tflite",
  kws: "mlperftiny_kws_dscnn_int8.tflite",
  vww: "mlperftiny_vww_mobilenetv1_025_96_int8.tflite",
  sww: "mlperftiny_sww_1dscnn_int8.tflite",
};

/**
 * The fixed networks of the closed division, and of the open one where the networks are the same. X-CUBE-AI's are held out
 * on all boards at once, since boards repeat one another; other libraries ran no other networks, of which a fit without one
 * of them could learn.
 */
function tinySamples(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("mlperf_tiny.calib.csv");
  if (text === undefined) return [];
  return parseCsv(text).flatMap((row): readonly Sample[] => {
    const target = tinySystem(row);
    const benchmark = row["benchmark"] ?? "";
    const board = target?.split("/").slice(0, 2).join("/") ?? "";
    const file = path.resolve("test/fixtures/tflite", tinyModels[benchmark] ?? "none");
    const milliseconds = Number(row["latency_ms"]);
    if (target === undefined || !existsSync(file) || !(milliseconds > 0)) return [];
    // Streaming wake words are metered over minutes, not over one inference.
    const microjoules = benchmark === "sww" ? 0 : Number(row["energy_uj"]);
    return [
      {
        target,
        kind: "model",
        key: target.includes("/x-cube-ai/") ? benchmark : `${benchmark}@${board}`,
        seconds: milliseconds * 1e-3,
        ...(microjoules > 0 && { joules: microjoules * 1e-6 }),
        subject: {
          kind: "model",
          id: benchmark,
          load: () => {
            const { value } = readModelFile(file);
            return value === undefined
              ? Promise.reject(new Error(`${file} cannot be read.`))
              : Promise.resolve(value);
          },
        },
      },
    ];
  });
}
