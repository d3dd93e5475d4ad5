import { explore, searchMethods } from "../search/explore/explore.js";
import { gaussianProcess } from "../search/explore/gaussian-process.js";
import type { Axis, Point, Trial } from "../search/explore/method.js";
import type { MappedAccelerator } from "./as-target.js";
import { parseQuantity } from "./quantity.js";
import {
  designAt,
  excessOf,
  limitedMeasures,
  missesOf,
  withFront,
  type DesignLimits,
  type DesignPoint,
  type LimitedMeasure,
  type SweepPoint,
  type SweptParameter,
  type Workload,
} from "./sweep.js";

export interface SearchQuestion {
  /** Of `searchMethods`. */
  readonly methods: readonly string[];
  /** Designs that each method may try. */
  readonly points: number;
}

export interface SearchResult {
  /** All that was tried, by whichever method. */
  readonly points: readonly SweepPoint[];
  readonly runs: readonly SearchRun[];
  readonly proxies: readonly ProxyError[];
  readonly complaints: readonly string[];
}

/** What one method found with its points. */
export interface SearchRun {
  readonly method: string;
  readonly pointCount: number;
  /** The least of the objective among those that keep all limits, else the least excess; null where nothing could be mapped. */
  readonly best: DesignPoint | null;
  readonly misses: readonly LimitedMeasure[];
  /** Points that it took to come within 1 % of the best score of all methods; null where it did not. */
  readonly pointsToBest: number | null;
}

/** How well what was tried foretells what was not: relative root mean square error of designs left out. */
export interface ProxyError {
  readonly measure: LimitedMeasure;
  readonly error: number;
}

/** A limit that is exceeded weighs as much as the tenth power of the excess in the objective. */
const excessWeight = 10;
/** The proxy is made of no more designs than these. */
const mostForProxy = 256;

/** Looks among the combinations of a sweep without trying all: several methods beside one another at the same number of points. */
export function searchDesigns(
  mapped: MappedAccelerator,
  workload: Workload,
  parameters: readonly SweptParameter[],
  limits: DesignLimits,
  { methods, points: pointCount }: SearchQuestion,
): SearchResult {
  const space = parameters.map(axisOf);
  const known = new Map<string, DesignPoint | string>();
  const at = (point: Point): DesignPoint | string => {
    const key = point.join();
    const found = known.get(key) ?? designAt(mapped, workload, valuesAt(parameters, point));
    known.set(key, found);
    return found;
  };
  const score = (point: Point): number => {
    const design = at(point);
    return typeof design === "string" ? Infinity : scoreOf(design, limits, mapped.objective);
  };
  const found = searchMethods
    .filter(({ id }) => methods.includes(id))
    .map((method) => ({ method, trials: explore(space, method, pointCount, score) }));
  const best = Math.min(...found.flatMap(({ trials }) => trials.map((trial) => trial.score)));
  const designs = [...known].flatMap(([key, design]) =>
    typeof design === "string" ? [] : [{ point: key.split(",").map(Number), design }],
  );
  return {
    points: withFront(
      designs.map(({ design }) => design),
      limits,
    ),
    runs: found.map(({ method, trials }) => runOf(method.id, trials, best, at, limits)),
    proxies: limitedMeasures.flatMap((measure) => proxyError(space, designs, measure)),
    complaints: [...new Set([...known.values()].filter((one) => typeof one === "string"))],
  };
}

function runOf(
  method: string,
  trials: readonly Trial[],
  best: number,
  at: (point: Point) => DesignPoint | string,
  limits: DesignLimits,
): SearchRun {
  const own = [...trials].sort((a, b) => a.score - b.score)[0];
  const design = own === undefined ? "" : at(own.point);
  const first = trials.findIndex(({ score }) => score <= best + Math.log(1.01));
  return {
    method,
    pointCount: trials.length,
    best: typeof design === "string" ? null : design,
    misses: typeof design === "string" ? [] : missesOf(design, limits),
    pointsToBest: first < 0 || !Number.isFinite(best) ? null : first + 1,
  };
}

function scoreOf(
  design: DesignPoint,
  limits: DesignLimits,
  objective: MappedAccelerator["objective"],
): number {
  const measure = {
    latency: design.seconds,
    energy: design.joules,
    traffic: design.dramBytes,
  }[objective];
  const excess = Object.values(excessOf(design, limits));
  return (
    Math.log(Math.max(measure, Number.MIN_VALUE)) +
    excessWeight * excess.reduce((sum, one) => sum + Math.log(Math.max(1, one)), 0)
  );
}

function proxyError(
  space: readonly Axis[],
  designs: readonly { readonly point: Point; readonly design: DesignPoint }[],
  measure: LimitedMeasure,
): readonly ProxyError[] {
  const some = designs.slice(0, mostForProxy).flatMap(({ point, design }) => {
    const value = { latency: design.seconds, energy: design.joules, area: design.area }[measure];
    return value === null || value <= 0 ? [] : [{ point, value: Math.log(value) }];
  });
  const process = gaussianProcess(
    space,
    some.map(({ point }) => point),
    some.map(({ value }) => value),
  );
  if (process === undefined) return [];
  const squares = process.leftOut.map((error) => Math.expm1(error) ** 2);
  const mean = squares.reduce((sum, one) => sum + one, 0) / squares.length;
  return [{ measure, error: Math.sqrt(mean) }];
}

function valuesAt(
  parameters: readonly SweptParameter[],
  point: Point,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parameters.map(({ key, values }, axis) => [key, values[point[axis] ?? 0] ?? ""]),
  );
}

/** Sizes lie on a logarithmic axis. */
function axisOf({ values }: SweptParameter): Axis {
  for (const unit of ["", "B", "Hz", "B/s"] as const) {
    const numbers = values.map((value) => parseQuantity(value, unit));
    if (!numbers.every((value) => value !== undefined && value > 0)) continue;
    const logarithms = numbers.map((value) => Math.log(value ?? 1));
    const low = Math.min(...logarithms);
    const extent = Math.max(...logarithms) - low;
    return {
      positions: logarithms.map((value) => (extent === 0 ? 0 : (value - low) / extent)),
      isNamed: false,
    };
  }
  return { positions: values.map((_, index) => index), isNamed: true };
}
