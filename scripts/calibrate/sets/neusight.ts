import { decodeCalibration } from "../../../server/core/cost/calibrated/decode-calibration.js";
import type { KernelModel } from "../../../server/core/cost/calibrated/kernel-model.js";
import { kernelModel as convModel } from "../../../server/core/cost/calibrated/models/eager-conv.js";
import { kernelModel as elementwiseModel } from "../../../server/core/cost/calibrated/models/eager-elementwise.js";
import { kernelModel as matmulModel } from "../../../server/core/cost/calibrated/models/eager-matmul.js";
import { kernelModel as normalizationModel } from "../../../server/core/cost/calibrated/models/eager-normalization.js";
import { kernelModel as softmaxModel } from "../../../server/core/cost/calibrated/models/eager-softmax.js";
import { evaluateRegressor } from "../../../server/core/cost/calibrated/regressor.js";
import { costModel } from "../../../server/core/cost/evaluate.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { Target } from "../../../server/core/targets/target.js";
import { groupBy } from "../group.js";
import { neusightSamples } from "../neusight-samples.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { fitKind, type KindRow } from "../train/fit-kind.js";
import { rounded } from "../train/matrix.js";
import { fitTrees } from "../train/trees.js";

/** Single operators, operators of traced language models, and those models as wholes, in float32. */
export const set: CalibrationSet = {
  id: "neusight",
  licence: "MIT",
  origin:
    "NeuSight (Lee, Phanishayee & Mahajan, ASPLOS 2025), https://github.com/sitar-lab/NeuSight",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(neusightSamples(ctx)),
  fit: async (ctx, samples) => {
    const fragments: Fragment[] = [];
    for (const [targetId, own] of groupBy(samples, ({ target }) => target)) {
      const target = ctx.target(targetId);
      if (target === undefined) continue;
      const twin = twins[targetId];
      const lent = samples.filter((sample) => sample.target === twin && isOperator(sample));
      const kinds = await fitKinds(ctx, target, [...own, ...lent], 3);
      const network = await fitNetwork(ctx, target, [...own, ...lent]);
      fragments.push({
        target: targetId,
        kinds,
        ...(network !== undefined && { network }),
        source: {
          set: set.id,
          licence: set.licence,
          rows: own.length,
          ...(lent.length > 0 && { note: `With ${lent.length} single operators of ${twin}.` }),
        },
      });
    }
    return fragments;
  },
};

/** A die of the MI250 is an MI210; only its language models were measured. */
const twins: Readonly<Record<string, string>> = {
  "amd-mi250/pytorch-eager/fp32": "amd-mi210/pytorch-eager/fp32",
};

function isOperator({ kind, subject }: Sample): boolean {
  return subject.kind === "op" && !kind.endsWith("in a network");
}

const models: readonly KernelModel[] = [
  matmulModel,
  convModel,
  softmaxModel,
  normalizationModel,
  elementwiseModel,
];

/** Operators of networks are few beside those measured alone, and are what users have. */
const networkWeight = 30;

async function fitKinds(
  ctx: CalibrationContext,
  target: Target,
  samples: readonly Sample[],
  folds: number,
): Promise<Record<string, unknown>> {
  const rows = new Map<KernelModel, KindRow[]>();
  const attention: AttentionRow[] = [];
  for (const { subject, key, seconds, kind } of samples) {
    if (subject.kind !== "op") continue;
    const kernel = (await ctx.lower(subject, target))?.kernels[0];
    if (kernel === undefined) continue;
    for (const model of models) {
      const view = model.kinds.includes(kernel.shape.kind)
        ? model.describe(kernel, target)
        : undefined;
      if (view === undefined) continue;
      const row = {
        key,
        features: Float64Array.from(view.features),
        work: Math.max(view.computeSeconds, view.memorySeconds),
        seconds,
      };
      const isOfNetwork = kind.endsWith("in a network");
      if (isOfNetwork && model === matmulModel && partOfAttention(kernel) !== undefined) {
        attention.push({ ...row, part: partOfAttention(kernel) });
        break;
      }
      const found = rows.get(model) ?? [];
      const copies = isOfNetwork ? networkWeight : 1;
      for (let copy = 0; copy < copies; copy++) found.push(row);
      rows.set(model, found);
      break;
    }
  }
  const kinds: Record<string, unknown> = {};
  for (const [model, own] of rows) {
    if (own.length < 30) continue;
    const isLarge = model === matmulModel || model === convModel;
    const fitted = fitKind(own, {
      features: model.features,
      folds,
      train: (features, targets) =>
        fitTrees(features, targets, {
          count: isLarge ? 160 : 80,
          depth: isLarge ? 5 : 4,
          rate: 0.12,
          leafRows: 4,
          outlier: 0.15,
        }),
    });
    kinds[model.id] = model === matmulModel ? withAttention(fitted, attention) : fitted;
  }
  return kinds;
}

interface AttentionRow extends KindRow {
  readonly part: AttentionPart | undefined;
}

type AttentionPart = "is-scores" | "is-values";

/** Also of heads that a network has flattened, since the kernels are the same ones. */
function partOfAttention({ shape }: Kernel): AttentionPart | undefined {
  if (shape.kind !== "matmul" || shape.hasConstantRight || shape.batch < 2) return undefined;
  const { m, n, k } = shape;
  if (m === n && k <= m / 2) return "is-scores";
  return m === k && n <= m / 2 ? "is-values" : undefined;
}

const productsOfAttention = ["is-scores", "is-values"].map((name) =>
  matmulModel.features.indexOf(name),
);

/**
 * Attention's products are few, and of few sizes, so trees would learn the sizes. What they take beside packed operands
 * of the same extents is one factor for each of the two.
 */
function withAttention(
  fitted: Readonly<Record<string, unknown>>,
  rows: readonly AttentionRow[],
): Readonly<Record<string, unknown>> {
  const { value } = decodeCalibration(
    { date: "", sources: [], kinds: { [matmulModel.id]: fitted }, error: [] },
    "attention",
  );
  const known = value?.kinds[matmulModel.id];
  if (known === undefined) return fitted;
  const weights = new Array<number>(matmulModel.features.length).fill(0);
  for (const at of productsOfAttention) {
    const factors = rows
      .filter(({ part }) => part === matmulModel.features[at])
      .map(({ features, work, seconds }) => {
        const inRange = features.map((item, index) => {
          const [low, high] = [known.low[index] ?? item, known.high[index] ?? item];
          return productsOfAttention.includes(index) ? 0 : Math.min(Math.max(item, low), high);
        });
        const packed =
          (work + known.overhead) * Math.exp(evaluateRegressor(known.regressor, inRange));
        return Math.log(seconds / packed);
      })
      .sort((a, b) => a - b);
    if (factors.length >= 2) weights[at] = rounded(factors[factors.length >> 1] ?? 0, 4);
  }
  return {
    ...fitted,
    high: matmulModel.features.map((_, index) =>
      productsOfAttention.includes(index) ? 1 : (known.high[index] ?? 0),
    ),
    regressor: {
      kind: "sum",
      scale: 1,
      parts: [fitted["regressor"], { kind: "linear", intercept: 0, weights }],
    },
  };
}

/**
 * One factor for whole models: what the sum of their operators lacks when the model's own operators were not seen, so
 * that it holds for the next model.
 */
async function fitNetwork(
  ctx: CalibrationContext,
  target: Target,
  samples: readonly Sample[],
): Promise<unknown> {
  const logs: number[] = [];
  const networks = samples.filter(({ subject }) => subject.kind === "model");
  for (const [key, own] of groupBy(networks, (sample) => sample.key)) {
    const others = samples.filter((sample) => sample.key !== key);
    const fitted = withKinds(target, await fitKinds(ctx, target, others, 1));
    if (fitted === undefined) continue;
    for (const { subject, seconds } of own) {
      const lowered = await ctx.lower(subject, target);
      if (lowered === undefined) continue;
      const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
      const { latency } = costModel(fitted, lowered, footprint, true);
      if (latency !== undefined) logs.push(Math.log(seconds / latency.value));
    }
  }
  if (logs.length === 0) return undefined;
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const spread = Math.max(0.1, ...logs.map((value) => Math.abs(value - mean)));
  return {
    inferenceSeconds: 0,
    correction: {
      features: [],
      low: [],
      high: [],
      regressor: { kind: "linear", intercept: rounded(mean, 4), weights: [] },
    },
    // A few models are too few for quantiles: the largest error that any of them showed unseen.
    interval: {
      edges: [],
      low: [rounded(Math.exp(-spread), 4)],
      high: [rounded(Math.exp(spread), 4)],
    },
  };
}

function withKinds(target: Target, kinds: Record<string, unknown>): Target | undefined {
  const { value } = decodeCalibration({ date: "", sources: [], kinds, error: [] }, target.id);
  if (value === undefined) return undefined;
  return {
    ...target,
    calibration: () => ({
      calibration: value,
      method: "calibrated",
      lender: target.label,
      loan: undefined,
    }),
  };
}
