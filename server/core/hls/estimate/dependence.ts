import type { Affine } from "../affine.js";
import type { Access } from "../ir.js";

/** How many iterations later a read meets what a write has left; undefined where they never meet across iterations. */
export interface Carried {
  readonly distance: number;
  /** Whether the distance was assumed, because a subscript is no affine function. */
  readonly isAssumed: boolean;
}

/**
 * The dependence from a write to a later iteration's read of the same variable, over one loop. Each dimension gives
 * a·x + c: equal parts but for the constant meet after (c_write − c_read)/a iterations (Allen and Kennedy, Optimizing
 * Compilers for Modern Architectures, 3.3: the strong SIV test).
 */
export function carriedDependence(
  write: Access,
  read: Access,
  iterator: string,
  stride: number,
  unrolled: ReadonlySet<string>,
): Carried | undefined {
  if (write.name !== read.name) return undefined;
  let distance: number | undefined;
  let isAssumed = false;
  const dims = Math.max(write.indices.length, read.indices.length);
  for (let dim = 0; dim < dims; dim += 1) {
    const [a, b] = [write.indices[dim], read.indices[dim]];
    if (a === undefined || b === undefined) {
      isAssumed = true;
      continue;
    }
    const found = dimensionDistance(a, b, iterator, stride, unrolled);
    if (found === "never") return undefined;
    if (found === "unknown") isAssumed = true;
    else if (found !== "any") {
      if (distance !== undefined && distance !== found) return undefined;
      distance = found;
    }
  }
  if (distance === undefined) return { distance: 1, isAssumed };
  return distance > 0 ? { distance, isAssumed } : undefined;
}

function dimensionDistance(
  write: Affine,
  read: Affine,
  iterator: string,
  stride: number,
  unrolled: ReadonlySet<string>,
): number | "any" | "never" | "unknown" {
  const [a, b] = [write.terms.get(iterator) ?? 0, read.terms.get(iterator) ?? 0];
  for (const name of new Set([...write.terms.keys(), ...read.terms.keys()])) {
    if (name === iterator) continue;
    const [left, right] = [write.terms.get(name) ?? 0, read.terms.get(name) ?? 0];
    if (left !== right) return "unknown";
  }
  if (a !== b) return "unknown";
  const apart = write.constant - read.constant;
  if (a === 0) {
    if (apart === 0) return "any";
    // Copies of an unrolled loop reach one another's elements.
    const reaches = [...write.terms.keys()].some((name) => unrolled.has(name));
    return reaches ? "any" : "never";
  }
  const distance = apart / (a * stride);
  return Number.isInteger(distance) ? distance : "never";
}
