import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import type { CalibrationContext, Sample } from "./set.js";
import type { KindRow } from "./train/fit-kind.js";

/** Samples of single operators as a kernel model sees them; those that are none of its kernels are left out. */
export async function kernelRows(
  ctx: CalibrationContext,
  samples: readonly Sample[],
  model: KernelModel,
): Promise<readonly KindRow[]> {
  const rows: KindRow[] = [];
  for (const { target: id, subject, key, seconds } of samples) {
    const target = ctx.target(id);
    if (target === undefined) continue;
    const kernel = (await ctx.lower(subject, target))?.kernels[0];
    const view = kernel === undefined ? undefined : model.describe(kernel, target);
    if (view === undefined) continue;
    rows.push({
      key,
      features: Float64Array.from(view.features),
      work: Math.max(view.computeSeconds, view.memorySeconds),
      seconds,
      target: id,
    });
  }
  return rows;
}
