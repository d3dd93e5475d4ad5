import type { Kernel } from "../lower/lowered.js";
import { frontOf } from "../search/pareto.js";
import type { Accelerator } from "./accelerator.js";
import { areaOf } from "./area.js";
import type { MappedAccelerator } from "./as-target.js";
import { mapModel } from "./map-model.js";
import { withParameter } from "./parameters.js";
import { schedule } from "./schedule.js";

/** One parameter and the values that it takes, as they were written. */
export interface SweptParameter {
  readonly key: string;
  readonly values: readonly string[];
}

/** Kernels of the models that a chip has to run; of several at once. */
export type Workload = readonly (readonly Kernel[])[];

/** What a design must not exceed: seconds, joules of one inference of each model, square metres. */
export type DesignLimits = Readonly<Partial<Record<LimitedMeasure, number>>>;

export type LimitedMeasure = "latency" | "energy" | "area";

export const limitedMeasures = ["latency", "energy", "area"] as const;

export interface SweepPoint {
  readonly values: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly cycles: number;
  readonly utilization: number;
  readonly joules: number;
  readonly dramBytes: number;
  /** Square metres; null for engines whose area no table tells. */
  readonly area: number | null;
  /** Nothing is at least as good in seconds, area and joules, and better in one. */
  readonly isOnFront: boolean;
  /** Limits that it exceeds. */
  readonly misses: readonly LimitedMeasure[];
}

export type DesignPoint = Omit<SweepPoint, "isOnFront" | "misses">;

export const mostPoints = 1024;

/** Every combination of the values, mapped; the kernels are those of the accelerator's own precision. */
export function sweep(
  mapped: MappedAccelerator,
  workload: Workload,
  parameters: readonly SweptParameter[],
  limits: DesignLimits = {},
): { readonly points: readonly SweepPoint[]; readonly complaints: readonly string[] } {
  const count = parameters.reduce((product, { values }) => product * values.length, 1);
  if (count > mostPoints)
    return {
      points: [],
      complaints: [
        `The sweep has ${count} points, more than ${mostPoints}; give fewer values, or a search method.`,
      ],
    };
  const found = combinations(parameters).map((values) => designAt(mapped, workload, values));
  return {
    points: withFront(
      found.filter((one) => typeof one !== "string"),
      limits,
    ),
    complaints: [...new Set(found.filter((one) => typeof one === "string"))],
  };
}

/** The workload on the accelerator with other parameters, or why it cannot have them. */
export function designAt(
  mapped: MappedAccelerator,
  workload: Workload,
  values: Readonly<Record<string, string>>,
): DesignPoint | string {
  let { accelerator }: { accelerator: Accelerator } = mapped;
  for (const [key, text] of Object.entries(values)) {
    const changed = withParameter(accelerator, key, text);
    if (typeof changed === "string") return changed;
    accelerator = changed;
  }
  return {
    values,
    ...figures({ ...mapped, accelerator }, workload),
    area: areaOf(accelerator, mapped.technology)?.total ?? null,
  };
}

export function withFront(
  points: readonly DesignPoint[],
  limits: DesignLimits,
): readonly SweepPoint[] {
  const isOn = frontOf(points.map(({ seconds, joules, area }) => [seconds, joules, area ?? 0]));
  return points.map((point, index) => ({
    ...point,
    isOnFront: isOn[index] === true,
    misses: missesOf(point, limits),
  }));
}

/** How many times of each limit a design takes. */
export function excessOf(
  { seconds, joules, area }: Pick<DesignPoint, "seconds" | "joules" | "area">,
  limits: DesignLimits,
): Readonly<Record<LimitedMeasure, number>> {
  const { latency = Infinity, energy = Infinity, area: room = Infinity } = limits;
  return { latency: seconds / latency, energy: joules / energy, area: (area ?? 0) / room };
}

export function missesOf(
  point: Pick<DesignPoint, "seconds" | "joules" | "area">,
  limits: DesignLimits,
): readonly LimitedMeasure[] {
  const excess = excessOf(point, limits);
  return limitedMeasures.filter((measure) => excess[measure] > 1);
}

/** Of one model its kernels in turn; of several until all are done. */
function figures(
  mapped: MappedAccelerator,
  workload: Workload,
): Omit<DesignPoint, "values" | "area"> {
  const [alone] = workload;
  if (alone !== undefined && workload.length === 1) {
    const { seconds, cycles, utilization, joules, dramBytes } = mapModel(mapped, alone);
    return { seconds, cycles, utilization, joules, dramBytes };
  }
  const { cycles, joules, dramBytes, utilization } = schedule(mapped, workload);
  return { cycles, joules, dramBytes, utilization, seconds: cycles / mapped.accelerator.clock };
}

function combinations(
  parameters: readonly SweptParameter[],
): readonly Readonly<Record<string, string>>[] {
  let found: readonly Readonly<Record<string, string>>[] = [{}];
  for (const { key, values } of parameters)
    found = found.flatMap((base) => values.map((value) => ({ ...base, [key]: value })));
  return found;
}
