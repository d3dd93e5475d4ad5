import type { TextSpan } from "../../base/text-span.js";
import type { Access } from "../ir.js";
import { carriedDependence } from "./dependence.js";
import type { Scatter } from "./off-chip.js";
import type { HlsProfile } from "./profile.js";
import { readsOf, type Site } from "./region.js";
import { accessKey, handedOn, pathLatency, type ChainOf, type IsMemory } from "./schedule.js";

/** Why a loop cannot start an iteration every cycle. */
export interface IntervalCause {
  readonly kind: "recurrence" | "ports" | "requests" | "asked" | "none";
  /** The array or scalar that is to blame, "" where there is none. */
  readonly variable: string;
  readonly interval: number;
  /** Recurrence: cycles from the read to the write, and iterations between them. */
  readonly latency?: number;
  readonly distance?: number;
  /** Ports: accesses an iteration, and how many a cycle the memory has. */
  readonly accesses?: number;
  readonly reads?: number;
  readonly ports?: number;
  /** Requests to memory outside of the chip: how many may be under way, and why each word is one of its own. */
  readonly outstanding?: number;
  readonly scatter?: Scatter;
  readonly span?: TextSpan;
}

export interface PipelinedLoop {
  readonly iterator: string;
  readonly stride: number;
  /** Copies of the body that one iteration of the hardware runs. */
  readonly factor: number;
  /** Variables whose dependence the user has declared false; "" is all. */
  readonly independent: ReadonlySet<string>;
}

/** Recurrence: the longest cycle latency over distance (Rau, Iterative Modulo Scheduling, 1994: RecMII). */
export function recurrenceInterval(
  sites: readonly Site[],
  loop: PipelinedLoop,
  profile: HlsProfile,
  isMemory: IsMemory,
  chainOf: ChainOf,
): IntervalCause {
  let worst: IntervalCause = { kind: "none", variable: "", interval: 1 };
  if (loop.independent.has("")) return worst;
  const handed = handedOn(sites, profile, isMemory, chainOf);
  sites.forEach((writer, to) => {
    const write = writer.target;
    if (write === undefined || loop.independent.has(write.name)) return;
    const unrolled = new Set(writer.unrolled.keys());
    unrolled.delete(loop.iterator);
    for (let from = 0; from <= to; from += 1) {
      const reader = sites[from];
      if (reader === undefined) continue;
      for (const access of readsOf(reader.value)) {
        const carried = carriedDependence(write, access, loop.iterator, loop.stride, unrolled);
        if (carried === undefined || isWrittenBefore(sites, access, from)) continue;
        const latency = pathLatency(
          sites,
          { site: from, access },
          to,
          profile,
          isMemory,
          chainOf,
          handed,
        );
        if (latency === undefined) continue;
        // Copies of the body hand the value on, unless the chain through them is in the latency already.
        const { copies, isTree } = chainOf(writer);
        const isChained = copies > 1 || isTree;
        const interval = Math.ceil(
          (latency * (isChained ? 1 : loop.factor)) / carried.distance - 1e-9,
        );
        if (interval > worst.interval)
          worst = {
            kind: "recurrence",
            variable: write.name,
            interval,
            latency,
            distance: carried.distance,
            span: writer.span,
          };
      }
    }
  });
  return worst;
}

/** A value that this iteration has written itself is not the last iteration's. */
function isWrittenBefore(sites: readonly Site[], access: Access, before: number): boolean {
  const key = accessKey(access);
  return sites
    .slice(0, before)
    .some(
      (site) => site.target !== undefined && !site.isConditional && accessKey(site.target) === key,
    );
}

/** How many banks and ports an array has. */
export interface Ports {
  /** Independent memories of the array, Infinity for registers. */
  readonly banks: number;
  readonly perBank: number;
  /** Whether its elements never change: where an index is known, so is the value. */
  readonly isConstant?: boolean;
}

export type PortsOf = (name: string) => Ports;

/** What one iteration does at an array: how many copies reach an element, and the branches that all of these stand in. */
interface PortUse {
  readonly copies: number;
  readonly isRead: boolean;
  readonly arms: Site["arms"];
}

/** Memory ports: accesses an iteration over accesses a cycle (Rau 1994: ResMII). */
export function portInterval(sites: readonly Site[], portsOf: PortsOf): IntervalCause {
  const uses = new Map<string, Map<string, PortUse>>();
  const note = (access: Access, site: Site, isRead: boolean): void => {
    const { perBank, isConstant } = portsOf(access.name);
    const isStream = perBank === 1 && access.indices.length === 0;
    if (access.indices.length === 0 && !isStream) return;
    const isKnown = access.indices.every(
      (index) =>
        index !== undefined && [...index.terms.keys()].every((name) => site.known.has(name)),
    );
    if (isConstant === true && isKnown && !isStream) return;
    let copies = isStream ? site.copies : 1;
    const names = new Set(access.indices.flatMap((index) => [...(index?.terms.keys() ?? [])]));
    const isOpen = access.indices.some((index) => index === undefined);
    for (const [name, count] of site.unrolled)
      if (!isStream && (isOpen || names.has(name))) copies *= count;
    const entry = uses.get(access.name) ?? new Map<string, PortUse>();
    uses.set(access.name, entry);
    const key =
      (isStream ? String(access.span.start) : "") + (isRead ? "r" : "w") + accessKey(access);
    const before = entry.get(key)?.arms ?? site.arms;
    const arms = new Map([...before].filter(([branch, arm]) => site.arms.get(branch) === arm));
    entry.set(key, { copies, isRead, arms });
  };
  for (const site of sites) {
    for (const access of readsOf(site.value)) note(access, site, true);
    if (site.target !== undefined) {
      note(site.target, site, false);
      for (const index of site.target.indexWork)
        for (const access of readsOf(index)) note(access, site, true);
    }
  }
  let worst: IntervalCause = { kind: "none", variable: "", interval: 1 };
  for (const [name, entry] of uses) {
    const { banks, perBank } = portsOf(name);
    const all = [...entry.values()];
    const total = mostAtOnce(all);
    const interval = Math.ceil(total / (banks * perBank));
    if (interval > worst.interval)
      worst = {
        kind: "ports",
        variable: name,
        interval,
        accesses: total,
        reads: mostAtOnce(all.filter(({ isRead }) => isRead)),
        ports: banks * perBank,
      };
  }
  return worst;
}

/** Accesses of one iteration at most: of a branch, the arm that has more of them. */
function mostAtOnce(uses: readonly PortUse[]): number {
  const branch = uses.flatMap(({ arms }) => [...arms.keys()])[0];
  if (branch === undefined) return uses.reduce((sum, { copies }) => sum + copies, 0);
  const within = (arm: string): number =>
    mostAtOnce(
      uses.flatMap((one) => {
        if (one.arms.get(branch) !== arm) return [];
        return [{ ...one, arms: new Map([...one.arms].filter(([own]) => own !== branch)) }];
      }),
    );
  return (
    mostAtOnce(uses.filter(({ arms }) => !arms.has(branch))) +
    Math.max(within("then"), within("otherwise"))
  );
}
