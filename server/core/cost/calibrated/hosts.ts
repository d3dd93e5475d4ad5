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

/**
 * The factor on launches for a network: of the hosts in which networks like it were measured, weighted by likeness
 * (Nadaraya 1964; normal densities without their norms). One that is like none of them gets the mean host, and the
 * interval widens by as much as hosts differ. `waiting`: the share of hosts that wait for blocks.
 */
export function hostFactor(
  hosts: readonly Host[],
  aggregates: ArrayLike<number>,
): { readonly factor: number; readonly widening: number; readonly waiting: number } {
  const likeness = likenessTo(hosts, aggregates);
  const logs = hosts.map(({ factor }) => Math.log(factor));
  const spread = logs.reduce((most, log) => Math.max(most, Math.abs(log)), 0);
  const unlike = 1 - likeness.reduce((sum, share) => sum + share, 0);
  return {
    factor: Math.exp(weighted(likeness, logs)),
    widening: spread * unlike,
    waiting: weighted(
      likeness,
      hosts.map(({ waits }) => (waits === true ? 1 : 0)),
    ),
  };
}

/** By what networks like this one scatter; undefined for one that is like none. */
export function hostInterval(
  hosts: readonly MeasuredHost[],
  aggregates: ArrayLike<number>,
): Interval | undefined {
  const likeness = likenessTo(hosts, aggregates);
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

/** Shares by host; what is missing to 1 is the share of no host at all. */
function likenessTo(hosts: readonly Host[], aggregates: ArrayLike<number>): readonly number[] {
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
