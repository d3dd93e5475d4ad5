import type { Design } from "./design.js";
import type { ChosenPart } from "./part.js";

/** What a design says of the part that it is meant for. */
export function partFacts({
  family,
  part,
}: ChosenPart): Pick<Design, "part" | "family" | "capacity" | "names"> {
  return {
    part: part?.id,
    family: family.id,
    capacity: part?.capacity ?? {},
    names: {
      ...(family.dsp !== undefined && { dsp: family.dsp }),
      ...(family.blockRam !== undefined && { bram: family.blockRam.name }),
      ...(family.ultraRam !== undefined && { uram: family.ultraRam.name }),
    },
  };
}
