import type { Target } from "../targets/target.js";
import { powerOf } from "./energy.js";

/** What an energy is that of: figures of a chip's rails, a board and the wall are never the same, and none is a count. */
export type EnergySource =
  | { readonly kind: "metered"; readonly scope: string }
  | { readonly kind: "power"; readonly watts: number }
  | { readonly kind: "counted" };

/** In the order in which the cost model asks. A meter's reading is lent to other runtimes of its own chip alone. */
export function energySourceOf(target: Target): EnergySource {
  const calibration = target.calibration?.()?.calibration;
  const scope = calibration?.energy?.scope;
  if (scope !== undefined && calibration?.target.split("/")[0] === target.chip.id)
    return { kind: "metered", scope };
  const power = target.accelerator === undefined ? powerOf(target.chip) : undefined;
  return power === undefined ? { kind: "counted" } : { kind: "power", watts: power.value };
}

export function energySourceText(source: EnergySource): string {
  switch (source.kind) {
    case "metered":
      return `metered: ${source.scope}`;
    case "power":
      return `${Number(source.watts.toPrecision(3))} W of the chip's data sheet × time`;
    case "counted":
      return "operations and bytes, counted";
  }
}
