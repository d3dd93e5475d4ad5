import type { Estimate } from "./cost.js";

/** A quantity that nine of ten times lies between the ends. */
export type Interval = Pick<Estimate, "value" | "low" | "high">;

/** Errors of one target go together, so that the ends add up. */
export function add(one: Interval, other: Interval): Interval {
  return {
    value: one.value + other.value,
    low: one.low + other.low,
    high: one.high + other.high,
  };
}

export function scale({ value, low, high }: Interval, factor: number): Interval {
  return { value: value * factor, low: low * factor, high: high * factor };
}

/** So many of something in a time that lies in an interval. */
export function rateOf(count: number, { value, low, high }: Interval): Interval {
  return { value: count / value, low: count / high, high: count / low };
}

export function sum(parts: readonly Interval[]): Interval {
  return parts.reduce(add, certain(0));
}

export function certain(value: number): Interval {
  return { value, low: value, high: value };
}
