import { directiveOf, directivesOf } from "../directives.js";
import type { HlsFunction, Loop, Step } from "../ir.js";
import type { HlsProfile } from "./profile.js";
import type { LoopPlan } from "./region.js";

/** What the directives make of each loop of a function, before any time is known. */
export interface DirectivePlan {
  readonly planOf: (loop: Loop) => LoopPlan;
  /** Loops that run their iterations overlapped, with the interval that was asked for. */
  readonly pipelineOf: (loop: Loop) => PipelineWish;
  readonly isMerlin: boolean;
  /** Ids of loops that the tool pipelines with all inside unrolled although nobody asks for it. */
  readonly unrolledAlone: ReadonlySet<number>;
}

export interface PipelineWish {
  readonly kind: "off" | "auto" | "asked";
  readonly interval?: number;
}

/** Loops with a trip count at most this are pipelined by Vitis unasked (UG1399, `config_compile -pipeline_loops`). */
const mostAutomatic = 64;

/** Short loops without directives are unrolled by Merlin where the loop around is pipelined or made of copies: in SDx 2018.3, in Vitis 2020.2. */
const mostSmall = [16, 32] as const;

/** Those anywhere inside of a tile may be as long as this. */
const mostSmallInTile = 32;

/** What the directives of the loops around make of what is inside. */
interface Around {
  readonly isUnrolled: boolean;
  /** Trip count up to which loops without directives are unrolled. */
  readonly mostDriven: number;
  readonly isInTile: boolean;
  /** Some loop around was to unroll all inside, and its directive was taken back. */
  readonly isFlattening: boolean;
}

export function planDirectives(target: HlsFunction, profile?: HlsProfile): DirectivePlan {
  const plans = new Map<number, LoopPlan>();
  const wishes = new Map<number, PipelineWish>();
  const isMerlin = usesMerlin(target);
  const unrolledAlone = new Set<number>();
  const isFree = isMerlin && makesReduction(target.body);
  const unrollsAlone = profile?.unrollsLeftAlone === true;
  const visit = (steps: readonly Step[], around: Around): void => {
    const { isUnrolled, mostDriven, isInTile, isFlattening } = around;
    for (const step of steps) {
      if (step.kind === "branch") {
        visit(step.then, around);
        visit(step.otherwise, around);
      } else if (step.kind === "call") {
        const isPipelined = !isMerlin && directiveOf(step.directives, "pipeline")?.isOff === false;
        visit(step.body, { ...around, isUnrolled: isUnrolled || isPipelined });
      }
      if (step.kind === "loop") {
        const isSmall = step.directives.length === 0 && (step.trip.most ?? Infinity) <= mostDriven;
        // A nest that cannot be flattened for a loop without constant trip count is unrolled below that loop all the same.
        const isBelow = isFlattening && hasConstantTrips(step.body);
        const own = loopPlan(step, isUnrolled || isSmall || isBelow);
        const plan = isBelow && isFree ? { ...own, isForced: false } : own;
        plans.set(step.id, plan);
        const pipeline = directiveOf(step.directives, "pipeline");
        const isWhole =
          pipeline?.isOff === false &&
          pipeline.grain !== "coarse" &&
          // Merlin takes the directive back where a loop inside has no constant trip count.
          (!isMerlin || hasConstantTrips(step.body));
        wishes.set(step.id, wishOf(step, isMerlin));
        const isAlone = isMerlin && unrollsAlone && !isInTile && holdsNestLeftAlone(step);
        if (isAlone) unrolledAlone.add(step.id);
        // A pipelined loop has no loops inside: they are unrolled (UG1399, "PIPELINE").
        const isCopied = plan.factor > 1 || (pipeline !== undefined && !pipeline.isOff);
        const holdsTile = isTiled(step) || isInTile;
        const small = mostSmall[unrollsAlone ? 1 : 0];
        const driven = holdsTile ? mostSmallInTile : isCopied ? small : 0;
        const isTakenBack =
          isMerlin && !isWhole && pipeline?.isOff === false && pipeline.grain === "unrolled";
        visit(step.body, {
          isUnrolled: isUnrolled || isWhole || isAlone,
          mostDriven: isMerlin ? driven : 0,
          isInTile: holdsTile,
          isFlattening: isFlattening || isTakenBack,
        });
      }
    }
  };
  visit(target.body, {
    isUnrolled: directiveOf(target.directives, "pipeline") !== undefined && !isMerlin,
    mostDriven: 0,
    isInTile: false,
    isFlattening: false,
  });
  return {
    planOf: (loop) => plans.get(loop.id) ?? { factor: 1, isFull: false },
    pipelineOf: (loop) => wishes.get(loop.id) ?? { kind: "auto" },
    isMerlin,
    unrolledAlone,
  };
}

/**
 * Whether a loop holds one whose pipeline is off and whose own loops say nothing: Vitis 2020.2 then unrolls both and pipelines
 * the loop around, unless a tile stands in between (published designs of doitgen; SDx 2018.3 does not).
 */
function holdsNestLeftAlone(loop: Loop): boolean {
  if (isTiled(loop) || !hasConstantTrips(loop.body)) return false;
  return loop.body.some((inner) => {
    if (inner.kind !== "loop" || isTiled(inner)) return false;
    if (directiveOf(inner.directives, "pipeline")?.isOff !== true) return false;
    if ((directiveOf(inner.directives, "parallel")?.factor ?? 1) > 1) return false;
    const loops = inner.body.filter((step) => step.kind === "loop");
    return loops.length > 0 && loops.every(({ directives }) => directives.length === 0);
  });
}

/**
 * Whether some declared reduction is made of copies: the tool is then told that sums may be regrouped, all of them. Copies of a
 * loop around whose sum is unrolled whole are left as they are written (published designs of covariance).
 */
function makesReduction(steps: readonly Step[], isCopied = false): boolean {
  return steps.some((step) => {
    if (step.kind === "assign") return false;
    if (step.kind === "branch")
      return makesReduction(step.then, isCopied) || makesReduction(step.otherwise, isCopied);
    if (step.kind === "call") return makesReduction(step.body, isCopied);
    const { factor = 1, reduction } = directiveOf(step.directives, "parallel") ?? {};
    const isWhole = factor >= (step.trip.most ?? Infinity);
    if (factor > 1 && !(isWhole && isCopied) && addsUp(step, reduction)) return true;
    return makesReduction(step.body, isCopied || factor > 1);
  });
}

/** Whether a variable is the same one over a loop, so that declaring it a reduction says something. */
function addsUp({ body, iterator }: Loop, name: string | undefined): boolean {
  return body.some(
    (step) =>
      step.kind === "assign" &&
      step.target.name === name &&
      step.target.indices.every((index) => index?.terms.has(iterator) === false),
  );
}

function isTiled(loop: Loop): boolean {
  const tile = directiveOf(loop.directives, "tile")?.factor ?? 1;
  return 1 < tile && tile < (loop.trip.most ?? Infinity);
}

function hasConstantTrips(steps: readonly Step[]): boolean {
  return steps.every((step) => {
    if (step.kind === "assign") return true;
    if (step.kind === "branch")
      return hasConstantTrips(step.then) && hasConstantTrips(step.otherwise);
    return (step.kind === "call" || step.trip.source === "constant") && hasConstantTrips(step.body);
  });
}

function loopPlan(loop: Loop, isUnrolled: boolean): LoopPlan {
  const trip = loop.trip.most ?? loop.trip.average;
  // What runs a different number of times at each entry cannot be unrolled whole.
  const isFixed = loop.trip.source === "constant";
  const unroll = directiveOf(loop.directives, "unroll");
  const parallel = directiveOf(loop.directives, "parallel");
  const asked =
    unroll !== undefined && !unroll.isOff
      ? (unroll.factor ?? trip)
      : parallel !== undefined
        ? (parallel.factor ?? trip)
        : undefined;
  if (isUnrolled && isFixed && trip !== undefined) {
    const isForced = asked === undefined || asked < trip;
    return { factor: Math.max(1, Math.ceil(trip)), isFull: true, isForced };
  }
  if (asked === undefined || asked <= 1)
    return { factor: 1, isFull: trip === 1 && asked !== undefined };
  if (trip === undefined) return { factor: asked, isFull: false };
  return {
    factor: Math.max(1, Math.min(asked, Math.ceil(trip))),
    isFull: isFixed && asked >= trip,
  };
}

function wishOf(loop: Loop, isMerlin: boolean): PipelineWish {
  const pipeline = directiveOf(loop.directives, "pipeline");
  if (pipeline !== undefined) {
    if (pipeline.isOff) return { kind: isMerlin ? "auto" : "off" };
    return {
      kind: "asked",
      ...(pipeline.interval !== undefined && { interval: pipeline.interval }),
    };
  }
  if (isMerlin) return { kind: "auto" };
  const trip = loop.trip.most ?? loop.trip.average;
  return { kind: trip !== undefined && trip > mostAutomatic * 64 ? "off" : "auto" };
}

function usesMerlin(target: HlsFunction): boolean {
  const visit = (steps: readonly Step[]): boolean =>
    steps.some((step) => {
      if (step.kind === "branch") return visit(step.then) || visit(step.otherwise);
      if (step.kind === "assign") return false;
      if (step.kind === "call") return visit(step.body);
      return step.directives.some(({ dialect }) => dialect === "merlin") || visit(step.body);
    });
  return target.directives.some(({ dialect }) => dialect === "merlin") || visit(target.body);
}

export function independentOf(loop: Loop): ReadonlySet<string> {
  return new Set(
    directivesOf(loop.directives, "dependence")
      .filter(({ isFalse }) => isFalse)
      .map(({ variable }) => variable ?? ""),
  );
}

/** What a called function, or one that it calls, asks its pipeline for. */
export function callInterval(step: Step): number | undefined {
  if (step.kind !== "call") return undefined;
  const pipeline = directiveOf(step.directives, "pipeline");
  if (pipeline?.isOff === false && pipeline.interval !== undefined) return pipeline.interval;
  return step.body.map(callInterval).find((interval) => interval !== undefined);
}
