import type { Problem } from "../base/problem.js";
import { directiveOf } from "./directives.js";
import { areaOf, memoryOf, unitsOf, type Area, type Memory, type Units } from "./estimate/area.js";
import { portInterval } from "./estimate/interval.js";
import { Legality } from "./estimate/legality.js";
import { timeKernel } from "./estimate/kernel.js";
import type { Timing, TimingContext } from "./estimate/timing.js";
import { partitionsOf, portsFrom, type Partition } from "./estimate/partition.js";
import { planDirectives } from "./estimate/plan.js";
import { isDataflow } from "./estimate/dataflow.js";
import { busesOf, type Bus } from "./estimate/off-chip.js";
import { defaultBusLatency, plainProfile } from "./estimate/plain-profile.js";
import type { HlsProfile } from "./estimate/profile.js";
import { registerArrays } from "./estimate/register-arrays.js";
import { withScalars } from "./estimate/scalar-arrays.js";
import { readsOf, sitesOf } from "./estimate/region.js";
import { registerChoiceLut } from "./estimate/register-choice.js";
import { hiddenCycles } from "./estimate/tile-overlap.js";
import { transfersOf, wordsOf, type Transfer } from "./estimate/transfers.js";
import type { HlsFunction, HlsUnit, Loop, Step } from "./ir.js";

/** What a kernel takes, by the tool's own reckoning. */
export interface KernelEstimate {
  readonly target: HlsFunction;
  readonly profile: HlsProfile;
  readonly isMerlin: boolean;
  readonly timing: Timing;
  /** Arguments that Merlin moves in bursts; empty for plain C++. */
  readonly transfers: readonly Transfer[];
  readonly units: readonly Units[];
  readonly memories: readonly Memory[];
  readonly partitions: ReadonlyMap<string, Partition>;
  readonly area: Area;
  /** From start to end; undefined where a loop's trip count is unknown, or what a call takes. */
  readonly cycles: number | undefined;
  /** Between two starts: of a dataflow region, what its slowest process takes. */
  readonly intervalCycles: number | undefined;
  /** With unknown trip counts taken as `assumedTrip`. */
  readonly assumedCycles: number;
  readonly unknownLoops: readonly Loop[];
  /** What is called without a body: cycles and hardware are without it. */
  readonly uncounted: readonly string[];
  readonly problems: readonly Problem[];
}

/** What a loop without a trip count counts as; the problem on it says so. */
export const assumedTrip = 16;

export function estimateKernel(target: HlsFunction, given: HlsProfile): KernelEstimate {
  const plan = planDirectives(target, given);
  const { isMerlin, planOf } = plan;
  const profile = isMerlin ? given : plainProfile(given);
  const cut = partitionsOf(target, planOf, isMerlin);
  const partitions = isMerlin ? cut : withScalars(target, planOf, cut);
  // Merlin gives every copy a bank of its own; what it cannot cut shows elsewhere.
  const portsOf = isMerlin
    ? () => ({ banks: 1e9, perBank: profile.ports })
    : portsFrom(target, partitions, profile);
  const busLatency = profile.plain?.busLatency ?? defaultBusLatency;
  const buses = isMerlin ? new Map<string, Bus>() : busesOf(target, busLatency);
  const context = { target, profile, portsOf, assumedTrip, buses };
  const timing = timeKernel(context);
  const legality = new Legality(target, profile, plan);
  const transfers = isMerlin
    ? transfersOf(target, profile, (loop) => legality.isIndependent(loop), planOf)
    : [];
  const units = unitsOf(timing);
  const memories = memoriesOf(target, partitions, profile, isMerlin);
  const ports = isMerlin ? transfers.length : interfaceCount(target);
  const costs = isMerlin ? profile.area.merlin : profile.area.plain;
  const running = timing.loops.filter(({ isUnrolled }) => !isUnrolled);
  const loopCount = running.reduce((sum, { copies }) => sum + copies, 0);
  const choiceLut = registerChoiceLut(target, planOf, costs);
  const plain = areaOf({ units, memories, portCount: ports, loopCount, choiceLut }, costs);
  const held = isMerlin ? { lut: 0, ff: 0 } : registerArrays(target, partitions, timing.regions);
  const area = { ...plain, lut: plain.lut + held.lut, ff: plain.ff + held.ff };
  const unknownLoops = loopsOf(target.body).filter(({ trip }) => trip.average === undefined);
  const { uncounted = [] } = target;
  const isUnknown = unknownLoops.length > 0 || uncounted.length > 0;
  const moved =
    transfers.reduce((sum, { cycles }) => sum + cycles, 0) -
    hiddenCycles(timing, transfers, (loop) => legality.isIndependent(loop), profile);
  const assumedCycles = timing.cycles + moved;
  return {
    target,
    profile: given,
    isMerlin,
    timing,
    transfers,
    units,
    memories,
    partitions,
    area,
    cycles: isUnknown ? undefined : Math.round(assumedCycles),
    intervalCycles: isUnknown
      ? undefined
      : Math.round((timing.interval ?? functionInterval(context, timing) ?? timing.cycles) + moved),
    assumedCycles: Math.round(assumedCycles),
    unknownLoops,
    uncounted,
    // A function that is called in several places is told of once.
    problems: [...new Map(unknownLoops.map((loop) => [loop.startOffset, loop])).values()].map(
      unknownTripProblem,
    ),
  };
}

/** Of a function that is pipelined itself: what is asked for, or what its memories allow. */
function functionInterval({ target, portsOf }: TimingContext, timing: Timing): number | undefined {
  const pipeline = directiveOf(target.directives, "pipeline");
  if (pipeline?.isOff !== false || pipeline.dialect !== "vitis") return undefined;
  if (timing.loops.some(({ isUnrolled }) => !isUnrolled)) return undefined;
  return Math.max(
    pipeline.interval ?? 1,
    ...timing.regions.map(({ sites }) => portInterval(sites, portsOf).interval),
  );
}

function unknownTripProblem(loop: Loop): Problem {
  return {
    code: "RP5302",
    severity: "information",
    message: `Nothing says how often this loop runs; it is counted as ${assumedTrip} times. Add \`#pragma HLS LOOP_TRIPCOUNT\` to say.`,
    place: { kind: "text", span: loop.headerSpan },
  };
}

/** The function that becomes hardware: the one that is named, else the one that is marked, else the last that nobody calls. */
export function topOf(unit: HlsUnit, name: string | undefined): HlsFunction | undefined {
  const { functions } = unit;
  if (name !== undefined) return functions.find((one) => one.name === name);
  const marked = functions.filter(({ isMarkedTop }) => isMarkedTop);
  if (marked.length > 0) return marked.at(-1);
  // `main` is the test bench, whatever it calls.
  const candidates = functions.filter((one) => one.name !== "main");
  const called = new Set(candidates.flatMap(({ body }) => callsIn(body)));
  return candidates.filter((one) => !called.has(one.name)).at(-1) ?? candidates.at(-1);
}

function callsIn(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "call"
      ? [step.name, ...callsIn(step.body)]
      : step.kind === "loop"
        ? callsIn(step.body)
        : step.kind === "branch"
          ? [...callsIn(step.then), ...callsIn(step.otherwise)]
          : [],
  );
}

export function loopsOf(steps: readonly Step[]): readonly Loop[] {
  return steps.flatMap((step) =>
    step.kind === "loop"
      ? [step, ...loopsOf(step.body)]
      : step.kind === "call"
        ? loopsOf(step.body)
        : step.kind === "branch"
          ? [...loopsOf(step.then), ...loopsOf(step.otherwise)]
          : [],
  );
}

function memoriesOf(
  target: HlsFunction,
  partitions: ReadonlyMap<string, Partition>,
  profile: HlsProfile,
  isMerlin: boolean,
): readonly Memory[] {
  const memories: Memory[] = [];
  const named = namesIn(target.body);
  for (const variable of target.variables.values()) {
    const words = wordsOf(variable);
    const partition = partitions.get(variable.name);
    if (words === undefined || partition === undefined || !named.has(variable.name)) continue;
    // Arguments of plain C++ are memories of whoever calls it.
    if (!isMerlin && variable.kind === "argument") continue;
    // What is counted by its members is not counted as a whole.
    if ([...named].some((name) => name.startsWith(`${variable.name}.`))) continue;
    const { bits, lanes = 1 } = variable.type;
    const memory = memoryOf(variable.name, words, bits * lanes, partition.banks, profile);
    // Between two processes of a dataflow region an array is there twice: one fills it, one reads it.
    const isDouble = isBetween(target, variable.name);
    const bram18 = isMerlin ? 0 : memory.bram18 * (isDouble ? 2 : 1);
    memories.push({ ...memory, bram18 });
  }
  return memories;
}

/** Whether several processes of a dataflow region work on an array. */
function isBetween(target: HlsFunction, name: string): boolean {
  if (!isDataflow(target) || target.variables.get(name)?.kind !== "local") return false;
  const processes = target.body.filter((step) => {
    const names = namesIn([step]);
    return names.has(name) || [...names].some((one) => one.startsWith(`${name}.`));
  });
  return processes.length > 1;
}

function namesIn(steps: readonly Step[]): ReadonlySet<string> {
  const names = new Set<string>();
  const whole = (): { factor: number; isFull: boolean } => ({ factor: 1, isFull: true });
  for (const { target, value } of sitesOf(steps, whole)) {
    if (target !== undefined) names.add(target.name);
    for (const { name } of [
      ...readsOf(value),
      ...(target?.indexWork ?? []).flatMap((one) => readsOf(one)),
    ])
      names.add(name);
  }
  return names;
}

function interfaceCount(target: HlsFunction): number {
  return new Set([...busesOf(target, 0).values()].map(({ bundle }) => bundle)).size;
}
