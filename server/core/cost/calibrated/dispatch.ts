import type { Kernel, Lowered } from "../../lower/lowered.js";
import type { Target } from "../../targets/target.js";
import type { KernelCost } from "../cost.js";
import { aggregate } from "./aggregates.js";
import { blocksOf, waitedFor } from "./blocks.js";
import type { Dispatch, Interval, Launches, NetworkModel, SpaceModel } from "./calibration.js";
import { hostInterval, likenessTo, spreadOf } from "./hosts.js";
import { isLaunched, launchClass } from "./launch-class.js";
import { kernelModels } from "./models/index.generated.js";
import { overlapped } from "./overlapped.js";
import type { TargetCalibration } from "./target-calibration.js";

/** An inference under an eager framework on a GPU. */
export interface Dispatched {
  readonly seconds: number;
  /** Of networks like it, where it is like some. */
  readonly interval?: Interval | undefined;
  /** As a logarithm. */
  readonly widening: number;
}

export interface Inference {
  readonly target: Target;
  readonly known: TargetCalibration;
  readonly lowered: Lowered;
  readonly costs: readonly KernelCost[];
  /** Sum of the kernels' seconds. */
  readonly seconds: number;
}

/**
 * The time of a network from the hosts in which networks like it were measured, weighted by likeness: each by the fit to its
 * search space, where there is one. One that is like none gets the fit to all of them and the mean host, and an interval
 * that is wider by as much as hosts differ.
 */
export function dispatchedTime(
  { inferenceSeconds }: NetworkModel,
  dispatch: Dispatch,
  inference: Inference,
): Dispatched {
  const { lowered, costs } = inference;
  const common: Pace = {
    launches: dispatch,
    once: inferenceSeconds,
    kernel: (index) => costs[index]?.seconds.value ?? 0,
  };
  const { hosts, spaces } = dispatch;
  if (hosts === undefined) {
    const seconds = secondsOf(lowered, common, { factor: 1 });
    return { seconds, widening: assumedWidening(lowered, common, seconds) };
  }
  const { measured } = hosts;
  const aggregates = hosts.features.map((name) => aggregate(name, inference));
  const likeness = likenessTo(measured, aggregates);
  const unlike = 1 - likeness.reduce((sum, share) => sum + share, 0);
  let seconds = unlike * secondsOf(lowered, common, { factor: 1 });
  let counted = unlike;
  for (const [index, host] of measured.entries()) {
    const share = likeness[index] ?? 0;
    if (share < negligible) continue;
    const { own, factor, waits } = host;
    const space = own && spaces?.[own.space];
    const [pace, pacing] =
      own === undefined || space === undefined
        ? [common, factor]
        : [paceIn(space, inference), own.factor];
    seconds += share * secondsOf(lowered, pace, { factor: pacing, waits });
    counted += share;
  }
  return {
    seconds: seconds / counted,
    interval: hostInterval(measured, likeness),
    widening: spreadOf(measured) * unlike,
  };
}

/** Share of a host below which its time is not looked for. */
const negligible = 1e-3;

/** What a fit says of launches and of kernels. */
interface Pace {
  readonly launches: Launches;
  /** Seconds of launches that every inference has. */
  readonly once: number;
  readonly kernel: (index: number) => number;
}

function secondsOf(
  lowered: Lowered,
  { launches, once, kernel }: Pace,
  { factor, waits }: { readonly factor: number; readonly waits?: boolean | undefined },
): number {
  const launch = (index: number): number =>
    factor * launchSeconds(launches, lowered.kernels[index]);
  if (waits === true)
    return factor * once + waitedFor(blocksOf(lowered), launches.power, { kernel, launch });
  let ofKernels = 0;
  let ofLaunches = factor * once;
  for (const index of lowered.kernels.keys()) {
    ofKernels += kernel(index);
    ofLaunches += launch(index);
  }
  return overlapped(launches.power, ofKernels, ofLaunches);
}

/** Networks of one space all run the same kernels, and other weights of work fit those than fit all spaces together. */
function paceIn(space: SpaceModel, { target, known, lowered, costs }: Inference): Pace {
  const { kinds } = known.calibration;
  const kernel = (index: number): number => {
    const given = costs[index]?.seconds.value ?? 0;
    const asked = lowered.kernels[index];
    if (asked === undefined || asked.engine !== target.runtime.engine) return given;
    for (const model of kernelModels) {
      const own = space.kinds[model.id];
      if (own === undefined && kinds[model.id] === undefined) continue;
      if (!model.kinds.includes(asked.shape.kind)) continue;
      const view = model.describe(asked, target);
      if (view === undefined) continue;
      return own === undefined ? given : weighed(own, model.features, view.features);
    }
    return given;
  };
  return { launches: space, once: space.inferenceSeconds, kernel };
}

function weighed(
  { features, weights }: SpaceModel["kinds"][string],
  names: readonly string[],
  values: readonly number[],
): number {
  return features.reduce(
    (sum, name, index) => sum + (weights[index] ?? 0) * (values[names.indexOf(name)] ?? 0),
    0,
  );
}

/** Where nobody measured launches, they differ by as much as this from one machine to the next, as a logarithm. */
const assumedLaunches = Math.log(2);

function assumedWidening(lowered: Lowered, { launches, once }: Pace, seconds: number): number {
  if (Object.keys(launches.seconds).length > 0) return 0;
  const sum = lowered.kernels.reduce((all, kernel) => all + launchSeconds(launches, kernel), once);
  return assumedLaunches * (sum / Math.max(seconds, 1e-12)) ** launches.power;
}

function launchSeconds({ seconds, other }: Launches, kernel: Kernel | undefined): number {
  if (kernel === undefined || !isLaunched(kernel)) return 0;
  return seconds[launchClass(kernel)] ?? other;
}
