/** A point by its objectives, every one of them the less the better; NaN where one is not known. */
export type Objectives = readonly number[];

/**
 * Which points nothing dominates: no other is at least as good in every objective and better in one. A point with an
 * unknown objective is on no front and dominates nothing.
 */
export function frontOf(points: readonly Objectives[]): readonly boolean[] {
  const order = points
    .map((_, index) => index)
    .filter((index) => points[index]?.every((value) => Number.isFinite(value)) === true)
    .sort((a, b) => compare(points[a] ?? [], points[b] ?? []));
  const isOn = points.map(() => false);
  const front: Objectives[] = [];
  for (const index of order) {
    const point = points[index] ?? [];
    // Sorted by the first objective, and then the next: what dominates a point stands before it.
    if (front.some((other) => dominates(other, point))) continue;
    front.push(point);
    isOn[index] = true;
  }
  return isOn;
}

/**
 * The part of the space between the points and a reference, worse than all in every objective, that some point
 * dominates; in two or three dimensions exactly, by sweeping over the last (Zitzler & Thiele 1998).
 */
export function hypervolume(points: readonly Objectives[], reference: Objectives): number {
  const inside = points.filter((point) =>
    point.every((value, axis) => Number.isFinite(value) && value < (reference[axis] ?? 0)),
  );
  if (inside.length === 0) return 0;
  if (reference.length <= 1)
    return (reference[0] ?? 0) - Math.min(...inside.map((point) => point[0] ?? 0));
  const last = reference.length - 1;
  const sorted = [...inside].sort((a, b) => (a[last] ?? 0) - (b[last] ?? 0));
  let volume = 0;
  const below: Objectives[] = [];
  for (const [index, point] of sorted.entries()) {
    below.push(point.slice(0, last));
    const next = sorted[index + 1]?.[last] ?? reference[last] ?? 0;
    const height = next - (point[last] ?? 0);
    if (height > 0) volume += height * hypervolume(below, reference.slice(0, last));
  }
  return volume;
}

function compare(a: Objectives, b: Objectives): number {
  for (let axis = 0; axis < a.length; axis++) {
    const difference = (a[axis] ?? 0) - (b[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function dominates(a: Objectives, b: Objectives): boolean {
  let isBetter = false;
  for (let axis = 0; axis < b.length; axis++) {
    if ((a[axis] ?? 0) > (b[axis] ?? 0)) return false;
    if ((a[axis] ?? 0) < (b[axis] ?? 0)) isBetter = true;
  }
  return isBetter;
}
