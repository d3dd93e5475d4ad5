import { orderBySize, place } from "./greedy.js";
import type { Layout } from "./make-plan.js";

/**
 * Placement in an order that is improved step by step: a buffer at the top of the arena, or one that stands below it in
 * time, is placed earlier, and the change is kept unless the arena grows. The idea is that of Arm's Vela compiler
 * (`hillclimb_allocation`); placement is the gap search of Pisarchyk & Lee. Random numbers are fixed, so equal graphs
 * have equal plans. Undefined where the order by size is as good as any, or the graph too large for it to pay.
 */
export function hillClimb(layout: Layout): readonly number[] | undefined {
  const { sizes } = layout;
  if (sizes.length > bufferLimit) return undefined;
  const least = leastArena(layout);
  let order = orderBySize(sizes);
  let offsets = place(layout, order);
  if (offsets === undefined) return undefined;
  let size = arenaSize(offsets, sizes);
  const random = randomNumbers(sizes.length);
  for (let attempt = 0; attempt < attemptLimit && size > least; attempt++) {
    const candidate = moveEarlier(layout, order, offsets, size, random);
    const placed = place(layout, candidate);
    if (placed === undefined) break;
    const found = arenaSize(placed, sizes);
    if (found > size) continue;
    order = candidate;
    offsets = placed;
    size = found;
  }
  return offsets;
}

/** Vela tries longer; most graphs of this kind reach the least within a few dozen. */
const attemptLimit = 400;
const bufferLimit = 2000;

function moveEarlier(
  { sizes, firstSteps, lastSteps }: Layout,
  order: readonly number[],
  offsets: readonly number[],
  size: number,
  random: (below: number) => number,
): readonly number[] {
  const highest = order.filter((index) => at(offsets, index) + at(sizes, index) === size);
  const top = highest[random(highest.length)] ?? 0;
  const around = order.filter(
    (index) =>
      at(firstSteps, index) <= at(lastSteps, top) && at(firstSteps, top) <= at(lastSteps, index),
  );
  const moved = around[random(around.length)] ?? top;
  const from = order.indexOf(moved);
  const to = random(Math.max(1, from));
  const candidate = [...order];
  candidate.splice(from, 1);
  candidate.splice(to, 0, moved);
  return candidate;
}

/** The most bytes that are alive at once: no plan takes less. */
function leastArena({ sizes, firstSteps, lastSteps, stepCount }: Layout): number {
  const changes = new Float64Array(stepCount + 1);
  for (const [index, bytes] of sizes.entries()) {
    changes[at(firstSteps, index)] = (changes[at(firstSteps, index)] ?? 0) + bytes;
    changes[at(lastSteps, index) + 1] = (changes[at(lastSteps, index) + 1] ?? 0) - bytes;
  }
  let live = 0;
  let most = 0;
  for (const change of changes) {
    live += change;
    most = Math.max(most, live);
  }
  return most;
}

function arenaSize(offsets: readonly number[], sizes: readonly number[]): number {
  return offsets.reduce((end, offset, index) => Math.max(end, offset + at(sizes, index)), 0);
}

/** Integers in [0, below): a linear congruential generator (Knuth's MMIX constants fit no double; these are Park-Miller's). */
function randomNumbers(seed: number): (below: number) => number {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % Math.max(1, below);
  };
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}
