import type { Access, Loop, Step } from "../ir.js";
import { directiveOf } from "../directives.js";
import {
  bankConflict,
  partitioningOf,
  type BankConflict,
  type Partitioning,
} from "./bank-conflict.js";
import { accumulationOf, isSum } from "./accumulation.js";
import { guardedUpdate } from "./guarded-update.js";
import { hasStreams, isDataflow, overlapped, type Overlapped } from "./dataflow.js";
import { isUneven, Legality } from "./legality.js";
import {
  portInterval,
  recurrenceInterval,
  type IntervalCause,
  type PipelinedLoop,
} from "./interval.js";
import { offChipOf } from "./off-chip.js";
import { callInterval, independentOf, planDirectives, type DirectivePlan } from "./plan.js";
import { registerConflict } from "./register-conflict.js";
import { registerTurns } from "./register-turns.js";
import { sameBank } from "./same-bank.js";
import { isSplit, tileOf } from "./split.js";
import { hasInvariant, perfectInner } from "./nest.js";
import { isStreamed, wordsFromMemory } from "./streamed.js";
import { rowWidth } from "./transfers.js";
import {
  loopOf,
  type Around,
  type LoopEstimate,
  type RegionUse,
  type Timing,
  type TimingContext,
} from "./timing.js";
import { waitsForLast } from "./waiting.js";
import { isFlat, sitesOf, type Site } from "./region.js";
import {
  accessKey,
  longestRun,
  operatorsOf,
  scheduleOf,
  type Chain,
  type IsMemory,
} from "./schedule.js";

export function timeKernel(context: TimingContext): Timing {
  const timer = new Timer(context, planDirectives(context.target, context.profile));
  const { target } = context;
  const interval = directiveOf(target.directives, "pipeline")?.interval;
  const around = { executions: 1, copies: 1, ...(interval !== undefined && { interval }) };
  const flow = isDataflow(target) ? timer.processes(target.body, around) : undefined;
  const cycles = flow?.latency ?? timer.steps(target.body, around);
  return {
    cycles,
    loops: timer.loops,
    regions: timer.regions,
    ...(flow !== undefined && { interval: flow.interval }),
  };
}

/** Adders of a reduction tree that is not pipelined, of those that it would have pipelined. */
const treeWidth = 0.4;

class Timer {
  readonly loops: LoopEstimate[] = [];
  readonly regions: RegionUse[] = [];
  readonly #context: TimingContext;
  readonly #plan: DirectivePlan;
  readonly #isMemory: IsMemory;
  readonly #legality: Legality;
  #partitioning: Partitioning | undefined;
  #processCount = 0;
  /** Loops whose iterations must reckon which bank they reach. */
  readonly #choosing = new Set<number>();

  constructor(context: TimingContext, plan: DirectivePlan) {
    this.#context = context;
    this.#plan = plan;
    this.#legality = new Legality(context.target, context.profile, plan);
    this.#isMemory = ({ name, indices }) =>
      indices.length > 0 && context.portsOf(name).banks !== Infinity;
  }

  /** The parts of a dataflow region, at the same time. */
  processes(steps: readonly Step[], around: Around): Overlapped {
    const cycles = steps
      .filter(({ kind }) => kind === "loop" || kind === "call")
      .map((step) => this.steps([step], { ...around, process: ++this.#processCount }));
    return overlapped(cycles, hasStreams(this.#context.target));
  }

  /** Cycles of steps after one another. */
  steps(steps: readonly Step[], around: Around): number {
    let cycles = 0;
    let run: Step[] = [];
    // An element that is set before a loop, and is the same in all its iterations, is kept in a register.
    const set = new Set(around.registers);
    const finish = (): void => {
      if (run.length > 0) cycles += this.#region(run, around);
      run = [];
    };
    for (const step of steps) {
      if (step.kind === "call" && isDataflow(step)) {
        finish();
        cycles += this.processes(step.body, around).latency;
        continue;
      }
      if (step.kind === "call" && callInterval(step) !== undefined) {
        finish();
        const interval = directiveOf(step.directives, "pipeline")?.interval;
        cycles += this.steps(step.body, { ...around, ...(interval !== undefined && { interval }) });
        continue;
      }
      if (isFlat(step, this.#plan.planOf)) {
        run.push(step);
        if (step.kind === "assign") set.add(accessKey(step.target));
        continue;
      }
      finish();
      if (step.kind === "loop") cycles += this.loop(step, { ...around, registers: set });
      else if (step.kind === "call") cycles += this.steps(step.body, around);
      else if (step.kind === "branch")
        cycles +=
          (this.steps(step.then, around) + this.steps(step.otherwise, around)) /
          (step.otherwise.length > 0 ? 2 : 1);
    }
    finish();
    return cycles;
  }

  #region(run: readonly Step[], around: Around): number {
    const { profile } = this.#context;
    const sites = sitesOf(run, this.#plan.planOf);
    for (const step of run) this.#noteUnrolled([step], around);
    const { depth } = scheduleOf(sites, profile, this.#isMemory, (site) =>
      accumulationOf(site, undefined, this.#legality),
    );
    const operators = operatorsOf(sites, profile);
    const chain = sites.reduce(
      (most, site) => Math.max(most, accumulationOf(site, undefined, this.#legality).copies),
      1,
    );
    // Nothing is pipelined here: what is ready starts at once, and a tree is half as wide at each level.
    const shared = operators.map((one) => {
      const isTree =
        chain > 1 && one.op === "add" && one.types.some(({ kind }) => kind === "float");
      if (isTree) return { ...one, count: Math.ceil(one.count * treeWidth) };
      const run = longestRun(sites, one.op, one.types[0]?.bits ?? 0);
      return { ...one, count: Math.ceil(one.count / Math.max(1, run)) };
    });
    const words = this.#wordsFromMemory(sites, around);
    const interval = Math.max(words, around.interval ?? 1);
    this.regions.push({ operators: shared, sites, interval, ...placeOf(around) });
    // Copies that stand side by side still take turns at a memory's ports.
    const offChip = offChipOf(sites, undefined, this.#context.buses);
    const turns = Math.max(
      portInterval(sites, this.#context.portsOf).interval,
      offChip.cause?.interval ?? 1,
    );
    return Math.ceil(depth) + offChip.latency + turns - 1;
  }

  loop(loop: Loop, around: Around): number {
    const { planOf } = this.#plan;
    const plan = planOf(loop);
    const trip = loop.trip.average ?? this.#context.assumedTrip;
    if (loop.body.every((step) => isFlat(step, planOf))) return this.#innermost(loop, trip, around);
    if (isDataflow(loop)) return this.#dataflowLoop(loop, trip, around);
    // Inside of a nest, copies need an outermost loop that is split: its copies hold the arrays.
    const isParallel =
      plan.factor > 1 &&
      this.#legality.isParallel(loop, around.isInside && this.#context.profile.hasPartialSums) &&
      (!around.isInside ||
        around.copies > 1 ||
        !this.#plan.isMerlin ||
        this.#context.profile.hasPartialSums) &&
      this.#legality.hasRoom(loop, plan.factor, around.isInside === true);
    const factor = isParallel ? plan.factor : 1;
    const iterations = this.#plan.isMerlin
      ? Math.max(1, Math.floor(trip / factor))
      : Math.ceil(trip / factor);
    const inner: Around = {
      executions: around.executions * iterations,
      copies: around.copies * factor,
      isInside: true,
      isTiled: around.isTiled === true || tileOf(loop) > 1,
      tile: Math.max(around.tile ?? 1, tileOf(loop)),
      iterators: [...(around.iterators ?? []), loop.iterator],
      parent: loop,
      nest: around.nest ?? loop.id,
      ...(around.process !== undefined && { process: around.process }),
    };
    const nested = perfectInner(loop);
    const at = this.loops.length;
    const depth = this.steps(loop.body, inner);
    const rest = this.#plan.isMerlin
      ? this.#rest(loop, factor, trip, { ...inner, isRest: true })
      : 0;
    const child =
      nested === undefined ? undefined : this.loops.find(({ loop: { id } }) => id === nested.id);
    // Copies that are refused leave the loop in two: blocks of as many iterations, each of which is one pipeline.
    const isRefused =
      !isParallel &&
      this.#plan.isMerlin &&
      around.isInside !== true &&
      1 < plan.factor &&
      plan.factor < trip;
    const block = isRefused && trip % plan.factor === 0 ? plan.factor : 1;
    const isFlattened =
      nested !== undefined &&
      (inner.copies === 1 || this.#context.profile.readsEarly) &&
      (block > 1 ||
        !(
          isSplit(loop) &&
          ((tileOf(loop) > 1 && around.copies === 1) || this.#legality.isIndependent(loop))
        )) &&
      child !== undefined &&
      child.isPipelined &&
      !this.#choosing.has(nested.id) &&
      directiveOf(loop.directives, "flatten")?.isOff !== true &&
      !(this.#context.profile.hoistsInvariants && hasInvariant(nested));
    // Perfect nests become one loop: the pipeline is filled once (UG1399, "LOOP_FLATTEN").
    // What one pass of the inner loop leaves in memory, the next pass reads: after as many iterations as it has.
    const isGuarded = nested !== undefined && nested.body.some(({ kind }) => kind === "branch");
    const updateLatency =
      this.#context.profile.loadLatency +
      1 +
      (this.#context.profile.operators["add.f64"]?.latency ?? 1);
    const revisits =
      isFlattened && this.#context.profile.readsEarly && this.#legality.revisits(nested, loop);
    const interval = isFlattened
      ? Math.max(
          child.interval,
          revisits ? Math.ceil((isGuarded ? child.depth : updateLatency) / child.iterations) : 1,
        )
      : 1;
    const turns = registerTurns(loop, factor, this.#context, this.#plan, this.#legality);
    const cycles =
      rest +
      turns +
      this.#context.profile.loopOverhead +
      (isFlattened
        ? this.#flattened(child, interval, iterations, block)
        : iterations * (depth + 1));
    const intervals = isFlattened ? interval * child.iterations : depth + 1;
    const own = {
      iterations,
      factor,
      isPipelined: isFlattened,
      interval: intervals,
      depth,
      cycles,
    };
    this.loops.splice(at, 0, loopOf(loop, around, own));
    return cycles;
  }

  /** Iterations follow one another as fast as the slowest process of the body. */
  #dataflowLoop(loop: Loop, trip: number, around: Around): number {
    const inner = {
      ...around,
      executions: around.executions * trip,
      isInside: true,
      parent: loop,
      nest: around.nest ?? loop.id,
    };
    const at = this.loops.length;
    const { latency, interval } = this.processes(loop.body, inner);
    const cycles = latency + interval * Math.max(0, trip - 1) + this.#context.profile.loopOverhead;
    this.loops.splice(
      at,
      0,
      loopOf(loop, around, { iterations: trip, interval, depth: latency, cycles }),
    );
    return cycles;
  }

  /** One loop made of two: filled once, or once for each block of iterations. */
  #flattened(child: LoopEstimate, interval: number, iterations: number, block: number): number {
    const run = (count: number): number => child.depth + interval * (child.iterations * count - 1);
    if (block === 1) return run(iterations);
    return (iterations / block) * (run(block) + 2 * this.#context.profile.loopOverhead);
  }

  /**
   * Iterations that a factor leaves over: Merlin puts them into a loop of their own behind the copies, which runs them one
   * by one (it shows in published designs, HLSyn, as 26 rows more for factor 32 of 90).
   */
  #rest(loop: Loop, factor: number, trip: number, around: Around): number {
    const left = factor > 1 ? Math.round(trip % factor) : 0;
    if (left === 0 || trip < factor) return 0;
    const [loops, regions] = [this.loops.length, this.regions.length];
    const each = this.steps(loop.body, around);
    this.loops.length = loops;
    this.regions.length = regions;
    return left * (each + 1) + this.#context.profile.loopOverhead;
  }

  #innermost(loop: Loop, trip: number, around: Around): number {
    const { profile, portsOf } = this.#context;
    const plan = this.#plan.planOf(loop);
    const isIgnored =
      this.#legality.isIgnored(loop) &&
      !(profile.hasPartialSums && around.copies === 1 && this.#legality.isChain(loop));
    const factor = isIgnored ? 1 : Math.max(1, Math.min(plan.factor, Math.ceil(trip)));
    const sites = sitesOf(
      loop.body,
      this.#plan.planOf,
      factor > 1
        ? [{ iterator: loop.iterator, copies: factor, stride: loop.stride, loop: loop.id }]
        : [],
    );
    const chainOf = (site: Site): Chain => accumulationOf(site, loop, this.#legality);
    const pipelined: PipelinedLoop = {
      iterator: loop.iterator,
      stride: loop.stride,
      factor,
      independent: independentOf(loop),
    };
    const wish = this.#plan.pipelineOf(loop);
    const iterations = Math.ceil(trip / factor);
    const whole = this.#legality.wholeDims();
    // A row whose elements all have a register, and which stays the same over the loop, is not written back in between.
    const isHeld = ({ name, indices }: Access): boolean =>
      this.#plan.isMerlin &&
      profile.hasPartialSums &&
      indices.every((index) => index?.terms.has(loop.iterator) === false) &&
      indices.some((_, dim) => whole.has(`${name}:${dim}`));
    const isMemory: IsMemory = (access) =>
      this.#isMemory(access) &&
      around.registers?.has(accessKey(access)) !== true &&
      !isHeld(access);
    const { depth } = scheduleOf(sites, profile, isMemory, chainOf);
    const chainOfLoop = (site: Site): Chain => {
      const chain = chainOf(site);
      // A tree adds the copies up outside of the recurrence.
      return chain.isTree ? { ...chain, copies: 1, forced: 1 } : chain;
    };
    const found = recurrenceInterval(sites, pipelined, profile, isMemory, chainOfLoop);
    // Copies of a loop are summed by a tree where that very loop says so; a loop whose pipeline is off is left as it is.
    const isOwnReduction = directiveOf(loop.directives, "parallel")?.reduction !== undefined;
    const mayRegroup =
      plan.factor === 1
        ? around.copies > 1 || directiveOf(loop.directives, "pipeline")?.isOff !== true
        : isOwnReduction || !this.#legality.reductions().has(found.variable);
    const isScalar = sites.some(
      ({ target }) => target?.name === found.variable && target.indices.length === 0,
    );
    const isSpread =
      profile.hasPartialSums &&
      mayRegroup &&
      sites.every((site) => site.target?.name !== found.variable || isSum(site)) &&
      found.kind === "recurrence" &&
      ((around.copies > 1 &&
        !((around.isRest === true || around.isTiled === true) && plan.factor > 1)) ||
        (plan.factor === 1 &&
          this.#plan.isMerlin &&
          isStreamed(sites, this.#context.target, around.tile)) ||
        (this.#legality.reductions().has(found.variable) &&
          (plan.factor > 1 || around.copies > 1 || !isScalar))) &&
      sites.every(({ isConditional }) => !isConditional);
    const recurrence: IntervalCause = isSpread
      ? { kind: "none", variable: "", interval: 1 }
      : found;
    const ports = portInterval(sites, portsOf);
    const spread = this.#plan.isMerlin
      ? registerConflict(loop, around, sites, {
          profile,
          legality: this.#legality,
          depth: Math.ceil(depth),
          factor,
        })
      : undefined;
    const banks: BankConflict =
      this.#plan.isMerlin && factor > 1
        ? bankConflict(loop, factor, sites, (this.#partitioning ??= this.#merlinCuts()), profile)
        : { cause: undefined, latency: 0, isChosen: false };
    const crowded = this.#plan.isMerlin
      ? sameBank(sites, this.#legality.writtenArrays(), profile.ports)
      : undefined;
    const asked: IntervalCause = { kind: "asked", variable: "", interval: wish.interval ?? 1 };
    const guarded = this.#plan.isMerlin
      ? guardedUpdate(loop, sites, { profile, depth, factor, around: around.copies })
      : undefined;
    const mayChoose = (banks.isChosen || isUneven(loop, factor)) && profile.bankChoiceLatency > 0;
    if (mayChoose || (guarded !== undefined && around.copies > 1)) this.#choosing.add(loop.id);
    const offChip = offChipOf(sites, loop, this.#context.buses);
    const causes = [recurrence, ports, asked, spread, guarded, banks.cause, crowded, offChip.cause];
    const cause = causes.reduce<IntervalCause>(
      (worst, one) => (one !== undefined && one.interval > worst.interval ? one : worst),
      recurrence,
    );
    const isChained = sites.some((site) => chainOf(site).copies > 1);
    const guards = isUneven(loop, factor) && !isChained ? profile.guardLatency : 0;
    // What takes turns at the ports in one iteration also makes it longer.
    const turns = ports.interval - 1;
    const latency =
      Math.max(1, Math.ceil(depth)) + guards + banks.latency + turns + offChip.latency;
    const isPipelined =
      wish.kind !== "off" &&
      (!this.#plan.isMerlin ||
        this.#plan.unrolledAlone.has(loop.id) ||
        !waitsForLast(loop, around.parent, profile));
    const interval = isPipelined ? cause.interval : latency + 1;
    // A tiled outermost loop fills its pipeline anew for each tile; copies are of tiles.
    const tile = this.#plan.isMerlin && around.isInside !== true ? tileOf(loop) : 1;
    const tiles = tile > 1 ? Math.ceil(trip / tile) : 1;
    const perTile = tile > 1 ? Math.min(Math.ceil(tile / factor), iterations) : iterations;
    // Copies that the trip count leaves without work hand the value of a recurrence on at once.
    const isHandedOn =
      isChained &&
      cause.kind === "recurrence" &&
      sites.every(({ isConditional }) => !isConditional);
    const starts = isHandedOn && tiles === 1 ? Math.min(perTile, trip / factor) : perTile;
    const cycles = isPipelined
      ? tiles * (latency + interval * (starts - 1) + profile.loopOverhead)
      : iterations * (latency + 1) + profile.loopOverhead;
    const operators = operatorsOf(sites, profile);
    this.loops.push({
      loop,
      iterations,
      factor,
      isUnrolled: false,
      isPipelined,
      interval,
      cause: isPipelined ? cause : { kind: "none", variable: "", interval },
      depth: latency,
      cycles,
      executions: around.executions,
      copies: around.copies,
      operators,
    });
    this.#noteUnrolled(loop.body, { ...around, executions: around.executions * iterations });
    // Where each condition stays a branch of its own, no two of them share.
    const isBranched = guarded !== undefined && cause === guarded && guarded.kind === "recurrence";
    const started = isBranched && !profile.hasPartialSums ? 1 : interval;
    const shared = Math.max(started, this.#wordsFromMemory(sites, around));
    this.regions.push({ operators, sites, interval: shared, ...placeOf(around) });
    return cycles;
  }

  #merlinCuts(): Partitioning {
    const { target, profile } = this.#context;
    return partitioningOf(
      target,
      (loop) => (this.#legality.isIgnored(loop) ? 1 : this.#plan.planOf(loop).factor),
      (name) => {
        const variable = target.variables.get(name);
        return variable?.kind === "argument" ? rowWidth(variable, profile) : 1;
      },
    );
  }

  #wordsFromMemory(sites: readonly Site[], around: Around): number {
    if (!this.#plan.isMerlin || around.isTiled === true) return 1;
    return wordsFromMemory(sites, this.#context.target);
  }

  #noteUnrolled(steps: readonly Step[], around: Around): void {
    for (const step of steps) {
      if (step.kind === "branch") {
        this.#noteUnrolled(step.then, around);
        this.#noteUnrolled(step.otherwise, around);
      } else if (step.kind === "call") this.#noteUnrolled(step.body, around);
      else if (step.kind === "loop") {
        const { factor } = this.#plan.planOf(step);
        const copies = around.copies * factor;
        this.loops.push(loopOf(step, { ...around, copies }, { factor, isUnrolled: true }));
        this.#noteUnrolled(step.body, around);
      }
    }
  }
}

function placeOf({
  copies,
  nest,
  process,
}: Around): Pick<RegionUse, "copies" | "nest" | "process"> {
  return {
    copies,
    ...(nest !== undefined && { nest }),
    ...(process !== undefined && { process }),
  };
}
