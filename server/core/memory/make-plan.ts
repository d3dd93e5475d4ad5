import { buffersOf, type Schedule } from "./buffers.js";
import { firstFit, bestFit } from "./in-order.js";
import { greedyByBreadth, greedyBySize } from "./greedy.js";
import { hillClimb } from "./hill-climb.js";
import type {
  ArenaPlan,
  Buffer,
  MemoryPlan,
  MemoryWhatIfs,
  ReorderedPlan,
  Strategy,
} from "./plan.js";
import { inOrder, reorderSteps } from "./reorder.js";
import { type ScratchpadCurve, scratchpadCurve } from "./scratchpad.js";
import { inPlacePlan } from "./what-ifs/in-place.js";
import { patchedPlan } from "./what-ifs/patches.js";
import { recomputedPlan } from "./what-ifs/recompute.js";
import type { ValueId } from "../graph/graph.js";

/** Arenas of today's runtimes align to 16 bytes (TensorFlow Lite Micro's MicroArenaBufferAlignment). */
const defaultAlignment = 16;

/**
 * Comparisons a strategy may make before it is given up; about 50 ms. Only graphs with thousands of buffers alive
 * at once get there.
 */
const comparisonLimit = 8_000_000;

/** Graphs with more buffers than this are planned by the first strategy that reaches the least any plan can take. */
const largeGraph = 20_000;

export type PlanOutcome =
  | { readonly kind: "planned"; readonly plan: MemoryPlan }
  /** Some value's size is not known. */
  | { readonly kind: "unknown"; readonly valueId: ValueId };

export interface PlanOptions {
  readonly alignment?: number;
  /** No other execution order is looked for. */
  readonly keepsOrder?: boolean;
}

/** Live ranges and arenas of one execution order. */
export function planMemory(schedule: Schedule, options: PlanOptions = {}): PlanOutcome {
  const outcome = planOrder(schedule, options);
  if (outcome.kind === "unknown" || options.keepsOrder === true) return outcome;
  return { kind: "planned", plan: withWhatIfs(schedule, options, outcome.plan) };
}

/** Other orders and smaller memories are for who looks at the plan: found when first asked for, not at every edit. */
function withWhatIfs(schedule: Schedule, options: PlanOptions, plan: MemoryPlan): MemoryPlan {
  let reordered: { readonly found: ReorderedPlan | undefined } | undefined;
  let scratchpad: { readonly found: ScratchpadCurve | undefined } | undefined;
  let whatIfs: MemoryWhatIfs | undefined;
  const arenaOf = (changed: Schedule): ArenaPlan | undefined => {
    const outcome = planOrder(changed, options);
    return outcome.kind === "planned" ? outcome.plan.best : undefined;
  };
  return {
    ...plan,
    get reordered() {
      reordered ??= { found: reorderedPlan(schedule, options, plan) };
      return reordered.found;
    },
    get scratchpad() {
      scratchpad ??= { found: scratchpadCurve(schedule, plan.best.size) };
      return scratchpad.found;
    },
    get whatIfs() {
      whatIfs ??= {
        inPlace: inPlacePlan(schedule, plan, arenaOf),
        recomputed: recomputedPlan(schedule, plan, arenaOf),
        patched: patchedPlan(schedule, plan),
      };
      return whatIfs;
    },
  };
}

function reorderedPlan(
  schedule: Schedule,
  options: PlanOptions,
  plan: MemoryPlan,
): ReorderedPlan | undefined {
  const order = reorderSteps(schedule);
  const moved = order?.findIndex((step, index) => step !== index) ?? -1;
  if (order === undefined || moved < 0) return undefined;
  const outcome = planOrder(inOrder(schedule, order), options);
  if (outcome.kind === "unknown" || outcome.plan.best.size >= plan.best.size) return undefined;
  return {
    size: outcome.plan.best.size,
    lowerBound: outcome.plan.lowerBound,
    movedNodeId: schedule.steps[order[moved] ?? 0]?.nodeId ?? 0,
    beforeNodeId: schedule.steps[moved]?.nodeId ?? 0,
  };
}

function planOrder(schedule: Schedule, options: PlanOptions): PlanOutcome {
  const found = buffersOf(schedule);
  if (found.kind === "unknown") return found;
  const { buffers } = found;
  const stepCount = Math.max(1, schedule.steps.length);
  const liveBytes = liveBytesOf(buffers, stepCount);
  const peakStep = indexOfMaximum(liveBytes);
  const { plans, skipped } = plansOf(buffers, stepCount, options.alignment ?? defaultAlignment);
  const best = plans.reduce((least, plan) => (plan.size < least.size ? plan : least));
  return {
    kind: "planned",
    plan: {
      buffers,
      liveBytes,
      lowerBound: liveBytes[peakStep] ?? 0,
      stepNodeIds: schedule.steps.map((step) => step.nodeId),
      peakStep,
      peakNodeId: schedule.steps[peakStep]?.nodeId,
      aliveAtPeak: aliveAt(buffers, peakStep),
      best,
      plans,
      skipped,
    },
  };
}

/** What a strategy works on: parallel arrays, sizes already rounded up to the alignment. */
export interface Layout {
  readonly sizes: readonly number[];
  readonly firstSteps: readonly number[];
  readonly lastSteps: readonly number[];
  readonly stepCount: number;
  /** Counts one comparison; false when the limit is reached and the strategy should give up. */
  readonly spend: (comparisons: number) => boolean;
}

type Placement = (layout: Layout) => readonly number[] | undefined;

const placements: readonly (readonly [Strategy, Placement])[] = [
  ["first-fit", firstFit],
  ["best-fit", bestFit],
  ["greedy-by-size", greedyBySize],
  ["greedy-by-breadth", greedyByBreadth],
];

/** Tried where the others leave something to gain. */
const improvement: readonly [Strategy, Placement] = ["hill-climb", hillClimb];

function plansOf(
  buffers: readonly Buffer[],
  stepCount: number,
  alignment: number,
): { readonly plans: readonly [ArenaPlan, ...ArenaPlan[]]; readonly skipped: readonly Strategy[] } {
  const sizes = buffers.map((buffer) => Math.ceil(buffer.bytes / alignment) * alignment);
  const firstSteps = buffers.map((buffer) => buffer.firstStep);
  const lastSteps = buffers.map((buffer) => buffer.lastStep);
  const plans: [ArenaPlan, ...ArenaPlan[]] = [naive(sizes)];
  const skipped: Strategy[] = [];
  const live = liveSizes(sizes, firstSteps, lastSteps, stepCount);
  const least = live[indexOfMaximum(live)] ?? 0;
  const isLarge = buffers.length > largeGraph;
  for (const [strategy, place] of [...placements, improvement]) {
    const isLeast = plans.some((plan) => plan.size === least);
    if (strategy === "hill-climb" && (isLeast || isLarge)) continue;
    if (isLarge && isLeast) {
      skipped.push(strategy);
      continue;
    }
    let left = comparisonLimit;
    const spend = (comparisons: number): boolean => {
      left -= comparisons;
      return left >= 0;
    };
    const offsets = place({ sizes, firstSteps, lastSteps, stepCount, spend });
    if (offsets === undefined) skipped.push(strategy);
    else plans.push({ strategy, offsets, size: arenaSize(offsets, sizes) });
  }
  return { plans, skipped };
}

/** Every buffer has memory of its own. */
function naive(sizes: readonly number[]): ArenaPlan {
  const offsets: number[] = [];
  let end = 0;
  for (const size of sizes) {
    offsets.push(end);
    end += size;
  }
  return { strategy: "naive", offsets, size: end };
}

function arenaSize(offsets: readonly number[], sizes: readonly number[]): number {
  let end = 0;
  for (const [index, offset] of offsets.entries())
    end = Math.max(end, offset + (sizes[index] ?? 0));
  return end;
}

function liveBytesOf(buffers: readonly Buffer[], stepCount: number): readonly number[] {
  return liveSizes(
    buffers.map((buffer) => buffer.bytes),
    buffers.map((buffer) => buffer.firstStep),
    buffers.map((buffer) => buffer.lastStep),
    stepCount,
  );
}

function liveSizes(
  sizes: readonly number[],
  firstSteps: readonly number[],
  lastSteps: readonly number[],
  stepCount: number,
): readonly number[] {
  const changes = new Array<number>(stepCount + 1).fill(0);
  for (const [index, size] of sizes.entries()) {
    const first = firstSteps[index] ?? 0;
    const after = (lastSteps[index] ?? 0) + 1;
    changes[first] = (changes[first] ?? 0) + size;
    changes[after] = (changes[after] ?? 0) - size;
  }
  const live: number[] = [];
  let sum = 0;
  for (let step = 0; step < stepCount; step++) {
    sum += changes[step] ?? 0;
    live.push(sum);
  }
  return live;
}

function indexOfMaximum(numbers: readonly number[]): number {
  let best = 0;
  for (const [index, value] of numbers.entries()) if (value > (numbers[best] ?? 0)) best = index;
  return best;
}

function aliveAt(buffers: readonly Buffer[], step: number): readonly number[] {
  const alive: number[] = [];
  for (const [index, buffer] of buffers.entries())
    if (buffer.firstStep <= step && step <= buffer.lastStep) alive.push(index);
  return alive.sort((a, b) => (buffers[b]?.bytes ?? 0) - (buffers[a]?.bytes ?? 0));
}
