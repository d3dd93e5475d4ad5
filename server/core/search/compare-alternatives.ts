import { metricKind, type Alternative, type MetricKind } from "./alternatives.js";
import { frontOf, hypervolume } from "./pareto.js";

export interface ParetoAxis {
  readonly metric: string;
  /** What is beyond it is out of the question. */
  readonly limit: number | null;
}

export interface ParetoResult {
  readonly axes: readonly MetricKind[];
  /** Parallel to the alternatives. */
  readonly states: readonly ParetoState[];
  /** Of the front in the box that all points with known values span, 0 to 1; null with fewer than two axes. */
  readonly hypervolume: number | null;
  /** Metrics that some alternative has. */
  readonly metrics: readonly MetricKind[];
  /** Fronts by themselves; one when nothing tells them apart. */
  readonly groups: readonly ParetoGroup[];
  /** Index into `groups`, parallel to the alternatives. */
  readonly groupOf: readonly number[];
}

export interface ParetoGroup {
  readonly label: string;
  readonly count: number;
  readonly frontCount: number;
  /** In the same box for all groups, so that they compare. */
  readonly hypervolume: number | null;
}

/** What points have a front of their own by: a joint search beside a sequential one, or one target beside another. */
export const groupings = ["none", "target", "model", "batch", "series"] as const;
export type Grouping = (typeof groupings)[number];

/** `outside`: beyond a limit, or does not fit its target; `unknown`: a metric of an axis is not known. */
export type ParetoState = "front" | "dominated" | "outside" | "unknown";

export function compareAlternatives(
  alternatives: readonly Alternative[],
  axes: readonly ParetoAxis[],
  grouping: Grouping = "none",
): ParetoResult {
  const kinds = axes.map(({ metric }) => metricKind(metric));
  const objectives = alternatives.map(({ metrics }) =>
    kinds.map(({ id, isMoreBetter }) => {
      const value = metrics[id]?.value ?? NaN;
      return isMoreBetter ? -value : value;
    }),
  );
  const isAllowed = alternatives.map(
    ({ fits, metrics }) =>
      fits !== false &&
      axes.every(({ limit }, at) => {
        const value = metrics[kinds[at]?.id ?? ""]?.value;
        if (limit === null || value === undefined) return true;
        return kinds[at]?.isMoreBetter === true ? value >= limit : value <= limit;
      }),
  );
  const labels = [...new Set(alternatives.map((own) => groupLabel(own, grouping)))];
  const indexOf = new Map(labels.map((label, at) => [label, at]));
  const groupOf = alternatives.map((own) => indexOf.get(groupLabel(own, grouping)) ?? 0);
  const box = boxOf(objectives);
  const members = labels.map((): number[] => []);
  for (const [at, group] of groupOf.entries()) members[group]?.push(at);
  const isOnFront = alternatives.map(() => false);
  const groups = labels.map((label, group): ParetoGroup => {
    const own = members[group] ?? [];
    const front = frontOf(
      own.map((at) => {
        const point = objectives[at] ?? [];
        return isAllowed[at] === true ? point : point.map(() => NaN);
      }),
    );
    for (const [index, at] of own.entries()) isOnFront[at] = front[index] === true;
    const points = own.filter((_, index) => front[index] === true);
    return {
      label,
      count: own.length,
      frontCount: points.length,
      hypervolume: shareOf(
        points.map((at) => objectives[at] ?? []),
        box,
      ),
    };
  });
  const whole = alternatives.flatMap((_, at) =>
    isOnFront[at] === true ? [objectives[at] ?? []] : [],
  );
  const ids = new Set(alternatives.flatMap(({ metrics }) => Object.keys(metrics)));
  return {
    axes: kinds,
    states: objectives.map((point, at): ParetoState => {
      if (!point.every((value) => Number.isFinite(value))) return "unknown";
      if (isAllowed[at] !== true) return "outside";
      return isOnFront[at] === true ? "front" : "dominated";
    }),
    hypervolume: shareOf(whole, box),
    metrics: [...ids].map(metricKind),
    groups,
    groupOf,
  };
}

function groupLabel({ targetId, model, batch, series }: Alternative, grouping: Grouping): string {
  switch (grouping) {
    case "none":
      return "";
    case "target":
      return targetId;
    case "model":
      return model;
    case "batch":
      return batch === null ? "batch not said" : `batch ${batch}`;
    case "series":
      return series ?? "others";
  }
}

interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The box of all known points; undefined with fewer than two axes. */
function boxOf(objectives: readonly (readonly number[])[]): Box | undefined {
  const known = objectives.filter((point) => point.every((value) => Number.isFinite(value)));
  const [first] = known;
  if (first === undefined || first.length < 2) return undefined;
  const of = (pick: (a: number, b: number) => number): readonly number[] =>
    first.map((start, axis) =>
      known.reduce((end, point) => pick(end, point[axis] ?? start), start),
    );
  return { low: of(Math.min), high: of(Math.max) };
}

/** Objectives are scaled to the box, so that units do not matter. */
function shareOf(points: readonly (readonly number[])[], box: Box | undefined): number | null {
  if (box === undefined) return null;
  const scaled = points.map((point) =>
    point.map((value, axis) => {
      const low = box.low[axis] ?? 0;
      const span = (box.high[axis] ?? 0) - low;
      // The worst of all still takes a corner: a tenth of room beyond it.
      return span === 0 ? 0 : (value - low) / (span * 1.1);
    }),
  );
  return hypervolume(
    scaled,
    box.low.map(() => 1),
  );
}
