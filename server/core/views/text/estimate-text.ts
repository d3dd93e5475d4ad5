import { formatSeconds } from "../../base/units.js";
import type { Estimate } from "../../cost/cost.js";

/** `64 µs`, or `64 µs ~` when the interval is wider than ±25 %; then two digits are all that it justifies. */
export function secondsText(estimate: Pick<Estimate, "value" | "low" | "high">): string {
  return isWide(estimate)
    ? `${formatSeconds(twoDigits(estimate.value))} ~`
    : formatSeconds(estimate.value);
}

/** `79 µs (71–90)`: the interval in the value's own unit where both ends have it. */
export function secondsWithInterval(estimate: Pick<Estimate, "value" | "low" | "high">): string {
  const wide = isWide(estimate);
  const textOf = (seconds: number): string => formatSeconds(wide ? twoDigits(seconds) : seconds);
  const value = textOf(estimate.value);
  const low = textOf(estimate.low);
  const high = textOf(estimate.high);
  const mark = wide ? " ~" : "";
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

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

function unitOf(text: string): string {
  return text.slice(text.indexOf(" ") + 1);
}

function numberOf(text: string): string {
  return text.slice(0, text.indexOf(" "));
}
