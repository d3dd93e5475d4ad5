/**
 * The machine that a card stood in. Launches are the processor's work: one card measured in several machines has several
 * times for them, which say nothing of the card.
 */
export interface MeasuredHost {
  /** What was measured in it. */
  readonly name: string;
  /** Its launches relative to the mean of all hosts. */
  readonly factor: number;
  /** Of the networks measured in it, by aggregate. */
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

export interface Hosts {
  /** Names as in `aggregates.ts`. */
  readonly features: readonly string[];
  readonly measured: readonly MeasuredHost[];
}

/**
 * The factor on launches for a network: of the hosts in which networks like it were measured, weighted by likeness
 * (Nadaraya 1964; normal densities without their norms). One that is like none of them gets the mean host, and the
 * interval widens by as much as hosts differ.
 */
export function hostFactor(
  { measured }: Pick<Hosts, "measured">,
  aggregates: ArrayLike<number>,
): { readonly factor: number; readonly widening: number } {
  const unlike = Math.exp(-0.5 * farDeviations ** 2 * aggregates.length);
  let weights = unlike;
  let sum = 0;
  let spread = 0;
  for (const { factor, mean, deviation } of measured) {
    let distance = 0;
    for (let index = 0; index < aggregates.length; index++)
      distance += (((aggregates[index] ?? 0) - (mean[index] ?? 0)) / (deviation[index] ?? 1)) ** 2;
    const weight = Math.exp(-0.5 * distance);
    weights += weight;
    sum += weight * Math.log(factor);
    spread = Math.max(spread, Math.abs(Math.log(factor)));
  }
  return { factor: Math.exp(sum / weights), widening: (spread * unlike) / weights };
}

/** Beyond so many deviations, in every aggregate, a network is unlike those of a host. */
const farDeviations = 2.5;
