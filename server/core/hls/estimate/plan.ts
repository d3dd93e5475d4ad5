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

export function planDirectives(target: HlsFunction, profile?: HlsProfile): DirectivePlan {
  const plans = new Map<number, LoopPlan>();
  const wishes = new Map<number, PipelineWish>();
  const isMerlin = usesMerlin(target);
  const unrolledAlone = new Set<number>();
  const unrollsAlone = profile?.unrollsLeftAlone === true;
  const visit = (
    steps: readonly Step[],
    isUnrolled: boolean,
    mostDriven = 0,
    isInTile = false,
  ): void => {
    for (const step of steps) {
      if (step.kind === "branch") {
        visit(step.then, isUnrolled, mostDriven, isInTile);
        visit(step.otherwise, isUnrolled, mostDriven, isInTile);
      } else if (step.kind === "call") {
        const isPipelined = !isMerlin && directiveOf(step.directives, "pipeline")?.isOff === false;
        visit(step.body, isUnrolled || isPipelined, mostDriven, isInTile);
      }
      if (step.kind === "loop") {
        const isSmall = step.directives.length === 0 && (step.trip.most ?? Infinity) <= mostDriven;
        const plan = loopPlan(step, isUnrolled || isSmall);
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
        visit(step.body, isUnrolled || isWhole || isAlone, isMerlin ? driven : 0, holdsTile);
      }
    }
  };
  visit(target.body, directiveOf(target.directives, "pipeline") !== undefined && !isMerlin);
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
