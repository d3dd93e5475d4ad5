import { Decoder } from "../../../server/core/base/decode.js";
import type { Interval } from "../../../server/core/cost/calibrated/calibration.js";
import { decodeRegressor } from "../../../server/core/cost/calibrated/decode-regressor.js";
import { kernelModel } from "../../../server/core/cost/calibrated/models/network-kernel.js";
import { evaluateRegressor } from "../../../server/core/cost/calibrated/regressor.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { Target } from "../../../server/core/targets/target.js";
import { foldOf, isInHalf } from "../split.js";
import { fitAdditive, type AdditiveOptions, type Whole } from "./additive-mlp.js";
import { isFinalFit } from "./fit-kind.js";
import { conformalInterval, type Unseen } from "./interval.js";
import { asOfWholeFit } from "./learning.js";
import { rounded } from "./matrix.js";

/** A kernel of a network, and how often the network has it. */
export interface CountedKernel {
  readonly kernel: Kernel;
  readonly count: number;
}

/** A measured inference of a network on one target. */
export interface MeasuredNetwork {
  /** Networks of one key are never on both sides of a split. */
  readonly key: string;
  readonly kernels: readonly CountedKernel[];
  readonly seconds: number;
}

export interface NetworkPlan {
  /** Seconds per kernel before the correction: about what an empty kernel takes. */
  readonly overhead: number;
  /** Seconds of a launch, where the networks do not tell; what the runtime is assumed to take by default. */
  readonly launch?: number;
  readonly options?: Partial<AdditiveOptions>;
  /** Share of the time at full peaks that the kernels of the fit must cover: below 1, the many small ones are left out. */
  readonly covered?: number;
  readonly folds?: number;
  readonly margin?: number;
}

/** Both parts of a target's file that whole networks teach, and what cross-validation said of them. */
export interface NetworkFit {
  readonly kind: unknown;
  readonly network: unknown;
  readonly unseen: readonly Unseen[];
}

const width = kernelModel.features.length;

/** The cost of every kernel, fitted so that kernels add up to networks; no key is on both sides of a split. */
export function fitNetwork(
  target: Target,
  networks: readonly MeasuredNetwork[],
  plan: NetworkPlan,
): NetworkFit {
  const wholes = networks.map((network) => wholeOf(target, network, plan.overhead));
  const brief = wholes.map((whole) => withoutCrumbs(whole, plan.covered ?? 1));
  // The final fit keeps the interval of the one before.
  const folds = isFinalFit() ? 0 : (plan.folds ?? 2);
  const unseen: Unseen[] = [];
  const byHalf: Unseen[] = [];
  const keyAt = (index: number): string => networks[index]?.key ?? "";
  for (let fold = 0; fold < folds; fold++) {
    const isIn = (index: number): boolean => foldOf(keyAt(index), folds) === fold;
    const part = wholes.flatMap((whole, index) =>
      isIn(index) ? [{ whole, key: keyAt(index) }] : [],
    );
    const judge = (seen: readonly Whole[], found: Unseen[]): void => {
      if (seen.length === 0 || part.length === 0) return;
      const predict = predictorOf(fitAdditive(seen, width, plan.options));
      for (const { whole, key } of part)
        found.push({ predicted: predict(whole), measured: whole.seconds, key, part: fold });
    };
    judge(
      brief.filter((_, index) => !isIn(index)),
      unseen,
    );
    judge(
      brief.filter((_, index) => !isIn(index) && isInHalf(keyAt(index))),
      byHalf,
    );
  }
  const fitted = fitAdditive(brief, width, plan.options);
  const { low, high } = rangeOf(wholes);
  return {
    kind: {
      form: "correction",
      overhead: plan.overhead,
      features: kernelModel.features,
      low,
      high,
      // Single kernels were never measured: that they add up well says little of each.
      interval: { edges: [], low: [0.4], high: [2.5] },
      regressor: fitted.mlp,
    },
    network: {
      inferenceSeconds: fitted.inferenceSeconds,
      // Saturated batches never wait for launches; a single image does.
      ...(target.chip.kind === "gpu" && {
        dispatch: {
          power: 8,
          seconds: {},
          other: plan.launch ?? target.runtime.kernelOverhead.value,
        },
      }),
      interval: withShortOnes(
        conformalInterval(asOfWholeFit(unseen, byHalf, 1 - 1 / folds), {
          margin: plan.margin ?? 0,
        }),
        networks.reduce((least, network) => Math.min(least, network.seconds), Infinity),
      ),
    },
    unseen,
  };
}

/** What is shorter than anything measured is much less certain. */
function withShortOnes({ edges, low, high }: Interval, shortest: number): Interval {
  return {
    edges: [rounded(shortest, 4), ...edges],
    low: [0.4, ...low],
    high: [2.5, ...high],
  };
}

function wholeOf(target: Target, { kernels, seconds }: MeasuredNetwork, overhead: number): Whole {
  const views = kernels.flatMap(({ kernel, count }) => {
    const view = kernelModel.describe(kernel, target);
    return view === undefined ? [] : [{ view, count }];
  });
  const features = new Float64Array(views.length * width);
  for (const [index, { view }] of views.entries()) features.set(view.features, index * width);
  return {
    features,
    base: Float64Array.from(
      views,
      ({ view }) => Math.max(view.computeSeconds, view.memorySeconds) + overhead,
    ),
    count: Float64Array.from(views, ({ count }) => count),
    seconds,
  };
}

/**
 * Half of a network's kernels take a fiftieth of its time. The fit leaves those out, and takes their share off the
 * measured time.
 */
function withoutCrumbs({ features, base, count, seconds }: Whole, share: number): Whole {
  const parts = Array.from(base, (value, row) => value * (count[row] ?? 0));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  const order = parts.map((_, row) => row).sort((a, b) => (parts[b] ?? 0) - (parts[a] ?? 0));
  let kept = 0;
  let covered = 0;
  while (kept < order.length && covered < share * whole) covered += parts[order[kept++] ?? 0] ?? 0;
  const rows = order.slice(0, kept);
  const chosen = new Float64Array(rows.length * width);
  for (const [index, row] of rows.entries())
    chosen.set(features.subarray(row * width, (row + 1) * width), index * width);
  return {
    features: chosen,
    base: Float64Array.from(rows, (row) => base[row] ?? 0),
    count: Float64Array.from(rows, (row) => count[row] ?? 0),
    seconds: (seconds * covered) / whole,
  };
}

/** Through the decoder and the evaluation that the product uses, so that rounding counts. */
function predictorOf({
  mlp,
  inferenceSeconds,
}: ReturnType<typeof fitAdditive>): (whole: Whole) => number {
  const regressor = decodeRegressor(new Decoder("fit"), mlp, "regressor", width);
  if (regressor === undefined) throw new Error("The fitted network cannot be read back.");
  const row = new Float64Array(width);
  return ({ features, base, count }) => {
    let sum = inferenceSeconds;
    for (let index = 0; index < base.length; index++) {
      row.set(features.subarray(index * width, (index + 1) * width));
      sum += (count[index] ?? 0) * (base[index] ?? 0) * Math.exp(evaluateRegressor(regressor, row));
    }
    return sum;
  };
}

function rangeOf(wholes: readonly Whole[]): { readonly low: number[]; readonly high: number[] } {
  const low = new Array<number>(width).fill(Infinity);
  const high = new Array<number>(width).fill(-Infinity);
  for (const { features } of wholes)
    for (let index = 0; index < features.length; index++) {
      const j = index % width;
      const value = features[index] ?? 0;
      low[j] = Math.min(low[j] ?? value, value);
      high[j] = Math.max(high[j] ?? value, value);
    }
  return {
    low: low.map((value) => rounded(value, 4)),
    high: high.map((value) => rounded(value, 4)),
  };
}
