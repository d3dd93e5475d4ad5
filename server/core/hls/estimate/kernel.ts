import type { Access, HlsFunction, Loop, Step, Variable } from "../ir.js";
import { directiveOf } from "../directives.js";
import { carriedDependence } from "./dependence.js";
import {
  portInterval,
  recurrenceInterval,
  type IntervalCause,
  type PipelinedLoop,
  type PortsOf,
} from "./interval.js";
import { independentOf, planDirectives, type DirectivePlan } from "./plan.js";
import type { HlsProfile } from "./profile.js";
import { isSplit, tileOf } from "./split.js";
import { isFlat, readsOf, sitesOf, type Site } from "./region.js";
import { accessKey, operatorsOf, scheduleOf, type Chain, type IsMemory, type OperatorCount } from "./schedule.js";

/** One loop as it runs. */
export interface LoopEstimate {
  readonly loop: Loop;
  /** Iterations of the hardware loop, after unrolling. */
  readonly iterations: number;
  readonly factor: number;
  readonly isUnrolled: boolean;
  readonly isPipelined: boolean;
  /** Cycles between starts of iterations. */
  readonly interval: number;
  readonly cause: IntervalCause;
  /** Cycles of one iteration. */
  readonly depth: number;
  /** Of one execution of the loop; and of all that the kernel makes. */
  readonly cycles: number;
  readonly executions: number;
  /** Copies of the loop's hardware: coarse-grained parallel loops around it. */
  readonly copies: number;
  readonly operators: readonly OperatorCount[];
}

export interface Timing {
  readonly cycles: number;
  readonly loops: readonly LoopEstimate[];
  /** Regions outside of loops, whose operators count as well. */
  readonly regions: readonly RegionUse[];
}

/** Operators that are at work in the same cycles; regions after one another share. */
export interface RegionUse {
  readonly operators: readonly OperatorCount[];
  /** Operators start this often: interval 4 lets one multiplier do four multiplications. */
  readonly interval: number;
  readonly copies: number;
}

export interface TimingContext {
  readonly target: HlsFunction;
  readonly profile: HlsProfile;
  readonly portsOf: PortsOf;
  /** What a loop runs whose trip count nothing says. */
  readonly assumedTrip: number;
}

export function timeKernel(context: TimingContext): Timing {
  const timer = new Timer(context, planDirectives(context.target));
  const cycles = timer.steps(context.target.body, { executions: 1, copies: 1 });
  return { cycles, loops: timer.loops, regions: timer.regions };
}

/** As it shows in published designs for Merlin (HLSyn): at most this many banks of an array. */
const mostBanks = 512;

/** Adders of a reduction tree that is not pipelined, of those that it would have pipelined. */
const treeWidth = 0.4;

interface Around {
  /** Whether a loop is around. */
  readonly isInside?: boolean;
  readonly iterators?: readonly string[];
  /** Keys of array elements that are held in registers here. */
  readonly registers?: ReadonlySet<string>;
  readonly executions: number;
  readonly copies: number;
}

export class Timer {
  readonly loops: LoopEstimate[] = [];
  readonly regions: RegionUse[] = [];
  readonly #context: TimingContext;
  readonly #plan: DirectivePlan;
  readonly #isMemory: IsMemory;

  constructor(context: TimingContext, plan: DirectivePlan) {
    this.#context = context;
    this.#plan = plan;
    this.#isMemory = ({ name, indices }) =>
      indices.length > 0 && context.portsOf(name).banks !== Infinity;
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
    const { depth } = scheduleOf(sites, profile, this.#isMemory, (site) => this.#chain(site, undefined));
    const operators = operatorsOf(sites, profile);
    const chain = sites.reduce((most, site) => Math.max(most, this.#chain(site, undefined).copies), 1);
    // Nothing is pipelined here: what is ready starts at once, and a tree is half as wide at each level.
    const shared = operators.map((one) => {
      const isTree = chain > 1 && one.op === "add" && one.types.some(({ kind }) => kind === "float");
      return isTree ? { ...one, count: Math.ceil(one.count * treeWidth) } : one;
    });
    this.regions.push({ operators: shared, interval: chain > 1 ? 1 : Math.max(1, Math.ceil(depth)), copies: around.copies });
    return Math.ceil(depth);
  }

  loop(loop: Loop, around: Around): number {
    const { planOf } = this.#plan;
    const plan = planOf(loop);
    const trip = loop.trip.average ?? this.#context.assumedTrip;
    if (loop.body.every((step) => isFlat(step, planOf))) return this.#innermost(loop, trip, around);
    // Inside of a nest, copies need an outermost loop that is split: its copies hold the arrays.
    const isParallel = plan.factor > 1 && this.isParallel(loop, around.copies > 1 && this.#context.profile.hasPartialSums) && (!around.isInside || around.copies > 1 || !this.#plan.isMerlin) && this.#hasRoom(loop, plan.factor);
    const factor = isParallel ? plan.factor : 1;
    const iterations = Math.ceil(trip / factor);
    const inner: Around = {
      executions: around.executions * iterations,
      copies: around.copies * factor,
      isInside: true,
      iterators: [...(around.iterators ?? []), loop.iterator],
    };
    const nested = perfectInner(loop);
    const at = this.loops.length;
    const depth = this.steps(loop.body, inner);
    const child = nested === undefined ? undefined : this.loops.find(({ loop: { id } }) => id === nested.id);
    const isFlattened =
      nested !== undefined &&
      (inner.copies === 1 || this.#context.profile.readsEarly) &&
      !(isSplit(loop) && (tileOf(loop) > 1 || this.isIndependent(loop))) &&
      child !== undefined &&
      child.isPipelined &&
      directiveOf(loop.directives, "flatten")?.isOff !== true &&
      !(this.#context.profile.hoistsInvariants && hasInvariant(nested));
    // Perfect nests become one loop: the pipeline is filled once (UG1399, "LOOP_FLATTEN").
    // What one pass of the inner loop leaves in memory, the next pass reads: after as many iterations as it has.
    const isGuarded = nested !== undefined && nested.body.some(({ kind }) => kind === "branch");
    const updateLatency = this.#context.profile.loadLatency + 1 + (this.#context.profile.operators["add.f64"]?.latency ?? 1);
    const revisits = isFlattened && this.#context.profile.readsEarly && this.#revisits(nested, loop);
    const interval = isFlattened
      ? Math.max(child.interval, revisits ? Math.ceil((isGuarded ? child.depth : updateLatency) / child.iterations) : 1)
      : 1;
    const cycles = isFlattened
      ? child.depth + interval * (child.iterations * iterations - 1) + this.#context.profile.loopOverhead
      : iterations * (depth + 1) + this.#context.profile.loopOverhead;
    this.loops.splice(at, 0, {
      loop,
      iterations,
      factor,
      isUnrolled: false,
      isPipelined: isFlattened,
      interval: isFlattened ? interval * child.iterations : depth + 1,
      cause: { kind: "none", variable: "", interval: 1 },
      depth,
      cycles,
      executions: around.executions,
      copies: around.copies,
      operators: [],
    });
    return cycles;
  }

  #innermost(loop: Loop, trip: number, around: Around): number {
    const { profile, portsOf } = this.#context;
    const plan = this.#plan.planOf(loop);
    const factor = this.#isIgnored(loop) ? 1 : Math.max(1, Math.min(plan.factor, Math.ceil(trip)));
    const sites = sitesOf(loop.body, this.#plan.planOf, factor > 1 ? [{ iterator: loop.iterator, copies: factor }] : []);
    const chainOf = (site: Site): Chain => this.#chain(site, loop);
    const pipelined: PipelinedLoop = {
      iterator: loop.iterator,
      stride: loop.stride,
      factor,
      independent: independentOf(loop),
    };
    const wish = this.#plan.pipelineOf(loop);
    const iterations = Math.ceil(trip / factor);
    const isMemory: IsMemory = (access) =>
      this.#isMemory(access) && around.registers?.has(accessKey(access)) !== true;
    const { depth } = scheduleOf(sites, profile, isMemory, chainOf);
    const chainOfLoop = (site: Site): Chain => {
      const chain = chainOf(site);
      // A tree adds the copies up outside of the recurrence.
      return chain.isTree ? { ...chain, copies: 1 } : chain;
    };
    const found = recurrenceInterval(sites, pipelined, profile, isMemory, chainOfLoop);
    const isSpread =
      profile.hasPartialSums && found.kind === "recurrence" &&
      (around.copies > 1 || this.#reductions().has(found.variable)) && sites.every(({ isConditional }) => !isConditional);
    const recurrence: IntervalCause = isSpread ? { kind: "none", variable: "", interval: 1 } : found;
    const ports = portInterval(sites, portsOf);
    const spread = this.#plan.isMerlin ? this.#registerConflict(loop, around.iterators ?? [], sites, Math.ceil(depth)) : undefined;
    const asked: IntervalCause = { kind: "asked", variable: "", interval: wish.interval ?? 1 };
    const cause = [recurrence, ports, asked, ...(spread === undefined ? [] : [spread])].reduce((worst, one) =>
      one.interval > worst.interval ? one : worst,
    );
    const isChained = sites.some((site) => chainOf(site).copies > 1);
    const guards = isUneven(loop, factor) && !isChained ? profile.guardLatency : 0;
    const whole = Math.max(1, Math.ceil(depth)) + guards;
    const isPipelined = wish.kind !== "off";
    const interval = isPipelined ? cause.interval : whole + 1;
    const cycles = isPipelined
      ? whole + interval * (iterations - 1) + profile.loopOverhead
      : iterations * (whole + 1) + profile.loopOverhead;
    const operators = operatorsOf(sites, profile);
    this.loops.push({
      loop,
      iterations,
      factor,
      isUnrolled: false,
      isPipelined,
      interval,
      cause: isPipelined ? cause : { kind: "none", variable: "", interval },
      depth: whole,
      cycles,
      executions: around.executions,
      copies: around.copies,
      operators,
    });
    this.#noteUnrolled(loop.body, { ...around, executions: around.executions * iterations });
    this.regions.push({ operators, interval, copies: around.copies });
    return cycles;
  }

  #noteUnrolled(steps: readonly Step[], around: Around): void {
    for (const step of steps) {
      if (step.kind === "branch") {
        this.#noteUnrolled(step.then, around);
        this.#noteUnrolled(step.otherwise, around);
      } else if (step.kind === "call") this.#noteUnrolled(step.body, around);
      else if (step.kind === "loop") {
        const { factor } = this.#plan.planOf(step);
        this.loops.push({
          loop: step,
          iterations: 1,
          factor,
          isUnrolled: true,
          isPipelined: false,
          interval: 1,
          cause: { kind: "none", variable: "", interval: 1 },
          depth: 0,
          cycles: 0,
          executions: around.executions,
          copies: around.copies * factor,
          operators: [],
        });
        this.#noteUnrolled(step.body, around);
      }
    }
  }

  /** Copies that accumulate into the same element, and whether they may be added as a tree. */
  #chain(site: Site, loop: Loop | undefined): Chain {
    const { target } = site;
    const none: Chain = { copies: 1, isTree: false, isGuarded: false };
    if (target === undefined) return none;
    const reads = readsOf(site.value);
    if (!reads.some(({ name }) => name === target.name)) return none;
    let copies = 1;
    for (const [name, count] of site.unrolled)
      if (target.indices.every((index) => index !== undefined && !index.terms.has(name))) copies *= count;
    const isTree = this.#isReduction(target.name);
    // Where the factor does not divide the trip count, guards keep the copies in order.
    const isGuarded = loop !== undefined && isUneven(loop, site.unrolled.get(loop.iterator) ?? 1);
    return { copies, isTree, isGuarded };
  }

  #isReduction(name: string): boolean {
    return this.#reductions().has(name) || isWhole(this.#context.target.variables.get(name));
  }

  #reductionNames: ReadonlySet<string> | undefined;

  #reductions(): ReadonlySet<string> {
    if (this.#reductionNames !== undefined) return this.#reductionNames;
    const names = new Set<string>();
    const visit = (steps: readonly Step[]): void => {
      for (const step of steps)
        if (step.kind === "branch") {
          visit(step.then);
          visit(step.otherwise);
        } else if (step.kind !== "assign") {
          if (step.kind === "loop") {
            const reduction = directiveOf(step.directives, "parallel")?.reduction;
            // Without a name, the tool finds several candidates and leaves all alone.
            if (reduction !== undefined && reduction !== "") names.add(reduction);
          }
          visit(step.body);
        }
    };
    visit(this.#context.target.body);
    return (this.#reductionNames = names);
  }

  /**
   * An array that another loop unrolls whole lies in registers: reached by a running index there is no telling which
   * register, so that each iteration waits for the one before.
   */
  #registerConflict(loop: Loop, outer: readonly string[], sites: readonly Site[], depth: number): IntervalCause | undefined {
    for (const { target, value, span } of sites) {
      if (target === undefined || target.indices.length === 0) continue;
      if (!this.#context.profile.hasPartialSums || !this.#reductions().has(target.name)) continue;
      if (target.indices.every((index) => index === undefined || index.terms.size > 0) && !outer.some((iterator) => target.indices.every((index) => index !== undefined && !index.terms.has(iterator)))) continue;
      const dim = target.indices.findIndex((index) => index?.terms.has(loop.iterator) === true);
      if (dim < 0 || !this.#wholeDims().has(`${target.name}:${dim}`)) continue;
      if (!readsOf(value).some(({ name }) => name === target.name)) continue;
      return { kind: "recurrence", variable: target.name, interval: Math.max(2, depth), latency: depth, distance: 1, span };
    }
    return undefined;
  }

  #wholeDimNames: ReadonlySet<string> | undefined;

  /** Dimensions of arrays that some loop of the kernel unrolls whole. */
  #wholeDims(): ReadonlySet<string> {
    if (this.#wholeDimNames !== undefined) return this.#wholeDimNames;
    const names = new Set<string>();
    const { planOf } = this.#plan;
    const visit = (steps: readonly Step[], unrolled: readonly string[]): void => {
      const note = ({ name, indices }: Access): void =>
        indices.forEach((index, dim) => {
          if (unrolled.some((iterator) => index?.terms.has(iterator) === true)) names.add(`${name}:${dim}`);
        });
      for (const step of steps)
        switch (step.kind) {
          case "assign":
            note(step.target);
            readsOf(step.value).forEach(note);
            break;
          case "branch":
            visit(step.then, unrolled);
            visit(step.otherwise, unrolled);
            break;
          case "call":
            visit(step.body, unrolled);
            break;
          case "loop":
            visit(step.body, planOf(step).isFull ? [...unrolled, step.iterator] : unrolled);
        }
    };
    visit(this.#context.target.body, []);
    return (this.#wholeDimNames = names);
  }

  /** Whether each pass of an inner loop updates the elements that the pass before has left. */
  #revisits(inner: Loop, outer: Loop): boolean {
    return sitesOf(inner.body, this.#plan.planOf).some(
      ({ target, value }) =>
        target !== undefined &&
        target.indices.length > 0 &&
        !this.#reductions().has(target.name) &&
        target.indices.every((index) => index !== undefined && !index.terms.has(outer.iterator)) &&
        readsOf(value).some(({ name }) => name === target.name),
    );
  }

  /** Merlin leaves a loop alone whose copies would depend on one another, unless it is declared a reduction. */
  #isIgnored(loop: Loop): boolean {
    const parallel = directiveOf(loop.directives, "parallel");
    if (parallel === undefined || parallel.reduction !== undefined) return false;
    return !this.#plan.planOf(loop).isFull && !this.isIndependent(loop);
  }

  /** Merlin gives up copies that would cut an array into too many banks, or unevenly. */
  #hasRoom(loop: Loop, factor: number): boolean {
    if (!this.#plan.isMerlin || !this.#context.profile.needsEvenRows) return true;
    const visit = (steps: readonly Step[], factors: number): boolean =>
      steps.every((step) => {
        if (step.kind === "assign") return factors <= mostBanks;
        if (step.kind === "branch") return visit(step.then, factors) && visit(step.otherwise, factors);
        if (step.kind === "call") return visit(step.body, factors);
        const inner = this.#isIgnored(step) ? 1 : this.#plan.planOf(step).factor;
        if (isUneven(step, inner) && !step.body.some(({ kind }) => kind === "loop")) return false;
        const isInner = !step.body.some(({ kind }) => kind === "loop");
        return visit(step.body, isInner || this.isIndependent(step) ? factors * inner : factors);
      });
    return visit(loop.body, factor);
  }

  #isOuter(name: string, loop: Loop): boolean {
    const span = this.#context.target.variables.get(name)?.span;
    return span !== undefined && !(loop.span.start <= span.start && span.end <= loop.span.end);
  }

  /** Whether iterations of a loop with loops inside can run side by side: nothing is carried from one to the next. */
  isParallel(loop: Loop, mayReduce = false): boolean {
    return this.isIndependent(loop, true, mayReduce);
  }

  /** The same of arrays alone: scalars that are declared outside are looked over. */
  isIndependent(loop: Loop, mindsScalars = false, mayReduce = false): boolean {
    const reductions = this.#reductions();
    const sites = sitesOf(loop.body, () => ({ factor: 1, isFull: true }));
    const written = new Set<string>();
    return sites.every((writer, at) => {
      const { target } = writer;
      if (target === undefined) return true;
      // A scalar that each iteration writes before it reads it is each copy's own.
      if (target.indices.length > 0 && mayReduce && reductions.has(target.name)) return true;
      // Declared outside of the loop, a scalar is shared by the copies.
      if (mindsScalars && target.indices.length === 0 && this.#isOuter(target.name, loop)) return false;
      const isOwn = target.indices.length === 0 && (written.has(target.name) || !readsOf(writer.value).some(({ name }) => name === target.name));
      if (!writer.isConditional) written.add(target.name);
      if (isOwn) return true;
      const unrolled = new Set(innerIterators(loop.body));
      void at;
      return sites.every((reader) =>
        readsOf(reader.value).every(
          (read) =>
            carriedDependence(target, read, loop.iterator, loop.stride, unrolled) === undefined &&
            (read.name !== target.name || haveLikeSubscripts(target, read)),
        ),
      ) && dependsOnIterator(target, loop.iterator);
    });
  }
}

function isUneven(loop: Loop, factor: number): boolean {
  const trip = loop.trip.most;
  return trip !== undefined && factor > 1 && trip % factor !== 0;
}

function isWhole(variable: Variable | undefined): boolean {
  return variable !== undefined && variable.type.kind !== "float";
}

/** Subscripts that differ in more than a constant make tools give up on telling what is independent. */
function haveLikeSubscripts(a: Access, b: Access): boolean {
  return a.indices.every((index, dim) => {
    const other = b.indices[dim];
    if (index === undefined || other === undefined || index.terms.size !== other.terms.size)
      return false;
    return [...index.terms].every(([name, factor]) => other.terms.get(name) === factor);
  });
}

function dependsOnIterator(access: { readonly indices: readonly ({ readonly terms: ReadonlyMap<string, number> } | undefined)[] }, iterator: string): boolean {
  return access.indices.some((index) => index?.terms.has(iterator));
}

function innerIterators(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "loop"
      ? [step.iterator, ...innerIterators(step.body)]
      : step.kind === "branch"
        ? [...innerIterators(step.then), ...innerIterators(step.otherwise)]
        : step.kind === "call"
          ? innerIterators(step.body)
          : [],
  );
}

/** Whether a loop's body reads what stays the same over the loop: moved before it, that makes the nest imperfect. */
function hasInvariant(loop: Loop): boolean {
  return loop.body.some(
    (step) =>
      step.kind === "assign" &&
      readsOf(step.value).some(
        (access) =>
          access.name !== step.target.name &&
          access.indices.length > 0 &&
          access.indices.every((index) => index !== undefined && !index.terms.has(loop.iterator)),
      ),
  );
}

/** The only thing in a loop, when that is a loop. */
function perfectInner(loop: Loop): Loop | undefined {
  const [only] = loop.body;
  return loop.body.length === 1 && only?.kind === "loop" ? only : undefined;
}
