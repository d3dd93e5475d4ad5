import { formatJoules, formatSeconds } from "../../../server/core/base/units.js";
import type { Quantity } from "../../../server/core/views/layer-cost.js";

/**
 * Numbers with an interval, as text. Digits follow the interval: three when it is within ±5 %, two beyond; a trailing
 * `~` says that it is wider than ±25 %.
 */
export function secondsText(quantity: Quantity): string {
  return valueText(quantity, formatSeconds);
}

export function joulesText(quantity: Quantity): string {
  return valueText(quantity, formatJoules);
}

/** "71–90 µs"; each end with its unit where the units differ. */
export function secondsRange(quantity: Quantity): string {
  return rangeText(quantity, formatSeconds);
}

export function joulesRange(quantity: Quantity): string {
  return rangeText(quantity, formatJoules);
}

/** Measured and calibrated numbers are drawn solid, the others hatched. */
export function isCalibrated(quantity: Quantity): boolean {
  return quantity.method === "measured" || quantity.method === "calibrated";
}

export function isWide({ value, low, high }: Quantity): boolean {
  return low < value * 0.75 || value * 1.25 < high;
}

export function significant(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

function valueText(quantity: Quantity, format: (value: number) => string): string {
  const { value, low, high } = quantity;
  const isNarrow = value * 0.95 <= low && high <= value * 1.05;
  const text = format(significant(value, isNarrow ? 3 : 2));
  return isWide(quantity) ? `${text} ~` : text;
}

function rangeText({ low, high }: Quantity, format: (value: number) => string): string {
  const from = format(significant(low, 2));
  const to = format(significant(high, 2));
  if (from === to) return to;
  const unit = to.slice(to.indexOf(" "));
  return from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`;
}

/** `1 node`, `1,024 nodes`. */
export function counted(count: number, noun: string): string {
  return `${new Intl.NumberFormat("en-US").format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
