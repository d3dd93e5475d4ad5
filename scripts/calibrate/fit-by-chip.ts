import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import { groupBy } from "./group.js";
import { kernelRows } from "./kernel-rows.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "./set.js";
import type { Interval } from "../../server/core/cost/calibrated/calibration.js";
import { fitKindOfMany, type KindPlan } from "./train/fit-kind.js";

/**
 * One fit for each kernel model and chip with runtime, over all precisions: features tell them apart, and what the
 * kernels share is learnt once. Each target of `receivers` gets it.
 */
export async function fitByChip(
  ctx: CalibrationContext,
  set: CalibrationSet,
  samples: readonly Sample[],
  models: readonly { readonly model: KernelModel; readonly plan: Omit<KindPlan, "features"> }[],
  receivers: (precisions: readonly string[]) => readonly string[],
): Promise<readonly Fragment[]> {
  const fragments: Fragment[] = [];
  for (const [host, own] of groupBy(samples, ({ target }) => hostOf(target))) {
    const kinds: Record<string, Readonly<Record<string, unknown>>> = {};
    const intervals = new Map<string, ReadonlyMap<string, Interval>>();
    let count = 0;
    for (const { model, plan } of models) {
      const rows = await kernelRows(ctx, own, model);
      if (rows.length < 30) continue;
      count += rows.length;
      const fit = fitKindOfMany(rows, { ...plan, features: model.features });
      kinds[model.id] = fit.kind;
      intervals.set(model.id, fit.intervals);
    }
    const measured = [...new Set(own.map(({ target }) => target.slice(host.length + 1)))];
    const targets = [...new Set(receivers(measured))]
      .map((precision) => `${host}/${precision}`)
      .filter((target) => count > 0 && ctx.target(target) !== undefined);
    const source = { set: set.id, licence: set.licence, rows: count };
    for (const target of targets)
      fragments.push({
        target,
        kinds: withIntervals(
          target === targets[0] ? kinds : sharedKinds(kinds, targets[0] ?? ""),
          intervals,
          target,
        ),
        source,
      });
  }
  return fragments;
}

/** What is fitted together need not be as certain on each of the targets. */
function withIntervals(
  kinds: Readonly<Record<string, unknown>>,
  intervals: ReadonlyMap<string, ReadonlyMap<string, Interval>>,
  target: string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([id, kind]) => {
      const interval = intervals.get(id)?.get(target);
      return [id, interval === undefined ? kind : { ...(kind as object), interval }];
    }),
  );
}

/** The same kinds, by reference to the file that has them. */
export function sharedKinds(
  kinds: Readonly<Record<string, unknown>>,
  owner: string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, { sameAs: owner }]));
}

/** Chip and runtime. */
function hostOf(target: string): string {
  return target.slice(0, target.lastIndexOf("/"));
}
