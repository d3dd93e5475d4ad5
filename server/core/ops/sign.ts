import { isKnown, type Dim } from "../graph/dim.js";

/**
 * The sign of an expression whatever its symbols are, given that extents are not negative: `n + 1` is positive, `2*n`
 * is not negative, and of `n - m` nothing can be said.
 */
export function knownSign(
  dim: Dim,
): "positive" | "zero" | "negative" | "not negative" | "not positive" | undefined {
  if (isKnown(dim)) return dim > 0 ? "positive" : dim < 0 ? "negative" : "zero";
  let constant = 0;
  let low = 0;
  let high = 0;
  for (const { coefficient, atoms } of dim.terms) {
    if (atoms.length === 0) constant = coefficient;
    else if (coefficient < 0) low += 1;
    else high += 1;
  }
  if (low === 0 && constant >= 0) return constant > 0 ? "positive" : "not negative";
  if (high === 0 && constant <= 0) return constant < 0 ? "negative" : "not positive";
  return undefined;
}

/** True when the expression is below zero whatever its symbols are. */
export function isSurelyNegative(dim: Dim): boolean {
  return knownSign(dim) === "negative";
}
