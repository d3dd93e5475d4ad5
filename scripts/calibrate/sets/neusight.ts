import { decodeCalibration } from "../../../server/core/cost/calibrated/decode-calibration.js";
import { kernelModel as linearModel } from "../../../server/core/cost/calibrated/models/eager-linear.js";
import { costModel } from "../../../server/core/cost/evaluate.js";
import type { Target } from "../../../server/core/targets/target.js";
import { groupBy } from "../group.js";
import {
  fitKinds,
  inNetworksOf,
  lendersOf,
  operatorRow,
  type OperatorRow,
} from "../neusight-kinds.js";
import { neusightSamples } from "../neusight-samples.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { isFinalFit } from "../train/fit-kind.js";
import { rounded } from "../train/matrix.js";
import { intervalsByTarget } from "../train/interval.js";

/** Single operators, operators of traced language models, and those models as wholes, in float32. */
export const set: CalibrationSet = {
  id: "neusight",
  licence: "MIT",
  origin:
    "NeuSight (Lee, Phanishayee & Mahajan, ASPLOS 2025), https://github.com/sitar-lab/NeuSight",
  isCommittable: true,
  samples: (ctx) => Promise.resolve(neusightSamples(ctx)),
  fit: async (ctx, samples) => {
    const rows = await operatorRows(ctx, samples);
    const lenders = lendersOf(rows, folds);
    // The final fit keeps the intervals of the one before.
    const inNetworks = isFinalFit() ? undefined : inNetworksOf(rows);
    const networks = samples.filter(({ subject }) => subject.kind === "model");
    const factors = await networkFactors(ctx, networks, rows);
    const fragments: Fragment[] = [];
    for (const [targetId, own] of groupBy(samples, ({ target }) => target)) {
      if (ctx.target(targetId) === undefined) continue;
      const kinds = fitKinds(rows, targetId, {
        folds,
        lenders,
        ...(inNetworks && { inNetworks }),
      });
      // Where whole networks taught launches beside a factor, the two go together.
      const hasLaunches = ctx.fitted(targetId)?.network?.dispatch !== undefined;
      const network = hasLaunches ? undefined : networkOf(factors, targetId, kinds);
      const lent = twins[targetId] === undefined ? 0 : measuredAlone(rows, targetId);
      fragments.push({
        target: targetId,
        kinds,
        ...(network !== undefined && { network }),
        source: {
          set: set.id,
          licence: set.licence,
          rows: own.length,
          ...(lent > 0 && { note: `With ${lent} single operators of ${twins[targetId]}.` }),
        },
      });
    }
    return fragments;
  },
};

const folds = 3;

function measuredAlone(rows: readonly OperatorRow[], targetId: string): number {
  return rows.filter((row) => row.target === targetId && !row.isOfNetwork).length;
}

/** A die of the MI250 is an MI210; only its language models were measured. */
const twins: Readonly<Record<string, string>> = {
  "amd-mi250/pytorch-eager/fp32": "amd-mi210/pytorch-eager/fp32",
};

/** Of every operator, and once more for a chip that has those of its twin. */
async function operatorRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
): Promise<readonly OperatorRow[]> {
  const rows: OperatorRow[] = [];
  for (const sample of samples) {
    const target = ctx.target(sample.target);
    if (sample.subject.kind !== "op" || target === undefined) continue;
    const row = await operatorRow(ctx, target, sample);
    if (row === undefined) continue;
    rows.push(row);
    for (const [id, twin] of Object.entries(twins))
      if (twin === sample.target && !row.isOfNetwork) rows.push({ ...row, target: id });
  }
  return rows;
}

/** Logarithm of what a whole model takes beyond the sum of its operators. */
interface Factor {
  readonly target: string;
  /** The model. */
  readonly key: string;
  readonly log: number;
}

/** Each where the model's own operators were not seen, so that it holds for the next model. */
async function networkFactors(
  ctx: CalibrationContext,
  networks: readonly Sample[],
  rows: readonly OperatorRow[],
): Promise<readonly Factor[]> {
  const factors: Factor[] = [];
  for (const [key, ofKey] of groupBy(networks, (sample) => sample.key)) {
    // Language models have no convolutions, and those are a third of the fit.
    const others = rows.filter((row) => row.key !== key && row.model.id !== "eager-conv");
    const lenders = lendersOf(others, 1);
    for (const [targetId, own] of groupBy(ofKey, ({ target }) => target)) {
      const target = ctx.target(targetId);
      const fitted = target && withKinds(target, fitKinds(others, targetId, { folds: 1, lenders }));
      if (fitted === undefined) continue;
      for (const { subject, seconds } of own) {
        const lowered = await ctx.lower(subject, fitted);
        if (lowered === undefined) continue;
        const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
        const { latency } = costModel(fitted, lowered, footprint, true);
        if (latency === undefined) continue;
        factors.push({ target: targetId, key, log: Math.log(seconds / latency.value) });
      }
    }
  }
  return factors;
}

/**
 * One factor for whole models; the interval is that of models left out, on all chips. Of a chip with fewer than two models
 * none was foretold by another of its own: it has the interval of their products, which are most of a model's time.
 */
function networkOf(
  factors: readonly Factor[],
  target: string,
  kinds: Readonly<Record<string, unknown>>,
): unknown {
  const own = factors.filter((factor) => factor.target === target);
  const ofProducts = kinds[linearModel.id] as { readonly interval: unknown } | undefined;
  const isForetold = new Set(own.map(({ key }) => key)).size > 1;
  if (own.length === 0 && ofProducts === undefined) return undefined;
  const keys = [...new Set(factors.map(({ key }) => key))];
  const unseen = factors.map((left) => {
    const others = factors.filter(({ key, target }) => key !== left.key && target === left.target);
    const measured = Math.exp(left.log - levelOf(others));
    return { target: left.target, part: keys.indexOf(left.key), predicted: 1, measured };
  });
  const { pool, of } = intervalsByTarget(unseen, { groups: 1, rowsOfPool: 4 });
  const foretold = of.get(target) ?? pool;
  return {
    inferenceSeconds: 0,
    correction: {
      features: [],
      low: [],
      high: [],
      regressor: { kind: "linear", intercept: rounded(levelOf(own), 4), weights: [] },
    },
    interval: isForetold ? foretold : (ofProducts?.interval ?? foretold),
  };
}

/** Operators in a row take the sum of their times: few models say little against that. */
function levelOf(factors: readonly Factor[]): number {
  const models = [...groupBy(factors, ({ key }) => key).values()].map(
    (own) => own.reduce((sum, { log }) => sum + log, 0) / own.length,
  );
  return models.reduce((sum, log) => sum + log, 0) / (models.length + priorModels);
}

const priorModels = 2;

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
