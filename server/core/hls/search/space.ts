import { directiveOf, type Directive } from "../directives.js";
import type { HlsFunction, Loop, Step } from "../ir.js";
import { loopsOf } from "../estimate-kernel.js";
import { planDirectives } from "../estimate/plan.js";
import { directive } from "../rules/change.js";

/** One choice of the design space: what may stand at one loop. */
export interface Knob {
  readonly loop: Loop;
  readonly what: "pipeline" | "parallel" | "tile" | "unroll";
  readonly values: readonly KnobValue[];
  /** Index of what stands there now. */
  readonly now: number;
}

export interface KnobValue {
  /** As it is written: "flatten", "FACTOR=4"; "" takes the pragma away. */
  readonly text: string;
  /** Undefined: no directive. */
  readonly directive: Directive | undefined;
}

/** Factors that are tried at most, of loops with many divisors. */
const mostFactors = 9;

/** Copies at most, but for whole loops. */
const mostFactor = 64;

/** The choices of a kernel, but for those that a script of the project has made: where Merlin's pragmas stand, all that each can say; in plain C++, unrolling and pipelines. */
export function spaceOf(target: HlsFunction): readonly Knob[] {
  const { isMerlin } = planDirectives(target);
  const seen = new Set<number>();
  const loops = loopsOf(target.body).filter(({ startOffset, isElsewhere, isMove, body }) => {
    if (isElsewhere === true || isMove === true || !holdsWork(body)) return false;
    if (seen.has(startOffset)) return false;
    seen.add(startOffset);
    return true;
  });
  return loops
    .flatMap((loop) => (isMerlin ? merlinKnobs(loop) : plainKnobs(loop)))
    .filter(({ loop, what }) => directiveOf(loop.directives, what)?.isElsewhere !== true);
}

/** Of a loop in which nothing was read (calls of what the file does not have), nothing can be foretold. */
function holdsWork(steps: readonly Step[]): boolean {
  return steps.some(
    (step) =>
      step.kind === "assign" ||
      (step.kind === "branch"
        ? holdsWork(step.then) || holdsWork(step.otherwise)
        : holdsWork(step.body)),
  );
}

function merlinKnobs(loop: Loop): readonly Knob[] {
  const knobs: Knob[] = [];
  const pipeline = directiveOf(loop.directives, "pipeline");
  if (pipeline !== undefined) {
    const grains = [
      { text: "off", directive: { ...pipeline, isOff: true, grain: "coarse" as const } },
      { text: "", directive: { ...pipeline, isOff: false, grain: "coarse" as const } },
      { text: "flatten", directive: { ...pipeline, isOff: false, grain: "unrolled" as const } },
    ];
    const now = pipeline.isOff ? 0 : pipeline.grain === "unrolled" ? 2 : 1;
    knobs.push({ loop, what: "pipeline", values: grains, now });
  }
  const parallel = directiveOf(loop.directives, "parallel");
  if (parallel !== undefined)
    knobs.push(factorKnob(loop, "parallel", parallel, parallel.factor ?? 1));
  const tile = directiveOf(loop.directives, "tile");
  if (tile !== undefined) knobs.push(factorKnob(loop, "tile", tile, tile.factor ?? 1));
  return knobs;
}

function factorKnob(
  loop: Loop,
  what: "parallel" | "tile",
  own: Directive & { readonly kind: "parallel" | "tile" },
  factor: number,
): Knob {
  const factors = factorsOf(loop, factor, true);
  return {
    loop,
    what,
    values: factors.map((one) => ({ text: `FACTOR=${one}`, directive: { ...own, factor: one } })),
    now: factors.indexOf(factor),
  };
}

function plainKnobs(loop: Loop): readonly Knob[] {
  const unroll = directiveOf(loop.directives, "unroll");
  const trip = loop.trip.most ?? 1;
  const factor = unroll === undefined || unroll.isOff ? 1 : (unroll.factor ?? trip);
  const factors = factorsOf(loop, factor);
  const knob: Knob = {
    loop,
    what: "unroll",
    values: factors.map((one) => ({
      text: one === 1 ? "" : `factor=${one}`,
      directive: one === 1 ? undefined : directive({ kind: "unroll", factor: one, isOff: false }),
    })),
    now: factors.indexOf(factor),
  };
  const pipeline = directiveOf(loop.directives, "pipeline");
  const asked = directive({ kind: "pipeline", grain: "fine", isOff: false, interval: 1 });
  const pipelines: Knob = {
    loop,
    what: "pipeline",
    values: [
      { text: "", directive: undefined },
      { text: "II=1", directive: pipeline !== undefined && !pipeline.isOff ? pipeline : asked },
    ],
    now: pipeline !== undefined && !pipeline.isOff ? 1 : 0,
  };
  return [pipelines, knob];
}

/**
 * Divisors of the trip count, the whole loop, and what stands there now; powers of two too where the tool takes what they leave
 * over out of the loop, as Merlin does.
 */
function factorsOf(loop: Loop, now: number, takesRemainders = false): readonly number[] {
  const trip = loop.trip.most;
  const factors = new Set([1, now]);
  if (trip !== undefined) {
    const divisors: number[] = [];
    for (let one = 2; one <= Math.min(trip, mostFactor); one += 1)
      if (trip % one === 0) divisors.push(one);
    const step = Math.max(1, Math.ceil(divisors.length / mostFactors));
    divisors.forEach((one, index) => {
      if (index % step === 0) factors.add(one);
    });
    if (takesRemainders)
      for (let one = 2; one <= Math.min(trip, mostFactor); one *= 2) factors.add(one);
    if (trip <= 1024) factors.add(trip);
  }
  return [...factors].sort((a, b) => a - b);
}
