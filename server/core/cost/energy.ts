import type { Chip } from "../targets/chip.js";
import type { Estimate } from "./cost.js";

/** Watts that a chip draws while it works, with an interval. */
export interface Power {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Roofline energy is power × time. A data sheet's typical power is drawn by a chip that is kept busy; a kernel that
 * waits for memory or launches draws less, down to idle power. So the low end is idle power (where it is not stated,
 * a quarter of typical) over the short end of the time, the value 0.7 × typical, the high end typical over the long
 * end. Undefined when the chip's file states no power.
 */
export function powerOf(chip: Chip): Power | undefined {
  const typical = chip.power.typical?.value;
  if (typical === undefined) return undefined;
  const low = Math.min(chip.power.idle?.value ?? typical / 4, typical);
  return { value: Math.max(low, 0.7 * typical), low, high: typical };
}

export function inferenceJoules(seconds: Estimate, power: Power | undefined): Estimate | undefined {
  return power === undefined
    ? undefined
    : {
        value: seconds.value * power.value,
        low: seconds.low * power.low,
        high: seconds.high * power.high,
        method: "roofline",
        coverage: seconds.coverage,
      };
}
