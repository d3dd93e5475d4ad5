import type { Kernel } from "../../lower/lowered.js";
import type { Accelerator, Buffer } from "../accelerator.js";
import { levelsOf } from "../levels.js";
import type { KernelMapping, KernelQuestion } from "../map-kernel.js";
import type { Stay } from "../stay.js";
import type { Objective } from "../tiling.js";
import { mapStack, type StackMapping, type StackPlaces } from "./map-stack.js";
import { crossingWeights, leftForTiles, plansFor, type Room, type StackPlan } from "./plan.js";
import { lastReadersOf, stacksFrom, type Stack } from "./stack.js";

/** A stack that runs tile by tile, with what its kernels would take one after the other. */
export interface FusedStack {
  readonly stack: Stack;
  readonly plan: StackPlan;
  readonly places: StackPlaces;
  readonly mapping: StackMapping;
  readonly alone: Pick<StackMapping, "cycles" | "dramBytes" | "joules">;
}

/** Plans of a stack that are mapped in earnest, and stacks that are: by estimate they come first. */
const mappedPlans = 2;
const mappedStacks = 32;

/** Whether results of a layer can lie where the next one finds them. */
export function canFuse(accelerator: Accelerator): boolean {
  return homeOf(accelerator) !== undefined;
}

/** An array whose outermost buffers hold inputs and outputs together, so that one layer's results are the next one's operands. */
function homeOf(
  accelerator: Accelerator,
): { home: Buffer; weights: Buffer | undefined } | undefined {
  const isAlone = accelerator.engine.kind === "array" && accelerator.beside.length === 0;
  if (!isAlone || accelerator.cores > 1) return undefined;
  const buffers = levelsOf(accelerator).at(-1)?.buffers ?? [];
  const home = buffers.find(({ holds }) => holds.includes("inputs") && holds.includes("outputs"));
  const weights = buffers.find(({ holds }) => holds.includes("weights"));
  return home && { home, weights };
}

/**
 * Which kernels run together, tile by tile: cuts between kernels by dynamic programming over the execution order, as in
 * Optimus (Cai et al., TECS 2022) and Occam (TACO 2022). Stacks start with an estimate; those of the best cut are mapped
 * until the best cut consists of mapped ones. `mapAlone` is undefined for kernels that must stay as they are.
 */
export function chooseStacks(
  question: KernelQuestion,
  kernels: readonly Kernel[],
  mapAlone: (kernel: Kernel) => KernelMapping | undefined,
  mapTile: (kernel: Kernel, stay: Stay) => KernelMapping,
): readonly FusedStack[] {
  const places = homeOf(question.accelerator);
  if (places === undefined) return [];
  const lastReaders = lastReadersOf(kernels);
  const alone = kernels.map((kernel) => mapAlone(kernel));
  const room = roomIn(places);
  const drafts = kernels.map((_, first) =>
    stacksFrom(kernels, first, lastReaders).flatMap((stack): Draft | [] => {
      const own = alone.slice(stack.first, stack.last + 1);
      const mappings = own.filter((mapping) => mapping !== undefined);
      return mappings.length < own.length ? [] : draftOf(question, stack, mappings, room);
    }),
  );
  const costAlone = alone.map((mapping) =>
    mapping === undefined ? none : costOf(question.objective, total([mapping])),
  );
  let left = mappedStacks;
  for (;;) {
    const all = drafts.flat().filter(({ fused }) => left > 0 || fused !== undefined);
    const chosen = bestCut(costAlone, all);
    const open = chosen.filter(({ fused }) => fused === undefined);
    if (open.length === 0) return chosen.flatMap(({ fused }) => fused ?? []);
    for (const draft of open) settle(question, draft, places, mapTile);
    left -= open.length;
  }
}

type Cost = readonly [chief: number, bytes: number];

const none: Cost = [0, 0];

interface Draft {
  readonly stack: Stack;
  readonly plans: readonly StackPlan[];
  readonly alone: FusedStack["alone"];
  /** Of the best plan: estimated until it is mapped. */
  cost: Cost;
  fused: FusedStack | undefined;
}

function roomIn({ home, weights }: { home: Buffer; weights: Buffer | undefined }): Room {
  return {
    activations: home.size * (1 - leftForTiles),
    weights: weights?.size ?? 0,
    isShared: weights?.name === home.name,
    isDoubleBuffered: home.isDoubleBuffered,
  };
}

/** Nothing when no plan fits, or none can be better than the kernels one after the other. */
function draftOf(
  question: KernelQuestion,
  stack: Stack,
  mappings: readonly KernelMapping[],
  room: Room,
): Draft | [] {
  const alone = total(mappings);
  const ranked = plansFor(stack, room)
    .map((plan) => ({ plan, cost: estimate(question, plan, mappings) }))
    .sort((a, b) => compare(a.cost, b.cost) || a.plan.tileCount - b.plan.tileCount);
  const [best] = ranked;
  if (best === undefined || compare(best.cost, costOf(question.objective, alone)) >= 0) return [];
  const plans = ranked.slice(0, mappedPlans).map(({ plan }) => plan);
  return { stack, plans, alone, cost: best.cost, fused: undefined };
}

/** As if tiles took the array as well as whole layers do. */
function estimate(
  { accelerator, objective }: KernelQuestion,
  plan: StackPlan,
  mappings: readonly KernelMapping[],
): Cost {
  const dramBytes = plan.activationBytes + crossingWeights(plan);
  const dramCycles = (dramBytes / accelerator.dram.bandwidth) * accelerator.clock;
  let [inside, joules, perByte] = [0, 0, 0];
  for (const [index, mapping] of mappings.entries()) {
    const repeat = plan.repeats[index] ?? 1;
    const { computeCycles, vectorCycles, bufferCycles, energy } = mapping;
    inside += repeat * Math.max(computeCycles, vectorCycles, bufferCycles);
    joules += repeat * (energy.total - energy.dram);
    if (mapping.dramBytes > 0) perByte = Math.max(perByte, energy.dram / mapping.dramBytes);
  }
  return costOf(objective, {
    cycles: Math.max(inside, dramCycles),
    joules: joules + dramBytes * perByte,
    dramBytes,
  });
}

/** Maps a draft's plans and keeps the best; one that loses costs more than it can win. */
function settle(
  question: KernelQuestion,
  draft: Draft,
  { home, weights }: { home: Buffer; weights: Buffer | undefined },
  mapTile: (kernel: Kernel, stay: Stay) => KernelMapping,
): void {
  const places = { activations: home.name, weights: weights?.name };
  for (const plan of draft.plans) {
    const mapping = mapStack(question, draft.stack, plan, places, mapTile);
    const cost = costOf(question.objective, mapping);
    if (draft.fused !== undefined && compare(draft.cost, cost) <= 0) continue;
    draft.cost = cost;
    draft.fused = { stack: draft.stack, plan, places, mapping, alone: draft.alone };
  }
}

/** The cuts that cost least: before each kernel either a stack ends or a kernel alone. */
function bestCut(costAlone: readonly Cost[], drafts: readonly Draft[]): readonly Draft[] {
  const ends: { readonly cost: Cost; readonly via: Draft | undefined }[] = [
    { cost: none, via: undefined },
  ];
  const byLast = new Map<number, Draft[]>();
  for (const draft of drafts)
    byLast.set(draft.stack.last, [...(byLast.get(draft.stack.last) ?? []), draft]);
  for (const [last, own] of costAlone.entries()) {
    let best = { cost: add(ends[last]?.cost ?? none, own), via: undefined as Draft | undefined };
    for (const draft of byLast.get(last) ?? []) {
      const cost = add(ends[draft.stack.first]?.cost ?? none, draft.cost);
      if (compare(cost, best.cost) < 0) best = { cost, via: draft };
    }
    ends.push(best);
  }
  const chosen: Draft[] = [];
  for (let end = costAlone.length; end > 0;) {
    const via = ends[end]?.via;
    if (via !== undefined) chosen.unshift(via);
    end = via?.stack.first ?? end - 1;
  }
  return chosen;
}

function total(mappings: readonly KernelMapping[]): FusedStack["alone"] {
  const sum = (pick: (mapping: KernelMapping) => number): number =>
    mappings.reduce((all, mapping) => all + pick(mapping), 0);
  return {
    cycles: sum(({ cycles }) => cycles),
    dramBytes: sum(({ dramBytes }) => dramBytes),
    joules: sum(({ energy }) => energy.total),
  };
}

function costOf(objective: Objective, { cycles, dramBytes, joules }: FusedStack["alone"]): Cost {
  return [{ latency: cycles, traffic: dramBytes, energy: joules }[objective], dramBytes];
}

function add(a: Cost, b: Cost): Cost {
  return [a[0] + b[0], a[1] + b[1]];
}

/** Sums that differ by their rounding alone are equal. */
function compare(a: Cost, b: Cost): number {
  for (const index of [0, 1] as const) {
    const difference = a[index] - b[index];
    if (Math.abs(difference) > 1e-9 * Math.max(Math.abs(a[index]), Math.abs(b[index])))
      return difference;
  }
  return 0;
}
