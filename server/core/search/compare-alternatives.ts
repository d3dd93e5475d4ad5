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
}

/** `outside`: beyond a limit, or does not fit its target; `unknown`: a metric of an axis is not known. */
export type ParetoState = "front" | "dominated" | "outside" | "unknown";

export function compareAlternatives(
  alternatives: readonly Alternative[],
  axes: readonly ParetoAxis[],
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
  const front = frontOf(
    objectives.map((point, at) => (isAllowed[at] === true ? point : point.map(() => NaN))),
  );
  const states = objectives.map((point, at): ParetoState => {
    if (!point.every((value) => Number.isFinite(value))) return "unknown";
    if (isAllowed[at] !== true) return "outside";
    return front[at] === true ? "front" : "dominated";
  });
  const ids = new Set(alternatives.flatMap(({ metrics }) => Object.keys(metrics)));
  return {
    axes: kinds,
    states,
    hypervolume: axes.length < 2 ? null : share(objectives, front),
    metrics: [...ids].map(metricKind),
  };
}

/** Objectives scaled to the box of all known points, so that units do not matter. */
function share(
  objectives: readonly (readonly number[])[],
  front: readonly boolean[],
): number | null {
  const known = objectives.filter((point) => point.every((value) => Number.isFinite(value)));
  const [first] = known;
  if (first === undefined) return null;
  const low = first.map((_, axis) => Math.min(...known.map((point) => point[axis] ?? 0)));
  const high = first.map((_, axis) => Math.max(...known.map((point) => point[axis] ?? 0)));
  const scaled = objectives
    .filter((_, at) => front[at] === true)
    .map((point) =>
      point.map((value, axis) => {
        const span = (high[axis] ?? 0) - (low[axis] ?? 0);
        // The worst of all still takes a corner: a tenth of room beyond it.
        return span === 0 ? 0 : (value - (low[axis] ?? 0)) / (span * 1.1);
      }),
    );
  return hypervolume(
    scaled,
    first.map(() => 1),
  );
}
