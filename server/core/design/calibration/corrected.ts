import { exactly, withoutNoise } from "../amount.js";
import type { Amount, ResourceKind } from "../design.js";
import type { Trust } from "./distance.js";

/** Further apart, a report is of another design that has the same name. */
const mostRatio = 8;
/** Of so few cells no ratio is worth anything: what the report has more or less, the design has more or less. */
const fewest = 20;

/** What was estimated of an earlier state, and what a tool said of it; the kind of what is counted, if it is a count. */
interface Said {
  readonly then: number;
  readonly said: number;
  readonly kind?: ResourceKind | undefined;
}

/**
 * An estimate as a report of an earlier state makes it, of which `then` was estimated and which the tool `said` something else of.
 * What is counted one by one (DSPs, memories: a number without an interval) differs by single instances, all else by a ratio.
 * Undefined where the two cannot be compared.
 */
export function corrected(
  amount: Amount,
  { then, said, kind }: Said,
  trust: Trust,
): Amount | undefined {
  const isOther = Math.max(then, said) > mostRatio * (Math.min(then, said) + fewest);
  if (isOther && amount.low !== amount.high) return undefined;
  if (isByInstance(amount, { then, said, kind })) return shifted(amount, said - then, trust);
  const ratio = said / then;
  if (ratio > mostRatio || ratio < 1 / mostRatio) return undefined;
  const { value, low, high } = amount;
  const centre = value * ratio ** trust.ratio;
  if (value === 0) return exactly(0);
  // Counted in a netlist, without a vendor's factor: the ratio holds for the edit, or it does not.
  if (low === high)
    return trust.width === 0
      ? withoutNoise(exactly(centre))
      : withoutNoise({
          value: centre,
          low: Math.min(value, centre),
          high: Math.max(value, centre),
        });
  return withoutNoise({
    value: centre,
    low: centre * (low / value) ** trust.width,
    high: centre * (high / value) ** trust.width,
  });
}

export function isByInstance({ low, high }: Amount, { then, said, kind }: Said): boolean {
  const isOneByOne = low === high && (kind === undefined || !divisible.has(kind));
  return isOneByOne || Math.min(then, said) < fewest;
}

/** What optimisation makes more or less of, exactly though it was counted. */
const divisible: ReadonlySet<ResourceKind> = new Set(["lut", "lutram", "ff", "carry", "gate"]);

function shifted({ value, low, high }: Amount, difference: number, trust: Trust): Amount {
  const centre = Math.max(0, value + difference * trust.ratio);
  if (trust.width === 0) return withoutNoise(exactly(centre));
  // Whether the new instances are as the tool's or as ours is open.
  const ends =
    low === high
      ? [Math.min(value, centre), Math.max(value, centre)]
      : [centre - (value - low) * trust.width, centre + (high - value) * trust.width];
  const [least = 0, most = 0] = ends;
  return withoutNoise({ value: centre, low: Math.max(0, least), high: most });
}
