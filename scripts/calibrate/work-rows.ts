import { isLaunched, launchClass } from "../../server/core/cost/calibrated/launch-class.js";
import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import { kernelModels } from "../../server/core/cost/calibrated/models/index.generated.js";
import type { Lowered } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import { groupBy } from "./group.js";
import type { CalibrationContext, Sample, Subject } from "./set.js";
import { rounded } from "./train/matrix.js";
import {
  conformalInterval,
  fitWork,
  intervalOfWork,
  type WorkFit,
  type WorkPlan,
  type WorkRow,
} from "./train/fit-work.js";

/** A measured network as the `work-…` models see it. */
export function workRow(
  lowered: Lowered,
  target: Target,
  key: string,
  measured: number,
): WorkRow | undefined {
  if (lowered.uncosted.length > 0 || lowered.kernels.length === 0) return undefined;
  const work = new Map<string, Float64Array>();
  const launches = new Map<string, number>();
  for (const kernel of lowered.kernels) {
    if (kernel.engine !== target.runtime.engine || !isLaunched(kernel)) continue;
    const name = launchClass(kernel);
    launches.set(name, (launches.get(name) ?? 0) + 1);
    for (const model of workModels) {
      if (!model.kinds.includes(kernel.shape.kind)) continue;
      const view = model.describe(kernel, target);
      if (view === undefined) continue;
      const sums = work.get(model.id) ?? new Float64Array(model.features.length);
      for (const [index, value] of view.features.entries())
        sums[index] = (sums[index] ?? 0) + value;
      work.set(model.id, sums);
      break;
    }
  }
  return { key, measured, work, launches };
}

export const workModels: readonly KernelModel[] = kernelModels.filter(({ id }) =>
  id.startsWith("work-"),
);

/**
 * Rows by target of samples that are whole networks. Network by network, since reading one takes longer than lowering
 * it for twenty targets.
 */
export async function workRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
): Promise<ReadonlyMap<string, readonly SampleRow[]>> {
  const rows = new Map<string, SampleRow[]>();
  for (const [, own] of groupBy(samples, ({ subject }) => subjectId(subject)))
    for (const sample of own) {
      const target = ctx.target(sample.target);
      const lowered = target && (await ctx.lower(sample.subject, target));
      const row = lowered && workRow(lowered, target, sample.key, sample.seconds);
      if (row === undefined) continue;
      const found = rows.get(sample.target) ?? [];
      found.push({ sample, row });
      rows.set(sample.target, found);
    }
  return rows;
}

export interface SampleRow {
  readonly sample: Sample;
  readonly row: WorkRow;
}

function subjectId(subject: Subject): string {
  return subject.kind === "op" ? subject.text : subject.id;
}

/** Kinds and network of a target's file, from times of whole networks. */
export function fitNetworks(
  rows: readonly WorkRow[],
  plan: WorkPlan,
): { readonly kinds: Record<string, unknown>; readonly network: unknown } {
  const fit = fitWork(rows, plan);
  const interval = conformalInterval(intervalOfWork(rows, plan));
  // A kernel by itself is less certain than the sum that was measured.
  const wide = {
    edges: interval.edges,
    low: interval.low.map((factor) => rounded(factor / 1.5, 4)),
    high: interval.high.map((factor) => rounded(factor * 1.5, 4)),
  };
  const kinds: Record<string, unknown> = {};
  for (const model of workModels) {
    const weights = fit.weights.get(model.id);
    if (weights === undefined || weights.every((weight) => weight === 0)) continue;
    kinds[model.id] = {
      form: "seconds",
      overhead: 0,
      features: model.features,
      low: model.features.map(() => 0),
      high: model.features.map(() => unbounded),
      regressor: { kind: "linear", intercept: 0, weights },
      interval: { edges: [], low: [Math.min(...wide.low)], high: [Math.max(...wide.high)] },
    };
  }
  const network = {
    inferenceSeconds: fit.once,
    ...(plan.hasDispatch && { dispatch: dispatchOf(fit) }),
    interval,
  };
  return { kinds, network };
}

/** Work goes on in proportion beyond what was measured. */
const unbounded = 1e30;

function dispatchOf({ launches }: WorkFit): unknown {
  const seconds = [...launches.values()].sort((a, b) => a - b);
  return {
    power: 4,
    seconds: Object.fromEntries(launches),
    other: seconds[seconds.length >> 1] ?? 0,
  };
}

/** Energy of a target's file, from joules of whole networks and watts while they ran. */
export function fitJoules(
  rows: readonly WorkRow[],
  scope: string,
  watts: readonly number[],
): unknown {
  const plan = { hasDispatch: false };
  const fit = fitWork(rows, plan);
  const sorted = [...watts].sort((a, b) => a - b);
  const kinds: Record<string, unknown> = {};
  for (const model of workModels) {
    const weights = fit.weights.get(model.id);
    if (weights !== undefined && weights.some((weight) => weight > 0))
      kinds[model.id] = { features: model.features, weights };
  }
  return {
    scope,
    watts: rounded(sorted[sorted.length >> 1] ?? 0, 4),
    kinds,
    inferenceJoules: fit.once,
    interval: conformalInterval(intervalOfWork(rows, plan)),
  };
}
