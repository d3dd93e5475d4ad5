import type { Amount, DesignMethod, ResourceKind, Resources } from "./design.js";
import { resourceKinds } from "./design.js";

/** A number that is known as it is. */
export function exactly(value: number): Amount {
  return { value, low: value, high: value };
}

export function scaled(amount: Amount, factor: number): Amount {
  return { value: amount.value * factor, low: amount.low * factor, high: amount.high * factor };
}

/** A line has parts of the cells that it shares; what is left of adding such parts up is no digit of anything. */
export function withoutNoise({ value, low, high }: Amount): Amount {
  const round = (x: number): number => Math.round(x * 1e6) / 1e6;
  return { value: round(value), low: round(low), high: round(high) };
}

/** Ends add up like values: what one part is off, the others of a design are off as well. */
export function addAmounts(a: Amount, b: Amount): Amount {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high };
}

/** What one side does not know, the sum does not know. */
export function addResources(a: Resources, b: Resources): Resources {
  const counts: Partial<Record<ResourceKind, Amount>> = {};
  for (const kind of resourceKinds) {
    const left = a.counts[kind];
    const right = b.counts[kind];
    if (left !== undefined && right !== undefined) counts[kind] = addAmounts(left, right);
  }
  return { method: worstOf(a.method, b.method), counts };
}

export function timesResources(resources: Resources, factor: number): Resources {
  const counts = Object.fromEntries(
    Object.entries(resources.counts).map(([kind, amount]) => [kind, scaled(amount, factor)]),
  );
  return { method: resources.method, counts };
}

/** What was counted of a whole of which a part could not be. */
export function withoutUpperEnd({ method, counts }: Resources): Resources {
  const open = Object.fromEntries(
    Object.entries(counts).map(([kind, amount]) => [kind, { ...amount, high: Infinity }]),
  );
  return { method, counts: open };
}

/** True when the interval is wider than ±25 %, which is shown by a tilde. */
export function isWide({ value, low, high }: Amount): boolean {
  return value !== 0 && (high - low) / 2 > 0.25 * Math.abs(value);
}

const order: readonly DesignMethod[] = [
  "measured",
  "calibrated",
  "synthesised",
  "attributed",
  "estimated",
];

function worstOf(a: DesignMethod, b: DesignMethod): DesignMethod {
  return order.indexOf(a) < order.indexOf(b) ? b : a;
}
