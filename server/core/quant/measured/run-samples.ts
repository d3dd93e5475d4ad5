import { type Cancel, throwIfCancelled } from "../../base/cancel.js";
import { NotMeasured } from "./not-measured.js";
import type { Feed, Feeds, Session } from "./session.js";

/** What a model is run on, and what of it is looked at. */
export interface SampleRuns {
  readonly samples: readonly Feeds[];
  /** The model's own outputs. */
  readonly outputs: readonly string[];
  readonly cancel: Cancel;
}

/** Of one sample. */
export type Outputs = readonly Float32Array[];

/** Outputs of every sample, with further feeds beside its own. */
export async function runAll(
  { samples, outputs, cancel }: SampleRuns,
  session: Session,
  more: (sample: number) => readonly (readonly [string, Feed])[],
): Promise<readonly Outputs[]> {
  const found: Outputs[] = [];
  for (const [index, sample] of samples.entries()) {
    throwIfCancelled(cancel);
    const feeds = new Map([...sample, ...more(index)]);
    const made = await session.run(feeds, outputs);
    found.push(outputs.flatMap((name) => made.get(name)?.data.slice() ?? []));
  }
  return found;
}

/** Σy² over all samples: what errors are shares of. */
export function energyOf(reference: readonly Outputs[]): number {
  const energy = reference.reduce((sum, own) => sum + squares(own), 0);
  if (!Number.isFinite(energy) || energy === 0)
    throw new NotMeasured("The outputs are all zero, or no numbers, on these samples.");
  return energy;
}

function squares(own: Outputs): number {
  return own.reduce(
    (sum, output) => sum + output.reduce((total, value) => total + value * value, 0),
    0,
  );
}

export function distance(reference: readonly Outputs[], moved: readonly Outputs[]): number {
  let sum = 0;
  for (const [sample, own] of reference.entries())
    for (const [output, values] of own.entries()) {
      const other = moved[sample]?.[output];
      for (let at = 0; at < values.length; at++)
        sum += ((values[at] ?? 0) - (other?.[at] ?? 0)) ** 2;
    }
  return sum;
}
