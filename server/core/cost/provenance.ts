import type { TargetAnalysis } from "../analysis.js";
import type { Target } from "../targets/target.js";
import { energySourceOf, energySourceText } from "./energy-source.js";

/** Where measurements kept to a part of the chip: `one core of four`. Predictions that rest on them are of it alone. */
export function measuredPart(target: Target): string | undefined {
  return target.calibration?.()?.calibration.part?.words;
}

/** What a number must not be read without: how much of the chip was at work, and what an energy is that of. */
export function provenanceText({ target, energy }: TargetAnalysis): string {
  const part = measuredPart(target);
  return [
    ...(part === undefined ? [] : [`measured on ${part}`]),
    ...(energy === undefined ? [] : [`energy ${energySourceText(energySourceOf(target))}`]),
  ].join("; ");
}
