import { kernelModels } from "../../../server/core/cost/calibrated/models/index.generated.js";
import type { KernelModel } from "../../../server/core/cost/calibrated/kernel-model.js";
import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { parseCsv } from "../csv.js";
import { groupBy } from "../group.js";
import { callOf, configOf } from "../llm-models.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { fitWork, type WorkFit, type WorkPlan, type WorkRow } from "../train/fit-work.js";
import { conformalInterval, type Unseen } from "../train/interval.js";
import { rounded } from "../train/matrix.js";

/**
 * Tokens a second of llama.cpp. A chip is measured with a few models, and what is asked is mostly of chips that nobody
 * measured: so one set of weights for all chips of a runtime, on every chip's own peaks, and a level for each chip that
 * others do not borrow. Keys are chips.
 */
export const set: CalibrationSet = {
  id: "llm_tokens",
  licence: "none stated; MIT",
  origin:
    "GPU-Benchmarks-on-LLM-Inference, https://github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference; AI benchmarks, https://github.com/geerlingguy/ai-benchmarks",
  isCommittable: false,
  heldOut: ["nvidia-rtx-3080ti", "nvidia-rtx-a4000", "nvidia-a40", "amd-rx-7600", "intel-n150"],
  keysAreChips: true,
  samples: (ctx) => Promise.resolve(samplesOf(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [runtime, own] of groupBy(samples, ({ target }) => target.split("/")[1] ?? ""))
      fragments.push(...(await fitRuntime(ctx, runtime, own)));
    return fragments;
  },
};

interface Row {
  readonly sample: Sample;
  readonly chip: string;
  readonly work: WorkRow;
}

const leastMemory = 0.9;

/** Memory is never much faster than its data sheet says. */
const plan: WorkPlan = {
  hasDispatch: false,
  hasNoOnce: true,
  leastOf: (model, feature) =>
    isMemory(ties[model === "rough" ? "rough" : "fine"][feature] ?? "") ? leastMemory : 0,
};
const models = kernelModels.filter(({ id }) => id.startsWith("ggml-"));

async function fitRuntime(
  ctx: CalibrationContext,
  runtime: string,
  samples: readonly Sample[],
): Promise<readonly Fragment[]> {
  const rows: Row[] = [];
  for (const sample of samples) {
    const work = await workOf(ctx, sample);
    const [chip = ""] = sample.target.split("/");
    if (work !== undefined) rows.push({ sample, chip, work });
  }
  const isRough = rows.length < 100;
  const steps = rows.filter(({ sample }) => sample.kind === decode);
  const step = fitPhase(
    runtime,
    decode,
    steps.map((row) => tiedRow(row, isRough)),
    isRough,
  );
  // What a prompt has in common with a step is known by then; of products of many tokens it alone speaks.
  const prompts = rows
    .filter(({ sample }) => sample.kind !== decode)
    .map((row) => afterStep(row, step.fit, isRough))
    .map((row) => tiedRow(row, isRough));
  const phases = [
    step,
    ...(prompts.length < leastRows ? [] : [fitPhase(runtime, "LLM prompt", prompts, isRough)]),
  ];
  const fragments: Fragment[] = [];
  for (const [chip, own] of groupBy(rows, (row) => row.chip)) {
    const kinds = Object.assign({}, ...phases.map((phase) => phase.kindsOf(chip))) as object;
    const targets = precisions.map((precision) => `${chip}/${runtime}/${precision}`);
    for (const target of targets.filter((id) => ctx.target(id) !== undefined))
      fragments.push({
        target,
        kinds: kinds as Readonly<Record<string, unknown>>,
        source: { set: set.id, licence: set.licence, rows: own.length },
      });
  }
  return fragments;
}

const decode = "LLM decode";

function tiedRow(row: Row, isRough: boolean): Row {
  return { ...row, work: { ...row.work, work: tied(row.work.work, isRough) } };
}

function afterStep({ work, ...row }: Row, fit: WorkFit, isRough: boolean): Row {
  const prompt = work.work.get(promptModel);
  const rest = new Map([...work.work].filter(([id]) => id !== promptModel));
  // Parts of 512 tokens read as many bytes as they calculate: on one chip only one of the two can be fitted.
  const [calculated, read] = isRough && prompt !== undefined ? withoutMemory(prompt) : [prompt, 0];
  const known = fit.predict({ ...work, work: tied(rest, isRough) }) + leastMemory * read;
  return {
    ...row,
    work: {
      ...work,
      work: new Map(calculated === undefined ? [] : [[promptModel, calculated]]),
      known: Math.min(known, 0.9 * work.measured),
    },
  };
}

/** The rest, and seconds at the memory's bandwidth. */
function withoutMemory(amounts: Float64Array): readonly [Float64Array, number] {
  const features = models.find(({ id }) => id === promptModel)?.features ?? [];
  let read = 0;
  const rest = amounts.map((amount, index) => {
    if (!isMemory(features[index] ?? "")) return amount;
    read += amount;
    return 0;
  });
  return [rest, read];
}

const promptModel = "ggml-prompt";

const leastRows = 6;
const precisions = ["f16", "q8-0", "q6-k", "q5-k-m", "q4-k-m", "q4-0"];

interface Phase {
  readonly fit: WorkFit;
  readonly kindsOf: (chip: string) => Readonly<Record<string, unknown>>;
}

function fitPhase(runtime: string, kind: string, rows: readonly Row[], isRough: boolean): Phase {
  const isPrompt = kind !== decode;
  const fit = fitWork(
    rows.map(({ work }) => work),
    plan,
  );
  const levels = levelsOf(rows, fit);
  const borrowed: Unseen[] = [];
  const own: Unseen[] = [];
  for (const [chip, part] of groupBy(rows, (row) => row.chip)) {
    const others = rows.filter((row) => row.chip !== chip);
    if (others.length < 4) continue;
    const { predict } = fitWork(
      others.map(({ work }) => work),
      plan,
    );
    for (const { work } of part) {
      borrowed.push({ predicted: predict(work), measured: work.measured });
      own.push({ predicted: fit.predict(work) * (levels.get(chip) ?? 1), measured: work.measured });
    }
  }
  report(runtime, kind, fit, borrowed);
  // A few rows have no tails: both sides then go as far as the worse one.
  const isFew = borrowed.length < 40;
  const transfer = isFew ? evenInterval(borrowed) : conformalInterval(borrowed, { groups: 1 });
  const interval = isFew ? evenInterval(own) : conformalInterval(own, { groups: 1, margin: 0.01 });
  return {
    fit,
    kindsOf: (chip) => {
      const level = rounded(levels.get(chip) ?? 1, 4);
      return Object.fromEntries(
        models
          .filter(({ id }) => (id === promptModel) === isPrompt)
          .map((model) => [
            model.id,
            kindFile(model, weightsOf(fit, model, isRough), level, interval, transfer),
          ]),
      );
    },
  };
}

function weightsOf(fit: WorkFit, model: KernelModel, isRough: boolean): readonly number[] {
  const name = isRough ? "rough" : "fine";
  // Experts are products like others, and too few were measured to tell them apart.
  const like =
    model.id === "ggml-experts" ? (models.find(({ id }) => id === "ggml-matmul") ?? model) : model;
  return like.features.map(
    (feature) => fit.weights.get(name)?.[ties[name].indexOf(tieOf(like, feature, isRough))] ?? 0,
  );
}

function kindFile(
  { features }: KernelModel,
  weights: readonly number[],
  level: number,
  interval: Interval,
  transfer: Interval,
): unknown {
  return {
    form: "seconds",
    overhead: 0,
    features,
    low: features.map(() => 0),
    high: features.map(() => 1e9),
    regressor: {
      kind: "linear",
      intercept: 0,
      weights: weights.map((weight) => rounded(weight * level, 5)),
    },
    interval,
    transfer: { scale: rounded(1 / level, 4), near: transfer, far: transfer },
  };
}

/** The second largest error on either side, and no less than a quarter. */
function evenInterval(unseen: readonly Unseen[]): Interval {
  const errors = unseen
    .map(({ predicted, measured }) => Math.abs(Math.log(measured / predicted)))
    .sort((a, b) => b - a);
  const spread = Math.max(errors[1] ?? errors[0] ?? 0, Math.log(unseen.length < 8 ? 1.5 : 1.25));
  return {
    edges: [],
    low: [rounded(Math.exp(-spread), 4)],
    high: [rounded(Math.exp(spread), 4)],
  };
}

/** How a chip's rows lie about the fit of all, shrunk by how few they are. */
function levelsOf(rows: readonly Row[], fit: WorkFit): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const [chip, own] of groupBy(rows, (row) => row.chip)) {
    const logs = own
      .map(({ work }) => Math.log(work.measured / fit.predict(work)))
      .sort((a, b) => a - b);
    const median = logs[logs.length >> 1] ?? 0;
    levels.set(chip, Math.exp((median * own.length) / (own.length + 3)));
  }
  return levels;
}

/**
 * Amounts that have one weight. A launch takes as long in any kernel; where a runtime was measured a few times, so do a
 * byte at the memory's bandwidth and an operation at a peak.
 */
function tieOf({ id }: KernelModel, feature: string, isRough: boolean): string {
  if (feature === "calls") return id === promptModel ? "prompt calls" : "calls";
  if (!isRough) return `${id} ${feature}`;
  if (isMemory(feature)) return "memory";
  return feature.endsWith("matrix") ? "matrix" : "operations";
}

function isMemory(feature: string): boolean {
  return /^(weights|cache|activations|unpacked|scores|memory)$/.test(feature.replace(/^.* /, ""));
}

const tiesOf = (isRough: boolean): readonly string[] => [
  ...new Set(
    models.flatMap((model) => model.features.map((feature) => tieOf(model, feature, isRough))),
  ),
];
const ties = { rough: tiesOf(true), fine: tiesOf(false) } as const;

function tied(work: WorkRow["work"], isRough: boolean): WorkRow["work"] {
  const name = isRough ? "rough" : "fine";
  const sums = new Float64Array(ties[name].length);
  for (const model of models)
    for (const [index, feature] of model.features.entries()) {
      const at = ties[name].indexOf(tieOf(model, feature, isRough));
      sums[at] = (sums[at] ?? 0) + (work.get(model.id)?.[index] ?? 0);
    }
  return new Map([[name, sums]]);
}

async function workOf(ctx: CalibrationContext, sample: Sample): Promise<WorkRow | undefined> {
  const target = ctx.target(sample.target);
  const lowered = target && (await ctx.lower(sample.subject, target));
  if (target === undefined || lowered === undefined || lowered.uncosted.length > 0)
    return undefined;
  const work = new Map<string, Float64Array>();
  for (const kernel of lowered.kernels) {
    for (const model of models) {
      const view = model.kinds.includes(kernel.shape.kind)
        ? model.describe(kernel, target)
        : undefined;
      if (view === undefined) continue;
      const id = model.id === "ggml-experts" ? "ggml-matmul" : model.id;
      const sums = work.get(id) ?? new Float64Array(model.features.length);
      for (const [index, value] of view.features.entries())
        sums[index] = (sums[index] ?? 0) + value;
      work.set(id, sums);
      break;
    }
  }
  return {
    key: sample.key,
    measured: sample.seconds,
    work,
    known: target.runtime.inferenceOverhead.value,
    launches: new Map(),
  };
}

function report(runtime: string, kind: string, fit: WorkFit, unseen: readonly Unseen[]): void {
  const errors = unseen
    .map(({ predicted, measured }) => Math.abs(predicted / measured - 1))
    .sort((a, b) => a - b);
  const at = (share: number): string =>
    (100 * (errors[Math.floor(share * (errors.length - 1))] ?? NaN)).toFixed(1);
  console.error(
    `${runtime} ${kind}: chips left out, median ${at(0.5)} %, p90 ${at(0.9)} %, n ${errors.length}`,
    JSON.stringify([...fit.weights]),
  );
}

function samplesOf(ctx: CalibrationContext): readonly Sample[] {
  const text = ctx.text("llm_tokens_per_s.calib.csv");
  if (text === undefined) return [];
  const rows = parseCsv(text);
  // Of models that are spread over several GPUs, the fewest that hold them: layers are worked off one after the other.
  const fewest = new Map<string, number>();
  const nameOf = (row: Readonly<Record<string, string>>): string =>
    ["gpu", "model", "quant"].map((column) => row[column]).join("|");
  for (const row of rows) {
    const name = nameOf(row);
    fewest.set(name, Math.min(fewest.get(name) ?? Infinity, Number(row["n_gpu"])));
  }
  return rows.flatMap((row): readonly Sample[] => {
    const model = row["model"] ?? "";
    const config = configOf(model);
    const target = targetOf(row);
    const rate = Number(row["tokens_per_s"]);
    const tokens = Number(row["n_tokens"]) || 512;
    if (config === undefined || target === undefined || !(rate > 0)) return [];
    const isPrompt = row["kind"] === "prefill";
    const isAlone = row["n_gpu"] === "1";
    // Ten times slower than the same chip on a card: the measurement failed.
    if (isPrompt && row["gpu"] === "A100 SXM 80GB" && row["quant"] === "F16") return [];
    // Prompts run on all GPUs at once, and so did everything in the builds of 2023.
    if (!isAlone && (isPrompt || (row["engine"] ?? "").includes("2023"))) return [];
    if (row["kind"] === "mixed" || Number(row["n_gpu"]) !== fewest.get(nameOf(row))) return [];
    return [
      {
        target,
        kind: isPrompt ? "LLM prompt" : decode,
        key: target.split("/")[0] ?? "",
        seconds: (isPrompt ? tokens : 1) / rate,
        // A text of N tokens is written with N / 2 cached ones in the mean.
        subject: isPrompt
          ? callOf(model, config, tokens, 0)
          : callOf(model, config, 1, Math.round(tokens / 2)),
      },
    ];
  });
}

function targetOf(row: Readonly<Record<string, string>>): string | undefined {
  const gpu = row["gpu"] ?? "";
  const note = `${row["engine"]} ${row["note"]}`;
  if (/GPU\/CPU|cluster/i.test(`${note} ${gpu}`)) return undefined;
  const isCpu = /on CPU|CPU only/.test(note);
  const found = devices.find(
    ([pattern, , runtime]) => pattern.test(gpu) && (runtime === "cpu") === isCpu,
  );
  const quant = (row["quant"] ?? "").toLowerCase();
  const precision = quant.startsWith("f16") ? "f16" : quant.startsWith("q4_0") ? "q4-0" : "q4-k-m";
  return found && `${found[1]}/llama-cpp-${found[2]}/${precision}`;
}

type Device = readonly [
  pattern: RegExp,
  chip: string,
  runtime: "cuda" | "metal" | "vulkan" | "cpu",
];

const devices: readonly Device[] = [
  [/A100 PCIe 80GB/, "nvidia-a100-pcie-80gb", "cuda"],
  [/A100 SXM 80GB/, "nvidia-a100-sxm-80gb", "cuda"],
  [/H100 PCIe/, "nvidia-h100-pcie", "cuda"],
  [/L40S/, "nvidia-l40s", "cuda"],
  [/A40$/, "nvidia-a40", "cuda"],
  [/A4000\)?$/, "nvidia-rtx-a4000", "cuda"],
  [/A400\)$/, "nvidia-a400", "cuda"],
  [/RTX 4000 Ada/, "nvidia-rtx-4000-ada", "cuda"],
  [/2080 Ti/, "nvidia-rtx-2080ti", "cuda"],
  [/3070/, "nvidia-rtx-3070", "cuda"],
  [/3080 Ti/, "nvidia-rtx-3080ti", "cuda"],
  [/4090/, "nvidia-rtx-4090", "cuda"],
  [/M3 Max/, "apple-m3-max-gpu", "metal"],
  [/M1 Ultra/, "apple-m1-ultra-gpu", "metal"],
  [/M3 Max/, "apple-m3-max-cpu", "cpu"],
  [/RX 6500 XT/, "amd-rx-6500xt", "vulkan"],
  [/RX 6700 XT/, "amd-rx-6700xt", "vulkan"],
  [/RX 7600/, "amd-rx-7600", "vulkan"],
  [/RX 9070 XT/, "amd-rx-9070xt", "vulkan"],
  [/Arc B580/, "intel-arc-b580", "vulkan"],
  [/Arc Pro B50/, "intel-arc-pro-b50", "vulkan"],
  [/Framework/, "amd-ryzen-ai-max-395-gpu", "vulkan"],
  [/Framework/, "amd-ryzen-ai-max-395-cpu", "cpu"],
  [/^Pi (5|CM5|500)/, "raspberry-pi-5", "cpu"],
  [/^Pi (4|400)/, "raspberry-pi-4", "cpu"],
  [/N150/, "intel-n150", "cpu"],
  [/Orion O6|MS-R1/, "cix-p1", "cpu"],
  [/Q8400/, "intel-core2-quad-q8400", "cpu"],
  [/P550/, "sifive-p550", "cpu"],
];
