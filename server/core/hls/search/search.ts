import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import type { ResourceKind } from "../../design/design.js";
import { estimateKernel, type KernelEstimate } from "../estimate-kernel.js";
import { directivesOf } from "../directives.js";
import type { HlsProfile } from "../estimate/profile.js";
import type { HlsFunction } from "../ir.js";
import { directive, withFunctionDirective, withLoop } from "../rules/change.js";
import { loopsOf } from "../estimate-kernel.js";
import { variableOf } from "../estimate/partition.js";
import { readsOf, sitesOf } from "../estimate/region.js";
import { chanceToFit, reachOf, riskOf, type Reach } from "./risk.js";
import { spaceOf, type Knob } from "./space.js";

/** A design as the search weighs it. */
export interface Weighed {
  readonly cycles: number;
  /** The largest share of the part that any resource takes. */
  readonly utilisation: number;
  /** How far it is from a design that is made as it is written. */
  readonly reach: Reach;
  /** The chance that it keeps the limit. */
  readonly chance: number;
  /** What designs are compared by: the logarithm of cycles, what estimates of its kind go wrong by, and what it costs where it does not fit. */
  readonly price: number;
}

/** One point of the space, with what it is predicted to take. */
export interface Point extends Weighed {
  /** Index of the value of each knob. */
  readonly choice: readonly number[];
  readonly estimate: KernelEstimate;
}

export interface SearchResult {
  readonly knobs: readonly Knob[];
  readonly now: Point;
  /** The best bet within the limit: fewest cycles as far as estimates can be trusted; the present design where nothing fits better. */
  readonly best: Point;
  /** Fewest cycles for each utilisation, cheapest first. */
  readonly front: readonly Point[];
  readonly evaluated: number;
}

export interface SearchOptions {
  readonly capacity: Readonly<Partial<Record<ResourceKind, number>>>;
  /** Share of the part that may be used, 0.8 where nothing is said. */
  readonly limit?: number;
  readonly cancel: Cancel;
  readonly mostEvaluations?: number;
}

/**
 * Descends coordinate by coordinate from several starts: what stands there, nothing, and everything unrolled inside out; then
 * turns two knobs at once from the best of them, as long as that helps. All that is looked at on the way makes the front.
 */
export function searchPragmas(
  target: HlsFunction,
  profile: HlsProfile,
  options: SearchOptions,
): SearchResult {
  const knobs = spaceOf(target);
  const limit = options.limit ?? 0.8;
  const most = options.mostEvaluations ?? 3000;
  const points = new Map<string, Point>();
  const at = (choice: readonly number[]): Point => {
    const key = choice.join();
    const known = points.get(key);
    if (known !== undefined) return known;
    throwIfCancelled(options.cancel);
    const estimate = estimateKernel(applied(target, knobs, choice), profile);
    const point = { choice, estimate, ...weighed(estimate, options.capacity, limit) };
    points.set(key, point);
    return point;
  };
  const now = at(knobs.map((knob) => Math.max(0, knob.now)));
  const starts = [now.choice, knobs.map(() => 0), ...seeds(knobs)];
  const choiceOf = (from: Point, changes: readonly (readonly [number, number])[]): number[] => {
    const choice = [...from.choice];
    for (const [place, value] of changes) choice[place] = value;
    return choice;
  };
  const descend = (start: Point): Point => {
    let here = start;
    for (let round = 0; round < 4; round += 1) {
      const before = here;
      for (let index = knobs.length - 1; index >= 0; index -= 1) {
        const count = knobs[index]?.values.length ?? 0;
        for (let value = 0; value < count && points.size < most; value += 1) {
          const next = at(choiceOf(here, [[index, value]]));
          if (isBetter(next, here, limit)) here = next;
        }
      }
      if (here === before) break;
    }
    return here;
  };
  let found = starts.map((start) => descend(at(start))).reduce(better(limit));
  for (let improved = true; improved && points.size < most;) {
    improved = false;
    for (const [one, other] of pairsOf(knobs)) {
      const before = found;
      for (const [first, second] of combinations(knobs[one], knobs[other])) {
        if (points.size >= most) break;
        const next = at(
          choiceOf(found, [
            [one, first],
            [other, second],
          ]),
        );
        if (isBetter(next, found, limit)) found = next;
      }
      if (found === before) continue;
      found = descend(found);
      improved = true;
      break;
    }
  }
  const all = [...points.values()];
  const best = all.reduce(better(limit), now);
  return { knobs, now, best, front: frontOf(all), evaluated: points.size };
}

/** Below this share of a part nobody counts what a design takes. */
const smallShare = 0.01;

/**
 * The design to propose unasked: of those within the limit that are faster than what stands there, the one with the least
 * cycles × share of the part, so that the last tenth of speed is not bought with half of the part.
 */
export function worthwhile({ now, best, front }: SearchResult): Point {
  const price = ({ cycles, utilisation }: Point): number =>
    cycles * Math.max(utilisation, smallShare);
  return front
    .filter(({ cycles, utilisation }) => cycles < now.cycles && utilisation <= best.utilisation)
    .reduce((winner, point) => (price(point) < price(winner) ? point : winner), best);
}

function better(limit: number): (winner: Point, point: Point) => Point {
  return (winner, point) => (isBetter(point, winner, limit) ? point : winner);
}

/** Knobs that are worth turning together: those of one loop first (a tile pays where a pipeline fills it), then by nearness. */
function pairsOf(knobs: readonly Knob[]): readonly (readonly [number, number])[] {
  const pairs = knobs.flatMap((_, one) =>
    knobs.slice(one + 1).map((__, after) => [one, one + 1 + after] as const),
  );
  const far = ([one, other]: readonly [number, number]): number =>
    knobs[one]?.loop.id === knobs[other]?.loop.id ? 0 : other - one;
  return pairs.sort((a, b) => far(a) - far(b));
}

function combinations(
  one: Knob | undefined,
  other: Knob | undefined,
): readonly (readonly [number, number])[] {
  return (one?.values ?? []).flatMap((_, first) =>
    (other?.values ?? []).map((__, second) => [first, second] as const),
  );
}

/**
 * Cheaper by price within the limit; beyond it, by how far. A strict order, so that a search that only ever goes to what is
 * better ends.
 */
function isBetter(a: Point, b: Point, limit: number): boolean {
  const [overA, overB] = [a, b].map(({ utilisation }) => Math.max(0, utilisation - limit));
  if (overA !== overB) return (overA ?? 0) < (overB ?? 0);
  return a.price < b.price;
}

/** A design with what it is compared by, for a limit to the largest share of any resource. */
export function weighed(
  estimate: KernelEstimate,
  capacity: SearchOptions["capacity"],
  limit: number,
): Weighed {
  const cycles = estimate.assumedCycles;
  const utilisation = utilisationOf(estimate, capacity);
  const reach = reachOf(estimate.target);
  const chance = chanceToFit(utilisation, limit);
  const price = Math.log(Math.max(1, cycles)) + riskOf(reach, utilisation) - Math.log(chance);
  return { cycles, utilisation, reach, chance, price };
}

/** Each loop unrolled as far as it goes, from the innermost outwards. */
function seeds(knobs: readonly Knob[]): readonly (readonly number[])[] {
  const result: (readonly number[])[] = [];
  for (let index = knobs.length - 1; index >= 0; index -= 1) {
    const knob = knobs[index];
    if (knob === undefined || knob.what === "tile") continue;
    result.push(knobs.map((_, place) => (place === index ? knob.values.length - 1 : 0)));
  }
  return result.slice(0, 6);
}

/** The kernel with a choice made; in plain C++ arrays are partitioned so that unrolled copies have ports. */
export function applied(
  target: HlsFunction,
  knobs: readonly Knob[],
  choice: readonly number[],
): HlsFunction {
  let result = target;
  const unrolled = new Map<string, number>();
  knobs.forEach((knob, index) => {
    const value = knob.values[choice[index] ?? 0]?.directive;
    for (const loop of loopsOf(target.body)) {
      if (loop.startOffset !== knob.loop.startOffset) continue;
      result = withLoop(result, loop.id, (own) => [
        ...own.filter(({ kind }) => kind !== knob.what),
        ...(value === undefined ? [] : [value]),
      ]);
      if (knob.what === "unroll" && value?.kind === "unroll")
        unrolled.set(loop.iterator, value.factor ?? 1);
    }
  });
  for (const [key, factor] of partitionsFor(target, unrolled)) {
    const [variable = "", dim = ""] = key.split("#");
    result = withFunctionDirective(
      result,
      directive({
        kind: "partition",
        variable,
        dim: Number(dim),
        scheme: "cyclic",
        factor,
        isReshape: false,
      }),
    );
  }
  return result;
}

/** An argument that is cut has as many interfaces more: few are proposed, none where a directive says what its interface is. */
function mostBanks(target: HlsFunction, name: string): number {
  const variable = variableOf(target, name);
  if (variable?.kind !== "argument") return Infinity;
  const isFixed = directivesOf(target.directives, "interface").some(
    ({ port }) => port === variable.name,
  );
  return isFixed ? 1 : mostArgumentBanks;
}

const mostArgumentBanks = 16;

/** For unrolled iterators, the dimensions of arrays that they walk. */
export function partitionsFor(
  target: HlsFunction,
  unrolled: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  if (unrolled.size === 0) return factors;
  const whole = (): { factor: number; isFull: boolean } => ({ factor: 1, isFull: true });
  for (const site of sitesOf(target.body, whole)) {
    const accesses = [...readsOf(site.value), ...(site.target === undefined ? [] : [site.target])];
    for (const { name: reached, indices } of accesses)
      indices.forEach((index, dim) => {
        const name = variableOf(target, reached)?.name ?? reached;
        const most = mostBanks(target, name);
        for (const iterator of index?.terms.keys() ?? []) {
          const factor = unrolled.get(iterator) ?? 1;
          const key = `${name}#${dim + 1}`;
          if (1 < factor && factor <= most && !isCutBy(target, name, dim + 1, factor))
            factors.set(key, Math.max(factors.get(key) ?? 1, factor));
        }
      });
  }
  return factors;
}

/** Whether what stands there cuts a dimension into as many parts already. */
function isCutBy({ directives }: HlsFunction, name: string, dim: number, factor: number): boolean {
  return directivesOf(directives, "partition").some(
    (one) =>
      one.variable === name &&
      (one.dim === dim || one.dim === 0) &&
      (one.scheme === "complete" || (one.scheme === "cyclic" && (one.factor ?? 1) % factor === 0)),
  );
}

export function utilisationOf(
  { area }: KernelEstimate,
  capacity: SearchOptions["capacity"],
): number {
  const share = (used: number, kind: ResourceKind): number => {
    const most = capacity[kind];
    return most === undefined || most === 0 ? 0 : used / most;
  };
  return Math.max(
    share(area.dsp, "dsp"),
    share(area.lut, "lut"),
    share(area.ff, "ff"),
    share(area.bram18, "bram"),
  );
}

function frontOf(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.utilisation - b.utilisation || a.cycles - b.cycles);
  const front: Point[] = [];
  let fewest = Infinity;
  for (const point of sorted) {
    if (point.cycles >= 0.99 * fewest) continue;
    fewest = point.cycles;
    front.push(point);
  }
  return front;
}
