import type { Layout } from "./make-plan.js";

/**
 * What an allocator does that sees the buffers in the order in which they are made: each goes into a gap between the
 * buffers alive at that moment, and leaves a gap when it dies.
 */
export function firstFit(layout: Layout): readonly number[] | undefined {
  return allocate(layout, () => true);
}

/** As first-fit, but into the smallest gap that is large enough. */
export function bestFit(layout: Layout): readonly number[] | undefined {
  return allocate(layout, (size, best) => size < best);
}

interface Gap {
  offset: number;
  size: number;
}

/** `isBetter` compares the size of a fitting gap with the best one so far; the first fitting one always counts. */
function allocate(
  layout: Layout,
  isBetter: (size: number, best: number) => boolean,
): readonly number[] | undefined {
  const takesFirst = isBetter(1, 1);
  const { sizes, firstSteps, lastSteps } = layout;
  const order = orderedBy(firstSteps, layout.stepCount);
  const endings = orderedBy(lastSteps, layout.stepCount);
  const offsets = new Array<number>(sizes.length).fill(0);
  /** Ordered by offset, never adjacent to one another; the space behind `end` is free without being listed. */
  const gaps: Gap[] = [];
  let end = 0;
  let nextEnding = 0;
  for (const index of order) {
    for (; nextEnding < endings.length; nextEnding++) {
      const dead = endings[nextEnding];
      if (dead === undefined || at(lastSteps, dead) >= at(firstSteps, index)) break;
      if (!layout.spend(1 + Math.ceil(gaps.length / 16))) return undefined;
      release(gaps, at(offsets, dead), at(sizes, dead));
    }
    const size = at(sizes, index);
    let chosen = -1;
    for (let gapIndex = 0; gapIndex < gaps.length; gapIndex++) {
      const gapSize = gaps[gapIndex]?.size ?? 0;
      if (gapSize < size) continue;
      const best = gaps[chosen];
      if (best === undefined || isBetter(gapSize, best.size)) chosen = gapIndex;
      if (takesFirst) break;
    }
    if (!layout.spend(1 + (takesFirst && chosen >= 0 ? chosen : gaps.length))) return undefined;
    const gap = gaps[chosen];
    if (gap !== undefined) {
      offsets[index] = gap.offset;
      gap.offset += size;
      gap.size -= size;
      if (gap.size === 0) gaps.splice(chosen, 1);
      continue;
    }
    // A gap that reaches the end of the arena is grown rather than left behind.
    const tail = gaps.at(-1);
    if (tail !== undefined && tail.offset + tail.size === end) {
      gaps.pop();
      offsets[index] = tail.offset;
      end = tail.offset + size;
    } else {
      offsets[index] = end;
      end += size;
    }
  }
  return offsets;
}

/** Indices by ascending step, equal ones in order: a counting sort, since steps are few and dense. */
function orderedBy(steps: readonly number[], stepCount: number): Int32Array {
  const next = new Int32Array(stepCount + 1);
  for (const step of steps) next[step + 1] = (next[step + 1] ?? 0) + 1;
  for (let step = 0; step < stepCount; step++)
    next[step + 1] = (next[step + 1] ?? 0) + (next[step] ?? 0);
  const order = new Int32Array(steps.length);
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] ?? 0;
    const position = next[step] ?? 0;
    order[position] = index;
    next[step] = position + 1;
  }
  return order;
}

function release(gaps: Gap[], offset: number, size: number): void {
  if (size === 0) return;
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const before = gaps[low - 1];
  const after = gaps[low];
  const joinsBefore = before !== undefined && before.offset + before.size === offset;
  const joinsAfter = after !== undefined && offset + size === after.offset;
  if (joinsBefore && joinsAfter) {
    before.size += size + after.size;
    gaps.splice(low, 1);
  } else if (joinsBefore) before.size += size;
  else if (joinsAfter) {
    after.offset = offset;
    after.size += size;
  } else gaps.splice(low, 0, { offset, size });
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}
