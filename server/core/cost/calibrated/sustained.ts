import { peakOf } from "../../targets/catalogue.js";
import type { Chip } from "../../targets/chip.js";
import type { Target } from "../../targets/target.js";
import { isServing } from "./sibling.js";

/**
 * A borrower with the peaks that its power sustains beside the lender's. Dense products bring a chip to its power limit,
 * and the clock falls until it holds: an operation takes energy by the square of the voltage, which follows the clock, so
 * that the clock goes with the square root of watts per operation. Where the lender has more of them at its peak, its
 * utilisation is of a clock that the borrower does not hold (L40S has 0.75 of RTX PRO 6000's and reaches 0.66 of its
 * share of the peak, GB200 has 0.86 of GB300's and reaches 0.85). Where the lender has fewer, nothing says that the borrower
 * would run faster: undefined.
 */
export function sustainedBeside(target: Target, lender: Target): Target | undefined {
  if (!isServing(target) || target.chip.kind !== "gpu") return undefined;
  const own = joulesPerOperation(target);
  const lent = joulesPerOperation(lender);
  if (own === undefined || lent === undefined || own >= lent) return undefined;
  return { ...target, chip: withPeaks(target.chip, Math.sqrt(own / lent)) };
}

function joulesPerOperation({ chip, precision }: Target): number | undefined {
  const watts = chip.power.typical?.value;
  const peak = peakOf(chip.peaks, precision.arithmetic)?.value;
  return watts === undefined || peak === undefined ? undefined : watts / peak;
}

function withPeaks(chip: Chip, share: number): Chip {
  const peaks = Object.entries(chip.peaks).map(
    ([name, peak]) => [name, { ...peak, value: peak.value * share }] as const,
  );
  return { ...chip, peaks: Object.fromEntries(peaks) };
}
