import { directiveOf } from "../directives.js";
import type { HlsFunction, Loop, Step } from "../ir.js";
import type { LoopEstimate, Timing } from "./kernel.js";
import { readsOf, sitesOf } from "./region.js";
import { wordsOf, type Transfer } from "./transfers.js";

/**
 * What the correction of an estimate looks at: how large the parts of the estimate are, which directives stand at which
 * level of the nest that dominates, and what commonly keeps a tool from doing what they ask. All are logarithms, flags
 * or shares, so that kernels of other sizes look alike.
 */
export const featureNames = [
  "cycles", "compute", "transfer", "computeShare",
  "mainShare", "mainInterval", "mainDepth", "mainIterations", "mainExecutions", "mainIsRecurrence", "mainRecurrenceLatency",
  "mainFactor", "mainIsUneven", "mainHasCondition", "mainIsReduction", "mainIsOpen", "mainTrip", "mainIsWholeUnrolled",
  "outerFactor", "outerIsParallel", "outerIsUneven", "outerTile", "outerPipeline", "outerFlatten", "outerTrip",
  "middleFactor", "middleIsParallel", "middleIsUneven", "middleTile", "middlePipeline", "middleFlatten", "middleTrip",
  "otherFactor", "otherTile", "otherFlatten", "otherPipeline",
  "nestDepth", "nestCount", "innerCount", "isPerfect", "isTriangular",
  "unrolledCopies", "widestDemand", "arrayBits", "largestArrayBits", "rowPower", "arrayCount", "writtenCount",
  "isLinearIndexed", "statementCount", "operatorCount", "hasDivision", "carriedOuter", "carriedMiddle",
  "isReadWritten", "uncachedShare", "tool",
] as const;

export function featuresOf(
  target: HlsFunction,
  timing: Timing,
  transfers: readonly Transfer[],
  isParallel: (loop: Loop) => boolean,
  tool: number,
): Float64Array {
  const moved = transfers.reduce((sum, { cycles }) => sum + cycles, 0);
  const total = timing.cycles + moved;
  const nests = topNests(target.body);
  const byId = new Map(timing.loops.map((one) => [one.loop.id, one]));
  const main = mainLoop(timing);
  const path = main === undefined ? [] : pathTo(target.body, main.loop.id);
  const [outer] = path.length > 1 ? path : [];
  const middles = path.slice(1, -1);
  const middle = middles.at(-1);
  const others = timing.loops.map(({ loop }) => loop).filter((loop) => !path.includes(loop));
  const inner = path.at(-1);
  const bodySites = inner === undefined ? [] : sitesOf(inner.body, whole);
  const parameters = target.parameters.filter(({ dims }) => dims.length > 0);
  const bits = parameters.map((one) => (wordsOf(one) ?? 0) * one.type.bits);
  const allSites = sitesOf(target.body, whole);
  const feature: Record<(typeof featureNames)[number], number> = {
    cycles: log(total),
    compute: log(timing.cycles),
    transfer: log(moved),
    computeShare: timing.cycles / Math.max(1, total),
    mainShare: main === undefined ? 0 : (main.cycles * main.executions) / Math.max(1, timing.cycles),
    mainInterval: log(main?.interval),
    mainDepth: log(main?.depth),
    mainIterations: log(main?.iterations),
    mainExecutions: log(main?.executions),
    mainIsRecurrence: flag(main?.cause.kind === "recurrence"),
    mainRecurrenceLatency: log(main?.cause.latency),
    mainFactor: log(main?.factor),
    mainIsUneven: uneven(inner, main?.factor),
    mainHasCondition: flag(bodySites.some(({ isConditional }) => isConditional)),
    mainIsReduction: flag(inner !== undefined && directiveOf(inner.directives, "parallel")?.reduction !== undefined),
    mainIsOpen: flag(bodySites.some(({ value }) => readsOf(value).some(({ indices }) => indices.includes(undefined)))),
    mainTrip: log(inner?.trip.most),
    mainIsWholeUnrolled: flag(main !== undefined && hasInnerLoop(main.loop.body)),
    ...level("outer", outer, isParallel),
    outerTrip: log(outer?.trip.most),
    ...level("middle", middle, isParallel),
    middleTrip: log(middle?.trip.most),
    otherFactor: Math.max(0, ...others.map((loop) => log(directiveOf(loop.directives, "parallel")?.factor))),
    otherTile: Math.max(0, ...others.map(tileOf)),
    otherFlatten: flag(others.some((loop) => grainOf(loop) === "unrolled")),
    otherPipeline: flag(others.some((loop) => grainOf(loop) === "coarse")),
    nestDepth: path.length,
    nestCount: nests.length,
    innerCount: timing.loops.filter(({ loop }) => !hasInnerLoop(loop.body)).length,
    isPerfect: flag(path.slice(0, -1).every(({ body }) => body.length === 1)),
    isTriangular: flag(path.some(({ trip }) => trip.source !== "constant")),
    unrolledCopies: log(Math.max(1, ...timing.loops.map(({ copies, factor }) => copies * factor))),
    widestDemand: log(main === undefined ? 0 : demandOf(main)),
    arrayBits: log(bits.reduce((sum, one) => sum + one, 0)),
    largestArrayBits: log(Math.max(0, ...bits)),
    rowPower: Math.min(4, ...parameters.filter(({ dims }) => dims.length > 1 || (dims[0] ?? 0) > 600).map(({ dims }) => powerIn(dims.at(-1) ?? 1))),
    arrayCount: parameters.length,
    writtenCount: transfers.filter(({ isWritten }) => isWritten).length,
    isLinearIndexed: flag(bodySites.some(({ value }) => readsOf(value).some(({ indices }) => indices.some((index) => (index?.terms.size ?? 0) > 1)))),
    statementCount: allSites.length,
    operatorCount: log(main?.operators.reduce((sum, { count }) => sum + count, 0)),
    hasDivision: flag(main?.operators.some(({ op }) => op === "div" || op === "sqrt") === true),
    carriedOuter: flag(outer !== undefined && !isParallel(outer)),
    carriedMiddle: flag(middle !== undefined && !isParallel(middle)),
    isReadWritten: transfers.filter(({ isRead, isWritten }) => isRead && isWritten).length,
    uncachedShare: transfers.some(({ isCached }) => !isCached) ? 1 : 0,
    tool,
  };
  void byId;
  return Float64Array.from(featureNames.map((name) => feature[name]));
}

const whole = (): { factor: number; isFull: boolean } => ({ factor: 1, isFull: true });

function log(value: number | undefined): number {
  return value === undefined || !(value > 0) ? 0 : Math.log2(1 + value);
}

function flag(claim: boolean): number {
  return claim ? 1 : 0;
}

function uneven(loop: Loop | undefined, factor: number | undefined): number {
  const trip = loop?.trip.most;
  if (trip === undefined || factor === undefined || factor <= 1) return 0;
  return trip % factor === 0 ? 0 : (factor - (trip % factor)) / factor;
}

type Level<K extends string> = Record<
  `${K}Factor` | `${K}IsParallel` | `${K}IsUneven` | `${K}Tile` | `${K}Pipeline` | `${K}Flatten`,
  number
>;

function level<K extends string>(name: K, loop: Loop | undefined, isParallel: (loop: Loop) => boolean): Level<K> {
  const factor = loop === undefined ? undefined : directiveOf(loop.directives, "parallel")?.factor;
  const grain = loop === undefined ? undefined : grainOf(loop);
  const values = {
    [`${name}Factor`]: Math.log2(Math.max(1, factor ?? 1)),
    [`${name}IsParallel`]: flag(loop !== undefined && (factor ?? 1) > 1 && isParallel(loop)),
    [`${name}IsUneven`]: uneven(loop, factor),
    [`${name}Tile`]: loop === undefined ? 0 : tileOf(loop),
    [`${name}Pipeline`]: flag(grain === "coarse"),
    [`${name}Flatten`]: flag(grain === "unrolled"),
  };
  return values as Level<K>;
}

function grainOf(loop: Loop): string | undefined {
  const pipeline = directiveOf(loop.directives, "pipeline");
  return pipeline === undefined || pipeline.isOff ? undefined : pipeline.grain;
}

/** A tile of one, or of the whole loop, changes nothing. */
function tileOf(loop: Loop): number {
  const factor = directiveOf(loop.directives, "tile")?.factor ?? 1;
  return factor >= (loop.trip.most ?? Infinity) ? 0 : Math.log2(Math.max(1, factor));
}

function powerIn(value: number): number {
  let power = 0;
  for (let rest = value; rest > 0 && rest % 2 === 0 && power < 4; rest /= 2) power += 1;
  return power;
}

function topNests(steps: readonly Step[]): readonly Loop[] {
  return steps.filter((step): step is Loop => step.kind === "loop");
}

function hasInnerLoop(steps: readonly Step[]): boolean {
  return steps.some((step) =>
    step.kind === "loop"
      ? true
      : step.kind === "branch"
        ? hasInnerLoop(step.then) || hasInnerLoop(step.otherwise)
        : step.kind === "call" && hasInnerLoop(step.body),
  );
}

/** The pipelined loop that takes the most cycles. */
function mainLoop(timing: Timing): LoopEstimate | undefined {
  let best: LoopEstimate | undefined;
  for (const one of timing.loops) {
    if (one.isUnrolled || one.operators.length + (one.isPipelined ? 1 : 0) === 0) continue;
    if (one.interval > 1 && hasRunningLoop(one, timing)) continue;
    if (best === undefined || one.cycles * one.executions > best.cycles * best.executions) best = one;
  }
  return best;
}

function hasRunningLoop(one: LoopEstimate, timing: Timing): boolean {
  const ids = new Set(innerIds(one.loop.body));
  return timing.loops.some(({ loop, isUnrolled }) => ids.has(loop.id) && !isUnrolled);
}

function innerIds(steps: readonly Step[]): readonly number[] {
  return steps.flatMap((step) =>
    step.kind === "loop"
      ? [step.id, ...innerIds(step.body)]
      : step.kind === "branch"
        ? [...innerIds(step.then), ...innerIds(step.otherwise)]
        : step.kind === "call"
          ? innerIds(step.body)
          : [],
  );
}

/** The loops from the outermost to the one that is wanted. */
function pathTo(steps: readonly Step[], id: number): readonly Loop[] {
  for (const step of steps) {
    if (step.kind === "assign") continue;
    if (step.kind === "branch") {
      const found = [step.then, step.otherwise].map((part) => pathTo(part, id)).find(({ length }) => length > 0);
      if (found !== undefined) return found;
      continue;
    }
    if (step.kind === "loop" && step.id === id) return [step];
    const inside = pathTo(step.body, id);
    if (inside.length > 0) return step.kind === "loop" ? [step, ...inside] : inside;
  }
  return [];
}

function demandOf(main: LoopEstimate): number {
  return main.factor * main.copies;
}
