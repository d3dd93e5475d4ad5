/** Values on a grid, interpolated linearly between its points and constant outside; axis i is feature i. */
export interface Table {
  readonly kind: "table";
  /** Ascending. */
  readonly axes: readonly Float64Array[];
  /** The last axis varies fastest. */
  readonly values: Float64Array;
}

export function evaluateTable({ axes, values }: Table, features: Float64Array): number {
  return along(axes, values, features, 0, 0);
}

function along(
  axes: readonly Float64Array[],
  values: Float64Array,
  features: Float64Array,
  depth: number,
  offset: number,
): number {
  const axis = axes[depth];
  if (axis === undefined) return values[offset] ?? 0;
  const last = axis.length - 1;
  const x = Math.min(Math.max(features[depth] ?? 0, axis[0] ?? 0), axis[last] ?? 0);
  let cell = 0;
  while (cell < last - 1 && (axis[cell + 1] ?? Infinity) <= x) cell += 1;
  const left = along(axes, values, features, depth + 1, (offset + cell) * width(axes, depth + 1));
  if (last === 0) return left;
  const right = along(
    axes,
    values,
    features,
    depth + 1,
    (offset + cell + 1) * width(axes, depth + 1),
  );
  const start = axis[cell] ?? 0;
  const end = axis[cell + 1] ?? start + 1;
  return left + ((right - left) * (x - start)) / (end - start);
}

/** Points on the axis that follows; 1 behind the last. */
function width(axes: readonly Float64Array[], depth: number): number {
  return axes[depth]?.length ?? 1;
}
