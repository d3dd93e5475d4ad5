import { aggregate } from "../../server/core/cost/calibrated/aggregates.js";
import { blocksOf } from "../../server/core/cost/calibrated/blocks.js";
import { isLaunched, launchClass } from "../../server/core/cost/calibrated/launch-class.js";
import { calibratedEvaluator } from "../../server/core/cost/calibrated/evaluator.js";
import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import { kernelModels } from "../../server/core/cost/calibrated/models/index.generated.js";
import { rooflineEvaluator } from "../../server/core/cost/roofline.js";
import type { Evaluator } from "../../server/core/cost/evaluator.js";
import type { Kernel, Lowered } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import { groupBy } from "./group.js";
import type { CalibrationContext, Sample, Subject } from "./set.js";
import { hostFeatures } from "./train/fit-hosts.js";
import type { WorkRow, WorkSums } from "./train/fit-work.js";

/** A measured network as the `work-…` models see it; `waits`: its blocks were waited for one by one. */
export function workRow(
  lowered: Lowered,
  target: Target,
  { key, seconds }: Sample,
  waits = false,
): WorkRow | undefined {
  if (lowered.uncosted.length > 0 || lowered.kernels.length === 0) return undefined;
  const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
  const sumsOf = sumsOver(target, {
    evaluator: target.calibration && calibratedEvaluator(target, lowered, footprint),
    roofline: rooflineEvaluator(target, footprint),
  });
  const { kernels } = lowered;
  const blocks = waits
    ? blocksOf(lowered).map((block) => sumsOf(kernels.filter((_, index) => block.includes(index))))
    : undefined;
  return {
    key,
    measured: seconds,
    ...sumsOf(kernels),
    ...(blocks && { blocks }),
    aggregates: Float64Array.from(hostFeatures, (name) =>
      aggregate(name, { lowered, costs: [], seconds: 0 }),
    ),
    macs: lowered.kernels.reduce((sum, { macs }) => sum + macs, 0),
    weightBytes: lowered.weightBytes,
  };
}

interface RooflineSums extends WorkSums {
  /** Seconds by kernel model. */
  readonly roofline: ReadonlyMap<string, number>;
}

function sumsOver(
  target: Target,
  {
    evaluator,
    roofline,
  }: { readonly evaluator: Evaluator | undefined; readonly roofline: Evaluator },
): (kernels: readonly Kernel[]) => RooflineSums {
  return (kernels) => {
    const work = new Map<string, Float64Array>();
    const launches = new Map<string, number>();
    const seconds = new Map<string, number>();
    let known = 0;
    for (const kernel of kernels) {
      if (kernel.engine !== target.runtime.engine || !isLaunched(kernel)) continue;
      const name = launchClass(kernel);
      launches.set(name, (launches.get(name) ?? 0) + 1);
      const cost = evaluator?.evaluate(kernel).seconds;
      if (cost?.method === "calibrated") {
        known += cost.value;
        continue;
      }
      for (const model of describedModels) {
        if (!model.kinds.includes(kernel.shape.kind)) continue;
        const view = model.describe(kernel, target);
        if (view === undefined) continue;
        const sums = work.get(model.id) ?? new Float64Array(model.features.length);
        for (const [index, value] of view.features.entries())
          sums[index] = (sums[index] ?? 0) + value;
        work.set(model.id, sums);
        const { value } = roofline.evaluate(kernel).seconds;
        seconds.set(model.id, (seconds.get(model.id) ?? 0) + value);
        break;
      }
    }
    return { work, launches, roofline: seconds, ...(known > 0 && { known }) };
  };
}

/** Of the roofline's time. */
function shareOf(rows: readonly WorkRow[], model: string): number {
  let part = 0;
  let whole = 0;
  for (const { roofline } of rows)
    for (const [id, seconds] of roofline ?? []) {
      whole += seconds;
      if (id === model) part += seconds;
    }
  return whole > 0 ? part / whole : 0;
}

/**
 * A small kind of kernel that every network calls as often, such as the one classifier, cannot be told from what an
 * inference takes once. It is left to the roofline, whose part (times `unit`: 1, or watts) is taken out of the rest.
 */
export function withoutConstant(rows: readonly WorkRow[], unit: number): readonly WorkRow[] {
  const constant = workModels.filter(({ id, features }) => {
    const counts = new Set(
      rows.map(({ work }) =>
        features.reduce(
          (sum, name, index) => (name.endsWith("calls") ? sum + (work.get(id)?.[index] ?? 0) : sum),
          0,
        ),
      ),
    );
    return counts.size <= 2 && shareOf(rows, id) < 0.15;
  });
  if (constant.length === 0) return rows;
  return rows.map((row) => {
    const rest = withoutModels(row, constant, unit, 0.5 * row.measured);
    const blocks = row.blocks?.map((block) => withoutModels(block, constant, unit, Infinity));
    return { ...row, ...rest, ...(blocks && { blocks }) };
  });
}

function withoutModels<T extends WorkSums & Pick<WorkRow, "roofline">>(
  sums: T,
  models: readonly KernelModel[],
  unit: number,
  most: number,
): T {
  const work = new Map(sums.work);
  let known = sums.known ?? 0;
  for (const { id } of models) if (work.delete(id)) known += unit * (sums.roofline?.get(id) ?? 0);
  return { ...sums, work, ...(known > 0 && { known: Math.min(known, most) }) };
}

const describedModels: readonly KernelModel[] = kernelModels.filter(({ id }) =>
  id.startsWith("work-"),
);

/** Recurrent layers are left to the roofline but by families that have measured some. */
export const workModels: readonly KernelModel[] = describedModels.filter(
  ({ id }) => id !== "work-recurrent",
);
export const recurrentModels: readonly KernelModel[] = describedModels.filter(
  ({ id }) => id === "work-recurrent",
);

/**
 * Rows by target of samples that are whole networks. Network by network, since reading one takes longer than lowering
 * it for twenty targets.
 */
export async function workRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  waits: (sample: Sample) => boolean = () => false,
): Promise<ReadonlyMap<string, readonly SampleRow[]>> {
  const rows = new Map<string, SampleRow[]>();
  const targets = new Map<string, Target | undefined>();
  for (const { target } of samples)
    if (!targets.has(target)) targets.set(target, withoutWork(ctx, target));
  for (const [, own] of groupBy(samples, ({ subject }) => subjectId(subject)))
    for (const sample of own) {
      const target = targets.get(sample.target);
      const lowered = target && (await ctx.lower(sample.subject, target));
      const row = lowered && workRow(lowered, target, sample, waits(sample));
      if (row === undefined) continue;
      const found = rows.get(sample.target) ?? [];
      found.push({ sample, row });
      rows.set(sample.target, found);
    }
  return rows;
}

/** A target with what is known of its kernels by themselves; what networks taught is about to be fitted anew. */
export function withoutWork(ctx: CalibrationContext, id: string): Target | undefined {
  const target = ctx.target(id);
  const calibration = ctx.fitted(id);
  if (target === undefined) return undefined;
  const none = { ...target, calibration: () => undefined };
  if (calibration === undefined) return none;
  const kinds = Object.fromEntries(
    Object.entries(calibration.kinds).filter(([kind]) => !kind.startsWith("work-")),
  );
  if (Object.keys(kinds).length === 0) return none;
  const rest = { ...calibration, kinds };
  return {
    ...target,
    calibration: () => ({
      calibration: rest,
      method: "calibrated",
      lender: target.label,
      loan: undefined,
    }),
  };
}

export interface SampleRow {
  readonly sample: Sample;
  readonly row: WorkRow;
}

function subjectId(subject: Subject): string {
  return subject.kind === "op" ? subject.text : subject.id;
}
