import { decodeCalibration } from "../../../server/core/cost/calibrated/decode-calibration.js";
import { costModel } from "../../../server/core/cost/evaluate.js";
import type { Target } from "../../../server/core/targets/target.js";
import { groupBy } from "../group.js";
import { fitKinds, lendersOf, operatorRow, type OperatorRow } from "../neusight-kinds.js";
import { neusightSamples } from "../neusight-samples.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "../set.js";
import { rounded } from "../train/matrix.js";

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
    const networks = samples.filter(({ subject }) => subject.kind === "model");
    const factors = await networkFactors(ctx, networks, rows);
    const fragments: Fragment[] = [];
    for (const [targetId, own] of groupBy(samples, ({ target }) => target)) {
      if (ctx.target(targetId) === undefined) continue;
      // Where whole networks taught launches beside a factor, the two go together.
      const hasLaunches = ctx.fitted(targetId)?.network?.dispatch !== undefined;
      const network = hasLaunches ? undefined : networkOf(factors.get(targetId) ?? []);
      const lent = twins[targetId] === undefined ? 0 : measuredAlone(rows, targetId);
      fragments.push({
        target: targetId,
        kinds: fitKinds(rows, targetId, { folds, lenders }),
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

/**
 * Logarithms of what whole models take beyond the sum of their operators, by target, each when the model's own operators
 * were not seen, so that it holds for the next model.
 */
async function networkFactors(
  ctx: CalibrationContext,
  networks: readonly Sample[],
  rows: readonly OperatorRow[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const logs = new Map<string, number[]>();
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
        const found = logs.get(targetId) ?? [];
        found.push(Math.log(seconds / latency.value));
        logs.set(targetId, found);
      }
    }
  }
  return logs;
}

/** One factor for whole models. */
function networkOf(logs: readonly number[]): unknown {
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
