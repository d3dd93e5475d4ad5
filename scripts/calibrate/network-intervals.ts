import type { Interval } from "../../server/core/cost/calibrated/calibration.js";
import { entryOf } from "../../server/core/cost/calibrated/interval.js";
import type { KernelModel } from "../../server/core/cost/calibrated/kernel-model.js";
import { groupBy } from "./group.js";
import type { OperatorRow } from "./neusight-kinds.js";
import { kindPredictor } from "./train/fit-kind.js";
import { intervalsByTarget, type UnseenOfTarget } from "./train/interval.js";
import { rounded } from "./train/matrix.js";

/** Of a model's kernels within networks, by target; `from`: predicted seconds of the shortest of them. */
export interface NetworkInterval {
  readonly interval: Interval;
  readonly from: number;
}

/** Fits a model to a target's own rows among those of all, without the network `left`; undefined where it has too few. */
export type FitModel = (
  rows: readonly OperatorRow[],
  target: string,
  left: string,
) => Readonly<Record<string, unknown>> | undefined;

/**
 * Every network is left out in turn, on all chips, and with it what others have of the same length of
 * rows, since two networks of one width say nothing of the next. Chips share the form of these few residuals.
 */
export function intervalsInNetworks(
  rows: readonly OperatorRow[],
  { features }: KernelModel,
  fit: FitModel,
): (target: string) => NetworkInterval | undefined {
  const unseen: UnseenOfTarget[] = [];
  const ofNetworks = rows.filter(({ isOfNetwork }) => isOfNetwork);
  const keys = [...new Set(ofNetworks.map(({ key }) => key))];
  const at = features.indexOf("log-columns");
  for (const [part, key] of keys.entries()) {
    const left = ofNetworks.filter((row) => row.key === key);
    const lengths = new Set(at < 0 ? [] : left.map((row) => row.features[at]));
    const rest = rows.filter(
      (row) => !row.isOfNetwork || (row.key !== key && !lengths.has(row.features[at])),
    );
    for (const [target, own] of groupBy(left, (row) => row.target)) {
      const kind = fit(rest, target, key);
      if (kind === undefined) continue;
      const predict = kindPredictor(kind);
      for (const row of own)
        unseen.push({
          target,
          predicted: predict(row),
          measured: row.seconds,
          part,
          key: `${target} ${key}`,
        });
    }
  }
  if (unseen.length === 0) return () => undefined;
  const { pool, of } = intervalsByTarget(unseen, { groups: 1 });
  const from = unseen.reduce((least, { predicted }) => Math.min(least, predicted), Infinity);
  return (target) => ({ interval: of.get(target) ?? pool, from: rounded(from, 4) });
}

/** Kernels measured alone and those of networks are asked alike: both lie inside nine times of ten. */
export function coveringBoth(
  alone: Interval | undefined,
  { interval, from }: NetworkInterval,
): Interval {
  if (alone === undefined) return interval;
  const edges = [...new Set([...alone.edges, from])].sort((a, b) => a - b);
  const starts = [-Infinity, ...edges];
  const end = (side: "low" | "high", pick: (...ends: number[]) => number): readonly number[] =>
    starts.map((start) => {
      const own = alone[side][entryOf(alone, start)] ?? 1;
      return start < from ? own : pick(own, interval[side][entryOf(interval, start)] ?? 1);
    });
  return { edges, low: end("low", Math.min), high: end("high", Math.max) };
}
