import { productOf } from "../../base/product.js";
import type { PlanRuns } from "../measured/measured-plans.js";
import type { Candidate } from "./candidates.js";

/** A plan as it was run. */
export interface RunCandidate extends Candidate {
  /** Square error of the outputs over their squares; the geometric mean over kinds of samples, as risks are. */
  readonly error: number;
}

/** Plans that were run, the one that is foretold to be the best first, and the one of them to take. */
export interface PlanCheck {
  readonly runs: readonly RunCandidate[];
  readonly kept: RunCandidate;
}

/** What plans were run on. */
export interface RunSamples {
  /** By sample: numbers of one kind (`generatedKind`) are compared among themselves. */
  readonly kinds: readonly number[];
  /** Samples, as indices, that were calibrated together: what they show is one observation. */
  readonly calibrations: readonly (readonly number[])[];
}

/** A rival has to err less by this many standard errors of the difference: there are some twenty of them. */
const clearly = 3;

/**
 * The plan that is foretold to be the best is kept unless another one errs clearly less on the same samples: differences
 * are taken calibration by calibration, so that what plans have in common does not count.
 */
export function chooseByRuns(
  candidates: readonly Candidate[],
  { energies, squares }: PlanRuns,
  { kinds, calibrations }: RunSamples,
): PlanCheck | undefined {
  const runs = candidates.map((one, index) => ({
    ...one,
    error: errorOverKinds(squares[index] ?? [], energies, kinds),
  }));
  const [first] = runs;
  if (first === undefined) return undefined;
  // Kinds weigh as if the first plan moved both alike.
  const levels = sumsOfKinds(squares[0] ?? [], kinds);
  const shares = squares.map((own) => {
    const weighted = own.map((one, sample) => one / (levels.get(kinds[sample] ?? 0) || 1));
    return calibrations.map((part) =>
      part.reduce((sum, sample) => sum + (weighted[sample] ?? 0), 0),
    );
  });
  const advantages = shares.map((own) =>
    clearAdvantage(own.map((share, part) => (shares[0]?.[part] ?? 0) - share)),
  );
  const best = advantages.reduce(
    (at, advantage, index) => (advantage > (advantages[at] ?? 0) ? index : at),
    0,
  );
  return { runs, kept: runs[best] ?? first };
}

/** Mean of the differences; 0 where it is within what they scatter. */
function clearAdvantage(differences: readonly number[]): number {
  const count = differences.length;
  const mean = differences.reduce((sum, one) => sum + one, 0) / Math.max(1, count);
  if (count < 2) return mean;
  const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1);
  return mean > clearly * Math.sqrt(variance / count) ? mean : 0;
}

export function errorOverKinds(
  squares: readonly number[],
  energies: readonly number[],
  kinds: readonly number[],
): number {
  const energyOf = sumsOfKinds(energies, kinds);
  const shares = [...sumsOfKinds(squares, kinds)].map(
    ([kind, sum]) => sum / (energyOf.get(kind) ?? 0),
  );
  return productOf(shares) ** (1 / Math.max(1, shares.length));
}

function sumsOfKinds(
  values: readonly number[],
  kinds: readonly number[],
): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const [sample, value] of values.entries()) {
    const kind = kinds[sample] ?? 0;
    sums.set(kind, (sums.get(kind) ?? 0) + value);
  }
  return sums;
}
