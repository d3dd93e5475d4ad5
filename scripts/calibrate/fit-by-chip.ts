import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import { groupBy } from "./group.js";
import { kernelRows } from "./kernel-rows.js";
import type { CalibrationContext, CalibrationSet, Fragment, Sample } from "./set.js";
import { fitKind, type KindPlan } from "./train/fit-kind.js";

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
    const kinds: Record<string, unknown> = {};
    let count = 0;
    for (const { model, plan } of models) {
      const rows = await kernelRows(ctx, own, model);
      if (rows.length < 30) continue;
      count += rows.length;
      kinds[model.id] = fitKind(rows, { ...plan, features: model.features });
    }
    const measured = [...new Set(own.map(({ target }) => target.slice(host.length + 1)))];
    const targets = [...new Set(receivers(measured))]
      .map((precision) => `${host}/${precision}`)
      .filter((target) => count > 0 && ctx.target(target) !== undefined);
    const source = { set: set.id, licence: set.licence, rows: count };
    for (const target of targets)
      fragments.push({
        target,
        kinds: target === targets[0] ? kinds : sharedKinds(kinds, targets[0] ?? ""),
        source,
      });
  }
  return fragments;
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
