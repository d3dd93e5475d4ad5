import { formatSeconds } from "../../base/units.js";
import type { Estimate } from "../../cost/cost.js";

/** `64 µs`, or `64 µs ~` when the interval is wider than ±25 %; then two digits are all that it justifies. */
export function secondsText(estimate: Pick<Estimate, "value" | "low" | "high">): string {
  return isWide(estimate)
    ? `${formatSeconds(estimate.value, 2)} ~`
    : formatSeconds(estimate.value, 3);
}

/** `79 µs (71–90)`: the interval in the value's own unit where both ends have it. */
export function secondsWithInterval(estimate: Pick<Estimate, "value" | "low" | "high">): string {
  const digits = isWide(estimate) ? 2 : 3;
  const value = formatSeconds(estimate.value, digits);
  const low = formatSeconds(estimate.low, digits);
  const high = formatSeconds(estimate.high, digits);
  const mark = isWide(estimate) ? " ~" : "";
  const unit = unitOf(value);
  const ends =
    unitOf(low) === unit && unitOf(high) === unit
      ? `${numberOf(low)}–${numberOf(high)}`
      : `${low} – ${high}`;
  return `${value}${mark} (${ends})`;
}

function isWide({ value, low, high }: Pick<Estimate, "value" | "low" | "high">): boolean {
  return low < value * 0.75 || value * 1.25 < high;
}

function unitOf(text: string): string {
  return text.slice(text.indexOf(" ") + 1);
}

function numberOf(text: string): string {
  return text.slice(0, text.indexOf(" "));
}
