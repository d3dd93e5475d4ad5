import type { Access, HlsFunction, Loop } from "../ir.js";
import type { IntervalCause } from "./interval.js";
import type { HlsProfile } from "./profile.js";
import { eachAccess, readsOf, sitesOf, type Site } from "./region.js";
import { accessKey } from "./schedule.js";

/**
 * An array has one partition, made for the loop that asks for most: the other loops live with it. Copies 0 … f−1 of a body
 * reach banks (f·n + copy) mod F. Where f divides F each copy has its own banks; else it may meet any bank that is a multiple
 * of gcd(f, F) away, so that f/gcd(f, F) copies take turns (SDx) or wait for the choice among the banks (Vitis).
 */
export interface BankConflict {
  readonly cause: IntervalCause | undefined;
  /** Cycles that choosing the bank adds to an iteration. */
  readonly latency: number;
  /** Whether an index has to be taken apart into bank and place, which keeps a nest from becoming one loop. */
  readonly isChosen: boolean;
}

export interface Partitioning {
  /** Banks by name and dimension (`A:1`), Infinity where every element has a register. */
  readonly cuts: ReadonlyMap<string, number>;
  readonly written: ReadonlySet<string>;
}

/** The cuts that Merlin makes: for the loop with the largest factor, and for memory words that fill a row. */
export function partitioningOf(
  target: HlsFunction,
  factorOf: (loop: Loop) => number,
  rowWidth: (name: string) => number,
): Partitioning {
  const cuts = new Map<string, number>();
  const factors = new Map<number, number>();
  eachAccess(target.body, ({ name, indices }, _isRead, around) =>
    indices.forEach((index, dim) => {
      const key = `${name}:${dim}`;
      let banks = cuts.get(key) ?? (dim === indices.length - 1 ? rowWidth(name) : 1);
      for (const loop of around) {
        if (index?.terms.has(loop.iterator) !== true) continue;
        const factor = factors.get(loop.id) ?? factorOf(loop);
        factors.set(loop.id, factor);
        const isWhole = factor >= (loop.trip.most ?? Infinity);
        banks = Math.max(banks, isWhole ? Infinity : factor);
      }
      cuts.set(key, banks);
    }),
  );
  const sites = sitesOf(target.body, () => ({ factor: 1, isFull: true }));
  const written = new Set(
    sites.flatMap(({ target: own }) => (own === undefined ? [] : [own.name])),
  );
  return { cuts, written };
}

export function bankConflict(
  loop: Loop,
  factor: number,
  sites: readonly Site[],
  { cuts, written }: Partitioning,
  profile: HlsProfile,
): BankConflict {
  let cause: IntervalCause | undefined;
  let latency = 0;
  let isChosen = false;
  const isSum = sites.some(
    ({ target }) =>
      target?.indices.every((index) => index?.terms.has(loop.iterator) === false) === true,
  );
  const isGuarded = sites.some(({ isConditional }) => isConditional);
  for (const reach of reachesOf(loop, sites)) {
    const { name, accesses, reads, dim, span, isVector } = reach;
    // What is only read is copied for each loop.
    if (!written.has(name)) continue;
    const banks = cuts.get(`${name}:${dim}`) ?? 1;
    if (banks === Infinity) {
      // Registers have no ports to wait for.
      isChosen ||= !isVector && (isSum || isGuarded);
      continue;
    }
    if (banks % factor === 0) continue;
    isChosen = true;
    latency = profile.bankChoiceLatency;
    const meeting = factor / greatestDivisor(factor, banks);
    const interval = meeting * profile.bankTurn;
    if (interval > (cause?.interval ?? 1))
      cause = {
        kind: "ports",
        variable: name,
        interval,
        accesses: meeting * accesses,
        reads: meeting * reads,
        ports: profile.ports,
        span,
      };
  }
  return { cause, latency, isChosen };
}

/** How often a body reaches an array in a dimension that the loop walks. */
interface Reach {
  readonly name: string;
  readonly dim: number;
  readonly isVector: boolean;
  readonly accesses: number;
  readonly reads: number;
  readonly span: Site["span"];
}

function reachesOf(loop: Loop, sites: readonly Site[]): readonly Reach[] {
  const found = new Map<string, Reach>();
  const seen = new Set<string>();
  const note = (access: Access, isRead: boolean, span: Site["span"]): void => {
    const key = `${isRead}${accessKey(access)}`;
    if (seen.has(key)) return;
    seen.add(key);
    const { name, indices } = access;
    const isVector = indices.length === 1;
    indices.forEach((index, dim) => {
      if (Math.abs(index?.terms.get(loop.iterator) ?? 0) !== 1) return;
      const own = found.get(`${name}:${dim}`) ?? {
        name,
        dim,
        isVector,
        accesses: 0,
        reads: 0,
        span,
      };
      found.set(`${name}:${dim}`, {
        ...own,
        accesses: own.accesses + 1,
        reads: own.reads + (isRead ? 1 : 0),
      });
    });
  };
  for (const { target, value, span } of sites) {
    for (const access of readsOf(value)) note(access, true, span);
    if (target !== undefined) note(target, false, span);
  }
  return [...found.values()];
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
