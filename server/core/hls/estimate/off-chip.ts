import type { Affine } from "../affine.js";
import { directivesOf } from "../directives.js";
import type { Access, Expression, HlsFunction, Loop } from "../ir.js";
import type { IntervalCause } from "./interval.js";
import { readsOf, type Site } from "./region.js";

/** An argument that lies in memory outside of the chip, behind an AXI interface. */
export interface Bus {
  /** Arrays of one bundle share its channels. */
  readonly bundle: string;
  /** Cycles from a request to its answer that the tool plans with. */
  readonly latency: number;
  /** Requests that may be under way. */
  readonly outstanding: number;
  /** Bits of the widest word that neighbours may be joined to; 0 where the interface does not say it. */
  readonly widest: number;
}

/** Why the words of an access are asked for one by one. */
export type Scatter = "data" | "stride" | "condition";

export interface OffChip {
  /** Cycles that an iteration waits for its words: until the first of a burst is there, or for every one. */
  readonly latency: number;
  readonly cause: IntervalCause | undefined;
}

/** UG1399, `pragma HLS interface`: `num_read_outstanding` is 16 by default. */
const defaultOutstanding = 16;
/** Stages of the adapter between a request and the bus (reports of plain loops of m_axi reads: 7 cycles more than the latency). */
const adapter = 7;

/** `busLatency`: of interfaces that do not say it (UG1399: 64 where kernels are built, 0 in the Vivado flow). */
export function busesOf(target: HlsFunction, busLatency: number): ReadonlyMap<string, Bus> {
  const buses = new Map<string, Bus>();
  for (const one of directivesOf(target.directives, "interface")) {
    if (one.mode !== "m_axi") continue;
    buses.set(one.port, {
      bundle: one.bundle ?? "",
      latency: one.latency ?? busLatency,
      outstanding: one.outstanding ?? defaultOutstanding,
      widest: one.widest ?? 0,
    });
  }
  return buses;
}

/**
 * What a loop's accesses to memory outside of the chip take. Words one after the other are one burst, asked for once. An address
 * that depends on data, jumps, or is reached under a condition alone is a request of its own (UG1399, "AXI burst transfers"):
 * with as many under way as the interface allows, one is answered every latency / outstanding cycles (Little's law).
 */
export function offChipOf(
  sites: readonly Site[],
  /** Undefined: outside of loops that run in time. */
  loop: Loop | undefined,
  buses: ReadonlyMap<string, Bus>,
): OffChip {
  if (buses.size === 0) return { latency: 0, cause: undefined };
  let latency = 0;
  const requests = new Map<string, { count: number; cause: IntervalCause }>();
  const words = new Map<string, { count: number; name: string }>();
  const visit = (access: Access, site: Site, isRead: boolean): void => {
    const bus = buses.get(access.name);
    if (bus === undefined) return;
    latency = Math.max(latency, bus.latency + adapter);
    const copies = copiesOf(access, site);
    const channel = `${bus.bundle} ${isRead ? "read" : "write"}`;
    const scatter = scatterOf(access, site, loop);
    const before = words.get(channel)?.count ?? 0;
    const { bits, lanes = 1 } = access.type;
    const together = Math.max(1, Math.floor(bus.widest / (bits * lanes)));
    const count = scatter === undefined ? Math.ceil(copies / together) : copies;
    words.set(channel, { count: before + count, name: access.name });
    if (scatter === undefined || !isRead) return;
    const known = requests.get(channel);
    const requested = (known?.count ?? 0) + copies;
    const waiting = bus.latency + adapter;
    const interval = Math.ceil((requested * waiting) / bus.outstanding);
    requests.set(channel, {
      count: requested,
      cause: {
        kind: "requests",
        variable: access.name,
        interval,
        latency: waiting,
        accesses: requested,
        outstanding: bus.outstanding,
        scatter,
        span: access.span,
      },
    });
  };
  for (const site of sites) {
    for (const access of readsOf(site.value)) visit(access, site, true);
    if (site.target === undefined) continue;
    visit(site.target, site, false);
    for (const one of site.target.indexWork.flatMap((work) => readsOf(work)))
      visit(one, site, true);
  }
  const causes = [
    ...[...requests.values()].map(({ cause }) => cause),
    ...[...words].map(([channel, { count, name }]): IntervalCause => ({
      kind: "ports",
      variable: name,
      interval: count,
      accesses: count,
      reads: channel.endsWith("read") ? count : 0,
      ports: 1,
    })),
  ];
  const cause = causes.reduce<IntervalCause | undefined>(
    (worst, one) => (one.interval > (worst?.interval ?? 1) ? one : worst),
    undefined,
  );
  return { latency, cause };
}

/** Words that the copies of an unrolled loop reach. */
function copiesOf({ indices }: Access, { unrolled }: Site): number {
  let copies = 1;
  for (const [iterator, count] of unrolled)
    if (indices.some((index) => index === undefined || index.terms.has(iterator))) copies *= count;
  return copies;
}

/** Undefined for words that follow one another from iteration to iteration, or stay the same. */
export function scatterOf(
  access: Access,
  { isConditional }: Site,
  loop: Loop | undefined,
): Scatter | undefined {
  const { indices, indexWork } = access;
  if (indices.some((index) => index === undefined))
    return indexWork.some(readsMemory) ? "data" : "stride";
  if (loop === undefined) return undefined;
  const last = indices.at(-1);
  const isOuter = indices.slice(0, -1).some((index) => index?.terms.has(loop.iterator) === true);
  if (isOuter || Math.abs(strideIn(last, loop)) > 1) return "stride";
  return isConditional && strideIn(last, loop) !== 0 ? "condition" : undefined;
}

function strideIn(index: Affine | undefined, { iterator, stride }: Loop): number {
  return (index?.terms.get(iterator) ?? 0) * stride;
}

function readsMemory(value: Expression): boolean {
  return readsOf(value).some(({ indices }) => indices.length > 0);
}
