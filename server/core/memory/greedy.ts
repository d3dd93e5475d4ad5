import type { Layout } from "./make-plan.js";
import { IntervalTree } from "./interval-tree.js";

/**
 * Offset calculation of Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020),
 * arXiv:2001.03288, section 5: buffers are placed one by one, each into the smallest gap between the already placed
 * buffers that are alive at the same time, or behind them. The two differ in the order of placement.
 */

/** Section 5.2, "Greedy by Size for Offset Calculation": largest first. */
export function greedyBySize(layout: Layout): readonly number[] | undefined {
  return place(layout, orderBySize(layout.sizes));
}

export function orderBySize(sizes: readonly number[]): readonly number[] {
  return [...sizes.keys()].sort((a, b) => at(sizes, b) - at(sizes, a) || a - b);
}

/**
 * Section 5.3, "Greedy by Breadth for Offset Calculation": operators by their breadth (bytes of the buffers that are
 * alive while they run), and within one operator its buffers by size.
 */
export function greedyByBreadth(layout: Layout): readonly number[] | undefined {
  const { sizes, firstSteps, lastSteps, stepCount } = layout;
  const bySize = [...orderBySize(sizes)];
  const breadths = breadthsOf(layout);
  const steps = [...new Array(stepCount).keys()].sort(
    (a, b) => at(breadths, b) - at(breadths, a) || a - b,
  );
  // A buffer is placed with the broadest operator that it is alive at. Walking the steps broadest first and asking a
  // tree for the buffers alive at each would revisit them; instead every buffer looks up its broadest step.
  const rankOfStep = new Int32Array(stepCount);
  for (const [rank, step] of steps.entries()) rankOfStep[step] = rank;
  const ranks = minimumsOf(rankOfStep, firstSteps, lastSteps);
  return place(
    layout,
    bySize.sort((a, b) => at(ranks, a) - at(ranks, b) || at(sizes, b) - at(sizes, a) || a - b),
  );
}

/** Each buffer in turn into the smallest gap that holds it; undefined once the effort allowed is spent. */
export function place(layout: Layout, order: readonly number[]): readonly number[] | undefined {
  const { sizes, firstSteps, lastSteps } = layout;
  const offsets = new Array<number>(sizes.length).fill(0);
  const placed = new IntervalTree(layout.stepCount, sizes.length);
  const found: number[] = [];
  for (const index of order) {
    const size = at(sizes, index);
    const first = at(firstSteps, index);
    const last = at(lastSteps, index);
    found.length = 0;
    const effort = placed.collect(first, last, found);
    if (!layout.spend(effort + found.length * 4)) return undefined;
    if (found.length > 1) found.sort((a, b) => at(offsets, a) - at(offsets, b));
    let bestOffset: number | undefined;
    let bestGap = Infinity;
    let end = 0;
    for (const other of found) {
      const gap = at(offsets, other) - end;
      if (gap >= size && gap < bestGap) {
        bestGap = gap;
        bestOffset = end;
      }
      end = Math.max(end, at(offsets, other) + at(sizes, other));
    }
    offsets[index] = bestOffset ?? end;
    placed.add(first, last, index);
  }
  return offsets;
}

function breadthsOf(layout: Layout): readonly number[] {
  const breadths = new Array<number>(layout.stepCount + 1).fill(0);
  for (const [index, size] of layout.sizes.entries()) {
    const first = at(layout.firstSteps, index);
    const after = at(layout.lastSteps, index) + 1;
    breadths[first] = at(breadths, first) + size;
    breadths[after] = at(breadths, after) - size;
  }
  for (let step = 1; step < breadths.length; step++)
    breadths[step] = at(breadths, step) + at(breadths, step - 1);
  return breadths;
}

/** Minimum of `numbers` over each range [first, last], by a sparse table: O(n log n) once, O(1) each. */
function minimumsOf(
  numbers: Int32Array,
  firsts: readonly number[],
  lasts: readonly number[],
): readonly number[] {
  const rows: Int32Array[] = [numbers];
  for (let width = 1; width * 2 <= numbers.length; width *= 2) {
    const above = rows[rows.length - 1];
    if (above === undefined) break;
    const row = new Int32Array(numbers.length - width * 2 + 1);
    for (let index = 0; index < row.length; index++)
      row[index] = Math.min(above[index] ?? 0, above[index + width] ?? 0);
    rows.push(row);
  }
  return firsts.map((first, index) => {
    const last = at(lasts, index);
    const level = 31 - Math.clz32(last - first + 1);
    const row = rows[level];
    return Math.min(row?.[first] ?? 0, row?.[last - (1 << level) + 1] ?? 0);
  });
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}
