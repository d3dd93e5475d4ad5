import type { Dispatch, Interval } from "../../server/core/cost/calibrated/calibration.js";
import type { Host } from "../../server/core/cost/calibrated/hosts.js";
import { workKind } from "./edge/work-kind.js";
import { groupBy } from "./group.js";
import { withIntervals } from "./train/fit-hosts.js";
import {
  fitWork,
  intervalOfWork,
  type SessionUnseen,
  type WorkFit,
  type WorkPlan,
  type WorkRow,
} from "./train/fit-work.js";
import { conformalInterval } from "./train/interval.js";
import { rounded } from "./train/matrix.js";
import { overlapPower } from "./train/overlapped.js";
import { sizeRange } from "./train/size-range.js";
import { withoutConstant, workModels } from "./work-rows.js";

/** Kinds and network of a target's file, from times of whole networks. */
export function fitNetworks(
  all: readonly WorkRow[],
  given: WorkPlan,
  /** Of the fit before the final one, which keeps what cross-validation said. */
  before?: Dispatch,
): {
  readonly kinds: Record<string, unknown>;
  readonly network: Readonly<Record<string, unknown>>;
} {
  const rows = withoutConstant(all, 1);
  const { plan, fit, unseen } = fitTo(rows, given, before?.power);
  const interval = repeatable(conformalInterval(unseen));
  const widest = { low: [Math.min(...interval.low)], high: [Math.max(...interval.high)] };
  const kinds: Record<string, unknown> = {};
  for (const [id, { features, weights }] of Object.entries(weighedKinds(fit)))
    kinds[id] = workKind(features, weights, widest);
  const network = {
    inferenceSeconds: fit.once,
    ...((plan.hasDispatch || fit.hosts !== undefined) && {
      dispatch: { ...launchesOf(fit, plan), ...bySpace(rows, { given, fit, unseen, before }) },
    }),
    correction: sizeRange(rows),
    interval,
  };
  return { kinds, network };
}

interface Fitted {
  readonly plan: WorkPlan;
  readonly fit: WorkFit;
  readonly unseen: readonly SessionUnseen[];
}

/** `power`: what cross-validation said of it, where it has been done. */
function fitTo(rows: readonly WorkRow[], given: WorkPlan, power: number | undefined): Fitted {
  const { plan, unseen } =
    power === undefined ? withBestPower(rows, given) : { plan: { ...given, power }, unseen: [] };
  return { plan, unseen, fit: fitWork(rows, plan) };
}

interface Common {
  readonly given: WorkPlan;
  readonly fit: WorkFit;
  readonly unseen: readonly SessionUnseen[];
  readonly before: Dispatch | undefined;
}

/**
 * Hosts, and a fit of its own for each search space: a session's library chooses other kernels than another's, and all
 * networks of a space are made of the same few dozen.
 */
function bySpace(
  rows: readonly WorkRow[],
  { given, fit, unseen, before }: Common,
): Readonly<Record<string, unknown>> {
  if (fit.hosts === undefined) return {};
  const spaces: Record<string, unknown> = {};
  const own = new Map<string, Host["own"]>();
  const judged: SessionUnseen[] = [];
  for (const [space, networks] of groupBy(rows, (row) => row.space ?? "")) {
    const found = fitTo(networks, given, before?.spaces?.[space]?.power);
    judged.push(...found.unseen);
    spaces[space] = {
      ...launchesOf(found.fit, found.plan),
      inferenceSeconds: found.fit.once,
      kinds: weighedKinds(found.fit),
    };
    for (const name of new Set(networks.map(({ session = "" }) => session))) {
      const host = found.fit.hosts?.find((item) => item.name === name);
      own.set(name, { space, factor: host?.factor ?? 1 });
    }
  }
  const isOne = Object.keys(spaces).length < 2;
  const hosts = fit.hosts.map((host) => {
    const ofSpace = isOne ? undefined : own.get(host.name);
    return { ...host, ...(ofSpace && { own: ofSpace }) };
  });
  return {
    hosts: withIntervals(hosts, isOne ? unseen : judged, before?.hosts),
    ...(!isOne && { spaces }),
  };
}

function weighedKinds({ weights }: WorkFit): Readonly<Record<string, WeighedKind>> {
  return Object.fromEntries(
    workModels.flatMap(({ id, features }): readonly [string, WeighedKind][] => {
      const own = weights.get(id);
      return own === undefined ? [] : [[id, { features, weights: own }]];
    }),
  );
}

interface WeighedKind {
  readonly features: readonly string[];
  readonly weights: readonly number[];
}

/** How sharply launches and kernels take turns in being what is waited for, by cross-validation. */
function withBestPower(
  rows: readonly WorkRow[],
  plan: WorkPlan,
): { readonly plan: WorkPlan; readonly unseen: readonly SessionUnseen[] } {
  const powers = plan.hasDispatch ? [2, overlapPower, 8] : [overlapPower];
  const tried = powers.map((power) => {
    const candidate = { ...plan, power };
    const unseen = intervalOfWork(rows, candidate);
    const errors = unseen.map(({ predicted, measured }) =>
      Math.abs(Math.log(predicted / measured)),
    );
    return { plan: candidate, unseen, error: errors.reduce((sum, error) => sum + error, 0) };
  });
  tried.sort((a, b) => a.error - b.error);
  return tried[0] ?? { plan, unseen: [] };
}

/** A second measurement differs by this much whatever the model. */
function repeatable({ edges, low, high }: Interval): Interval {
  return {
    edges,
    low: low.map((factor) => Math.min(factor, 0.995)),
    high: high.map((factor) => Math.max(factor, 1.005)),
  };
}

/**
 * Arithmetic takes its time at the chip's peak at least; small windows may save multiplications (Winograd: 2.25 times for
 * 3×3, Lavin & Gray 2016).
 */
export function leastWeight(model: string, feature: number): number {
  const name = workModels.find(({ id }) => id === model)?.features[feature];
  return name !== "compute" ? 0 : model === "work-conv" ? 0.4 : 0.9;
}

/**
 * The same on a GPU, whose memory is never much faster than its data sheet says: without that, normalizations that follow
 * every convolution cannot be told from it, and come out free.
 */
export function leastGpuWeight(model: string, feature: number): number {
  const name = workModels.find(({ id }) => id === model)?.features[feature] ?? "";
  return /^(unary-|binary-)?activations$/.test(name) ? 0.9 : leastWeight(model, feature);
}

/** Where nothing is launched, what an inference takes once is added to its kernels: the power is 1. */
function launchesOf(
  { launches }: WorkFit,
  { hasDispatch, power = overlapPower }: WorkPlan,
): object {
  const seconds = [...launches.values()].sort((a, b) => a - b);
  return {
    power: hasDispatch ? power : 1,
    seconds: Object.fromEntries(launches),
    other: seconds[seconds.length >> 1] ?? 0,
  };
}

/** Energy of a target's file, from joules of whole networks and watts while they ran. */
export function fitJoules(
  all: readonly WorkRow[],
  scope: string,
  watts: readonly number[],
): unknown {
  const plan = { hasDispatch: false };
  const sorted = [...watts].sort((a, b) => a - b);
  const rows = withoutConstant(all, sorted[sorted.length >> 1] ?? 0);
  const fit = fitWork(rows, plan);
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
