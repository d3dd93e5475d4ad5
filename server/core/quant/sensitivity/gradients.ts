import type { ValueId } from "../../graph/graph.js";

/** By value and seed; where no output depends on a value, or not by its slope, it has none. */
export type Gradients = Map<ValueId, readonly (Float32Array | undefined)[]>;

/** Steps may hand on the array that they were given: sums are new ones. */
export function addGradients(
  gradients: Gradients,
  id: ValueId,
  parts: readonly (Float32Array | undefined)[],
): void {
  const known = gradients.get(id);
  if (known !== undefined)
    gradients.set(
      id,
      parts.map((part, index) => sumOf(known[index], part)),
    );
  else if (parts.some((part) => part !== undefined)) gradients.set(id, parts);
}

function sumOf(
  left: Float32Array | undefined,
  right: Float32Array | undefined,
): Float32Array | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const sum = new Float32Array(left.length);
  for (let at = 0; at < sum.length; at++) sum[at] = (left[at] ?? 0) + (right[at] ?? 0);
  return sum;
}
