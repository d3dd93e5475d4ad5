import type { ChipPart } from "../cost/calibrated/calibration.js";
import type { Chip, Sourced } from "./chip.js";
import type { Target } from "./target.js";

/**
 * The target with as much arithmetic as was at work when it was measured: one core of four has a quarter of the peaks. Its
 * memory stays, since one core draws most of what memory gives to all.
 */
export function partOfChip(target: Target, { words, share }: ChipPart): Target {
  const { chip } = target;
  const scaled = (peaks: Chip["peaks"]): Chip["peaks"] =>
    Object.fromEntries(
      Object.entries(peaks).map(([type, peak]): [string, Sourced] => [
        type,
        {
          ...peak,
          value: peak.value * share,
          note: `${peak.note ?? ""} Of these ${words}.`.trim(),
        },
      ]),
    );
  return {
    ...target,
    chip: { ...chip, peaks: scaled(chip.peaks), vectorPeaks: scaled(chip.vectorPeaks) },
  };
}
