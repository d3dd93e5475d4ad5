import { affineKey } from "../affine.js";
import type { ElementType } from "../element-type.js";
import type { Access, Expression, Operator } from "../ir.js";
import { carriedDependence } from "./dependence.js";
import { operatorCost, type HlsProfile, type OperatorCost } from "./profile.js";
import { areExclusive, readsOf, type Site } from "./region.js";

/** How arrays are kept, as far as time goes: registers answer at once, memories after a cycle or two. */
export type IsMemory = (access: Access) => boolean;

/** Operators of a region by cost entry: how many copies there are of each. */
export interface OperatorCount {
  readonly op: Operator;
  readonly types: readonly ElementType[];
  readonly cost: OperatorCost;
  readonly count: number;
}

/** Accumulations over unrolled copies: a chain of operators, or a tree where the tool may reassociate. */
export interface Chain {
  readonly copies: number;
  readonly isTree: boolean;
  /** Of the copies, those that a loop around asks for: they stay a chain, where the tool reorders no floating-point sums. */
  readonly forced?: number;
  /** Whether copies are guarded one by one, so that even a tree waits for each. */
  readonly isGuarded: boolean;
}

export type ChainOf = (site: Site) => Chain;

export interface Schedule {
  /** Cycles from the first read to the last write. */
  readonly depth: number;
}

/** The longest path through a region: each statement starts when what it reads is there. */
export function scheduleOf(
  sites: readonly Site[],
  profile: HlsProfile,
  isMemory: IsMemory,
  chainOf: ChainOf,
): Schedule {
  const written = new Map<string, Written>();
  const byCopies = new ByCopies<Written>();
  const handed = handedOn(sites, profile, isMemory, chainOf);
  let depth = 0;
  for (const [place, site] of sites.entries()) {
    const own = site.target === undefined ? undefined : accessKey(site.target);
    const leaf = (access: Access): number =>
      readyAt(written.get(accessKey(access)) ?? elsewhere(byCopies.get(access, site), site), site) +
      (isMemory(access) ? profile.loadLatency : 0);
    const chain = chainOf(site);
    const start = timeOf(site.value, profile, leaf, 0);
    const end = start + extraOf(site, profile, chain) + (handed[place] ?? 0);
    if (own !== undefined && site.target !== undefined) {
      written.set(own, { site, end, before: written.get(own) });
      byCopies.set(site.target, site, { site, end, before: undefined });
      depth = Math.max(depth, end + (isMemory(site.target) ? 1 : 0));
    } else depth = Math.max(depth, end);
  }
  return { depth };
}

/**
 * What copies of each statement wait for one another beyond the first, where each reads what another has written (`p[j]` from
 * `p[j - 1]`): the copies over the distance, times the path from that read to the write. Sums over copies are `extraOf`'s.
 */
export function handedOn(
  sites: readonly Site[],
  profile: HlsProfile,
  isMemory: IsMemory,
  chainOf: ChainOf,
): readonly number[] {
  const handed: number[] = [];
  if (sites.every(({ copies }) => copies <= 1)) return handed;
  for (const [place, writer] of sites.entries()) {
    let sum = 0;
    for (const [iterator, copies] of writer.unrolled) {
      // Copies that reach the same element are a sum.
      const isSummed =
        chainOf(writer).copies > 1 &&
        writer.target?.indices.some((index) => index?.terms.has(iterator)) !== true;
      if (copies <= 1 || isSummed) continue;
      const latency = (from: number, access: Access): number =>
        pathLatency(sites, { site: from, access }, place, profile, isMemory, chainOf, handed) ?? 0;
      sum += passedOn(sites, place, iterator, copies, latency);
    }
    handed.push(sum);
  }
  return handed;
}

/** The longest of those waits over one unrolled loop. */
function passedOn(
  sites: readonly Site[],
  place: number,
  iterator: string,
  copies: number,
  latencyFrom: (site: number, access: Access) => number,
): number {
  const writer = sites[place];
  const write = writer?.target;
  if (writer === undefined || write === undefined || write.indices.length === 0) return 0;
  const stride = writer.strides.get(iterator) ?? 1;
  const others = new Set([...writer.unrolled.keys()].filter((name) => name !== iterator));
  let longest = 0;
  for (const [from, reader] of sites.slice(0, place + 1).entries()) {
    if (!reader.loops.has(iterator)) continue;
    if (reader.loops.get(iterator) !== writer.loops.get(iterator)) continue;
    for (const access of readsOf(reader.value)) {
      if (access.name !== write.name) continue;
      const carried = carriedDependence(write, access, iterator, stride, others);
      if (carried === undefined || carried.isAssumed) continue;
      const passes = Math.ceil(copies / carried.distance) - 1;
      longest = Math.max(longest, passes * latencyFrom(from, access));
    }
  }
  return longest;
}

/** A write of an element, and the one before it. */
interface Written {
  readonly site: Site;
  readonly end: number;
  readonly before: Written | undefined;
}

/** What another unrolled loop has written: in the same loop, copies of the two statements go hand in hand (`handedOn`). */
function elsewhere(last: Written | undefined, reader: Site): Written | undefined {
  return last === undefined || isSameLoop(last.site, reader) ? undefined : last;
}

function isSameLoop(one: Site, other: Site): boolean {
  return [...one.loops.values()].at(-1) === [...other.loops.values()].at(-1);
}

/** When a value is there for a reader: what the other arm of a branch writes never reaches it, and behind a branch both count. */
function readyAt(last: Written | undefined, reader: Site): number {
  let one = last;
  while (one !== undefined && areExclusive(one.site, reader)) one = one.before;
  if (one === undefined) return 0;
  let { end } = one;
  for (let { before } = one; before !== undefined; { before } = before) {
    if (!areExclusive(before.site, one.site)) break;
    end = Math.max(end, before.end);
  }
  return end;
}

/** A write on the way of a path: when, and by which statement. */
interface Passed {
  readonly time: number;
  readonly by: number;
}

/**
 * The longest path from a read to a write, through what stands between; undefined where none leads there. From one unrolled
 * loop to another it takes what the copies of the first have waited for one another (`handed`, by statement).
 */
export function pathLatency(
  sites: readonly Site[],
  from: { readonly site: number; readonly access: Access },
  to: number,
  profile: HlsProfile,
  isMemory: IsMemory,
  chainOf: ChainOf,
  handed: readonly number[],
): number | undefined {
  const since = new Map<string, Passed>();
  const byCopies = new ByCopies<Passed>();
  const last = sites[to];
  let isCrossed = false;
  for (let index = from.site; index <= to; index += 1) {
    const site = sites[index];
    if (site === undefined || last === undefined) return undefined;
    // What stands in the other arm of a branch is not on the way.
    if (areExclusive(site, last)) continue;
    const key = accessKey(from.access);
    const leaf = (access: Access): number => {
      if (index === from.site && accessKey(access) === key)
        return isMemory(access) ? profile.loadLatency : 0;
      const known = since.get(accessKey(access));
      const passed = known ?? byCopies.get(access, site);
      const by = passed && sites[passed.by];
      if (passed === undefined || by === undefined) return -Infinity;
      if (isSameLoop(by, site)) return known === undefined ? -Infinity : passed.time;
      isCrossed = true;
      return passed.time + (handed[passed.by] ?? 0);
    };
    const time = timeOf(site.value, profile, leaf, -Infinity);
    if (time === -Infinity) continue;
    const end = time + extraOf(site, profile, chainOf(site));
    if (index === to) {
      const waited = isCrossed ? (handed[to] ?? 0) : 0;
      return end + waited + (site.target !== undefined && isMemory(site.target) ? 1 : 0);
    }
    if (site.target === undefined) continue;
    const passed = { time: end, by: index };
    since.set(accessKey(site.target), passed);
    byCopies.set(site.target, site, passed);
  }
  return undefined;
}

/** What an accumulation over copies takes beyond one operator. */
function extraOf(site: Site, profile: HlsProfile, chain: Chain): number {
  if (chain.copies <= 1 || site.value.kind !== "operation") return 0;
  const { latency } = costOf(site.value, profile);
  const { forced = 1 } = chain;
  const own = chain.copies / forced;
  const levels = chain.isTree && !chain.isGuarded ? Math.ceil(Math.log2(own)) : own - 1;
  // Of additions that follow one another within a cycle, none waits for a register.
  const each = latency < 1 ? latency : latency - profile.carryLatency;
  return (levels + forced - 1) * each;
}

function costOf(value: Expression & { kind: "operation" }, profile: HlsProfile): OperatorCost {
  return operatorCost(
    profile,
    value.op,
    value.args.map(({ type }) => type),
    value.type,
  );
}

/** `origin` is when constants are there: -Infinity asks for paths from one read alone. */
function timeOf(
  value: Expression,
  profile: HlsProfile,
  leaf: (access: Access) => number,
  origin: number,
): number {
  switch (value.kind) {
    case "number":
      return origin;
    case "access": {
      const index = value.access.indexWork.map((one) => timeOf(one, profile, leaf, origin));
      // A subscript that is computed delays the read.
      const latest = Math.max(-Infinity, ...index);
      return Math.max(leaf(value.access), latest + profile.loadLatency);
    }
    case "operation": {
      const times = value.args.map((arg) => timeOf(arg, profile, leaf, origin));
      return Math.max(-Infinity, ...times) + costOf(value, profile).latency;
    }
  }
}

/** A search asks thousands of times for the keys of the same few accesses. */
const keysOfAccesses = new WeakMap<Access, string>();

export function accessKey(access: Access): string {
  const known = keysOfAccesses.get(access);
  if (known !== undefined) return known;
  const parts = access.indices.map((index) => (index === undefined ? "?" : affineKey(index)));
  const key = `${access.name}[${parts.join("][")}]`;
  keysOfAccesses.set(access, key);
  return key;
}

/** What was last noted of the elements that copies of a statement reach together; statements without copies note nothing. */
class ByCopies<T> {
  readonly #notes = new Map<string, Map<string, T>>();

  get(access: Access, site: Site): T | undefined {
    return this.#notes.get(access.name)?.get(keyAmongCopies(access, site));
  }

  set(access: Access, site: Site, note: T): void {
    if (site.copies <= 1 || access.indices.length === 0) return;
    const own = this.#notes.get(access.name) ?? new Map<string, T>();
    this.#notes.set(access.name, own);
    own.set(keyAmongCopies(access, site), note);
  }
}

/** The same for elements that only the copies of a statement tell apart: together they reach all of them. */
export function keyAmongCopies({ name, indices }: Access, { unrolled }: Site): string {
  const parts = indices.map((index) => {
    if (index === undefined) return "?";
    const isCut = [...index.terms.keys()].some((one) => (unrolled.get(one) ?? 1) > 1);
    return affineKey(isCut ? { terms: index.terms, constant: 0 } : index);
  });
  return `${name}[${parts.join("][")}]`;
}

/** How many operators of a kind follow one another on the longest dependence: so many at least share one unit. */
export function longestRun(sites: readonly Site[], op: Operator, bits: number): number {
  const ready = new Map<string, number>();
  const count = (value: Expression): number => {
    if (value.kind === "number") return 0;
    if (value.kind === "access") return ready.get(accessKey(value.access)) ?? 0;
    const own = value.op === "sub" ? "add" : value.op;
    const isCounted = own === op && value.args.some(({ type }) => type.bits === bits);
    return Math.max(0, ...value.args.map(count)) + (isCounted ? 1 : 0);
  };
  let longest = 0;
  for (const site of sites) {
    const run = count(site.value);
    longest = Math.max(longest, run);
    if (site.target !== undefined) ready.set(accessKey(site.target), run);
  }
  return longest;
}

/**
 * Counts the operators of a region. A copy that would compute the same as another is none: an expression has as many as
 * the unrolled iterators that it depends on make, and equal expressions are one.
 */
export function operatorsOf(sites: readonly Site[], profile: HlsProfile): readonly OperatorCount[] {
  const counts = new Map<string, OperatorCount>();
  const dependsOn = new Map<string, ReadonlySet<string>>();
  const seen = new Set<string>();
  const add = (value: Expression & { kind: "operation" }, copies: number): void => {
    const types = value.args.map(({ type }) => type);
    const op = value.op === "sub" ? "add" : value.op;
    const key = [op, ...types.map(({ kind, bits }) => `${kind}${bits}`), value.type.bits].join();
    const known = counts.get(key)?.count ?? 0;
    counts.set(key, { op, types, cost: costOf(value, profile), count: known + copies });
  };
  const visit = (
    value: Expression,
    site: Site,
  ): { key: string; iterators: ReadonlySet<string> } => {
    if (value.kind === "number") return { key: String(value.value), iterators: new Set() };
    if (value.kind === "access") {
      const parts = value.access.indexWork.map((index) => visit(index, site));
      const iterators = new Set(parts.flatMap((part) => [...part.iterators]));
      for (const index of value.access.indices)
        for (const name of index?.terms.keys() ?? [])
          if (site.unrolled.has(name)) iterators.add(name);
      for (const name of dependsOn.get(value.access.name) ?? [])
        if (site.unrolled.has(name)) iterators.add(name);
      const key = accessKey(value.access) + parts.map((part) => part.key).join();
      return { key, iterators };
    }
    const parts = value.args.map((arg) => visit(arg, site));
    const iterators = new Set(parts.flatMap((part) => [...part.iterators]));
    const key = `${value.op}(${parts.map((part) => part.key).join()})`;
    if (!seen.has(key)) {
      seen.add(key);
      let copies = 1;
      for (const name of iterators) copies *= site.unrolled.get(name) ?? 1;
      add(value, copies);
    }
    return { key, iterators };
  };
  for (const site of sites) {
    for (const index of site.target?.indexWork ?? []) visit(index, site);
    const own = site.target;
    const isAccumulated =
      own !== undefined && readsOf(site.value).some(({ name }) => name === own.name);
    // What accumulates over copies differs from copy to copy.
    if (own !== undefined && isAccumulated) dependsOn.set(own.name, new Set(site.unrolled.keys()));
    const { iterators } = visit(site.value, site);
    if (own === undefined) continue;
    const before =
      own.indices.length === 0 && !isAccumulated ? [] : (dependsOn.get(own.name) ?? []);
    dependsOn.set(own.name, new Set([...before, ...iterators]));
    // A new value: what is computed from it is computed anew.
    for (const key of seen) if (key.includes(`${own.name}[`)) seen.delete(key);
  }
  return [...counts.values()];
}
