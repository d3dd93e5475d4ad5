import type { Interval } from "./calibration.js";

/**
 * The machine that a card stood in. Launches are the processor's work: one card measured in several machines has several
 * times for them, which say nothing of the card.
 */
export interface Host {
  /** What was measured in it. */
  readonly name: string;
  /** Its launches relative to the mean of all hosts. */
  readonly factor: number;
  /** The search space that its networks are of, and its launches relative to the mean of that space's hosts. */
  readonly own?: { readonly space: string; readonly factor: number };
  /** Blocks of its networks were waited for one by one (`blocks.ts`). */
  readonly waits?: boolean;
  /** Of the networks measured in it, by aggregate. */
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

export interface MeasuredHost extends Host {
  /** Nine tenths of its networks' times lie between these factors of what is predicted. */
  readonly low: number;
  readonly high: number;
}

export interface Hosts {
  /** Names as in `aggregates.ts`. */
  readonly features: readonly string[];
  readonly measured: readonly MeasuredHost[];
}

/** The factor on launches for a network by its likeness to those of the hosts; the mean host has 1. */
export function meanFactor(hosts: readonly Host[], likeness: readonly number[]): number {
  return Math.exp(
    weighted(
      likeness,
      hosts.map(({ factor }) => Math.log(factor)),
    ),
  );
}

/** By how much hosts differ at most, as a logarithm. */
export function spreadOf(hosts: readonly Host[]): number {
  return hosts.reduce((most, { factor }) => Math.max(most, Math.abs(Math.log(factor))), 0);
}

/** By what networks like this one scatter; undefined for one that is like none. */
export function hostInterval(
  hosts: readonly MeasuredHost[],
  likeness: readonly number[],
): Interval | undefined {
  const like = likeness.reduce((sum, share) => sum + share, 0);
  if (like < 0.5) return undefined;
  const mean = (pick: (host: MeasuredHost) => number): readonly number[] => [
    Math.exp(
      weighted(
        likeness,
        hosts.map((host) => Math.log(pick(host))),
      ) / like,
    ),
  ];
  return { edges: [], low: mean(({ low }) => low), high: mean(({ high }) => high) };
}

/**
 * Shares by host of how like a network is to those measured in it (Nadaraya 1964; normal densities without their norms); what
 * is missing to 1 is the share of no host at all.
 */
export function likenessTo(
  hosts: readonly Host[],
  aggregates: ArrayLike<number>,
): readonly number[] {
  const densities = hosts.map(({ mean, deviation }) => {
    let distance = 0;
    for (let index = 0; index < aggregates.length; index++)
      distance += (((aggregates[index] ?? 0) - (mean[index] ?? 0)) / (deviation[index] ?? 1)) ** 2;
    return Math.exp(-0.5 * distance);
  });
  const far = Math.exp(-0.5 * farDeviations ** 2 * aggregates.length);
  const sum = densities.reduce((total, density) => total + density, far);
  return densities.map((density) => density / sum);
}

function weighted(shares: readonly number[], values: readonly number[]): number {
  return shares.reduce((sum, share, index) => sum + share * (values[index] ?? 0), 0);
}

/** Beyond so many deviations, in every aggregate, a network is unlike those of a host. */
const farDeviations = 2.5;
