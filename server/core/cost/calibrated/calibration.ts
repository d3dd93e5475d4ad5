import type { Hosts } from "./hosts.js";
import type { Regressor } from "./regressor.js";

/**
 * What measurements of one target have taught: one file each in `server/data/calibration/<chip>/<runtime>/`. It holds
 * fitted parameters and their errors, never the measurements.
 */
export interface Calibration {
  /** Id of the target that was measured. */
  readonly target: string;
  /** Day of the fit, `2026-11-27`. */
  readonly date: string;
  readonly sources: readonly CalibrationSource[];
  /** By id of the kernel model (`kernel-model.ts`); a kernel without one is left to the roofline. */
  readonly kinds: Readonly<Record<string, KindModel | undefined>>;
  readonly network?: NetworkModel;
  readonly energy?: EnergyModel;
  /** Where the measurements kept to a part of the chip: all figures of the file are of that part. */
  readonly part?: ChipPart;
  /** On rows that the fit never saw, as `npm run accuracy` found it. */
  readonly error: readonly ErrorRow[];
}

export interface ChipPart {
  /** `one core of four` */
  readonly words: string;
  /** Of the chip's arithmetic, in (0, 1]. */
  readonly share: number;
}

export interface CalibrationSource {
  readonly set: string;
  readonly licence: string;
  readonly rows: number;
  readonly note?: string;
}

/** How long kernels of one kind take on the target. */
export interface KindModel {
  /**
   * `correction`: seconds = (the roofline's time at full peaks + `overhead` + `terms`) × exp(regressor(features)).
   * `seconds`: the regressor answers seconds itself, from features that are times and counts.
   */
  readonly form: "correction" | "seconds";
  /** Seconds added before the correction: what a kernel takes that does nothing. */
  readonly overhead: number;
  /** More such seconds, for each of what a feature counts: `seconds` × 2^feature, since counts are logarithms. */
  readonly terms?: readonly { readonly feature: string; readonly seconds: number }[];
  /** Names of the kernel model's features that the regressor takes, in its order. */
  readonly features: readonly string[];
  /** Range of each feature in the fit: outside of it the nearest end is used, and the interval widens. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly regressor: Regressor;
  readonly interval: Interval;
  /** Intervals when a sibling borrows this model, where they were fitted by leaving chips out. */
  readonly transfer?: Transfer;
}

export interface Transfer {
  /** Takes back what is the lender's own in a fit that is else its family's. */
  readonly scale?: number;
  /** To a chip of the same architecture. */
  readonly near: Interval;
  readonly far: Interval;
}

/** What is known of whole models beyond the sum of their kernels. */
export interface NetworkModel {
  /** Seconds added once per inference, in place of the runtime's overhead. */
  readonly inferenceSeconds: number;
  /** seconds × exp(regressor(aggregates)); names as in `aggregates.ts`. */
  readonly correction?: {
    readonly features: readonly string[];
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly regressor: Regressor;
  };
  /** Where launches run ahead of the kernels (an eager framework on a GPU); `inferenceSeconds` is then theirs. */
  readonly dispatch?: Dispatch;
  readonly interval: Interval;
}

/**
 * The processor launches kernels while the chip still works on earlier ones, so a network takes about as long as the
 * slower of the two: seconds = (kernels^power + launches^power)^(1 / power).
 */
export interface Launches {
  readonly power: number;
  /** Seconds of a launch by its class (`launch-class.ts`). */
  readonly seconds: Readonly<Record<string, number>>;
  /** Of classes that were not measured. */
  readonly other: number;
}

export interface Dispatch extends Launches {
  /** Where the card was measured in several machines. */
  readonly hosts?: Hosts;
  /** Fits to the networks of one search space alone, by its name. */
  readonly spaces?: Readonly<Record<string, SpaceModel>>;
}

/** What the kernels of one space take, and its launches; kernels of other models take what they take everywhere. */
export interface SpaceModel extends Launches {
  readonly inferenceSeconds: number;
  readonly kinds: WeighedKinds;
}

/** By id of the kernel model: Σ weight × feature. */
export type WeighedKinds = Readonly<
  Record<string, { readonly features: readonly string[]; readonly weights: Float64Array }>
>;

/** Joules, where a meter was read. */
export interface EnergyModel {
  /** What the meter saw: rails of the chip, the whole board, the wall. Figures of different scopes are never mixed. */
  readonly scope: string;
  /** Watts while it works: joules = watts × seconds, of kernels that `kinds` does not speak of. */
  readonly watts: number;
  /** Joules. */
  readonly kinds: WeighedKinds;
  readonly inferenceJoules: number;
  readonly interval: Interval;
}

/**
 * The truth is expected within [seconds × low, seconds × high] in 90 % of cases. With `edges`, the factors depend on
 * the predicted seconds: entry i holds below edges[i], the last above all of them.
 */
export interface Interval {
  readonly edges: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Absolute percentage errors as shares: 0.05 is 5 %. `coverage` is the share of truths inside the interval. */
export interface ErrorRow {
  readonly kind: string;
  readonly median: number;
  readonly mean: number;
  readonly p90: number;
  readonly coverage: number;
  readonly rows: number;
  /** Spearman's rank correlation, where there are rows enough. */
  readonly rank?: number;
  /**
   * No measurement of the target was held out: the rows are those of the targets that this names, `*` for any chip,
   * runtime or precision, or of those that were fitted to the same set of measurements.
   */
  readonly of?: string;
}
