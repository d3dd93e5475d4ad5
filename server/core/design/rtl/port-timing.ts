import type { TimingTable } from "../part.js";
import type { Netlist } from "./netlist.js";
import { TimingNet } from "./timing-net.js";
import { type PathEnd, type Sink, TimingGraph } from "./timing.js";

/**
 * What a module looks like to the clock from outside, as in an interface timing model: how long from its inputs to its registers,
 * from its registers to its outputs, and from inputs through to outputs, bit by bit.
 */
export interface PortTiming {
  readonly outputs: readonly string[];
  /** By input and bit. */
  readonly toRegister: ReadonlyMap<string, readonly (PortArc | undefined)[]>;
  /** By output and bit. */
  readonly fromRegister: ReadonlyMap<string, readonly (PortArc | undefined)[]>;
  /** By output and bit: what comes through to it. */
  readonly through: ReadonlyMap<string, readonly (readonly ThroughArc[])[]>;
}

export interface PortArc {
  readonly nanoseconds: number;
  readonly levels: number;
  /** The register, or what it starts from. */
  readonly end: PathEnd;
}

export interface ThroughArc extends PortArc {
  readonly input: string;
  readonly index: number;
}

/**
 * Bits reached from single inputs, of one module, that are followed; where there are more, the bits of an input are followed
 * together and the latest counts for all of them. A processor of 2,000 LUTs takes about 100,000.
 */
const reachLimit = 2_000_000;

/** Of every module that instances are kept of, the innermost first; recursion has been refused before. */
export function portTimings(
  { modules }: Netlist,
  top: string,
  table: TimingTable,
): ReadonlyMap<string, PortTiming> {
  const found = new Map<string, PortTiming>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    const module = modules.get(name);
    if (module === undefined || found.has(name) || open.has(name) || module.cells.length === 0)
      return;
    open.add(name);
    for (const type of new Set(module.cells.map((cell) => cell.type))) visit(type);
    if (name !== top) found.set(name, portTiming(new TimingNet(module, table, found)));
  };
  visit(top);
  return found;
}

function portTiming(net: TimingNet): PortTiming {
  const outputs = [...net.module.ports].filter(([, { direction }]) => direction === "output");
  const clocked = new TimingGraph(net, { registers: true, inputs: new Set() });
  const sinks = sinksByBit(clocked);
  const toRegister = new Map<string, (PortArc | undefined)[]>();
  const through = new Map<string, ThroughArc[][]>();
  let left = reachLimit;
  for (const [input, { direction, bits }] of net.module.ports) {
    if (direction === "output") continue;
    const arcs: (PortArc | undefined)[] = bits.map(() => undefined);
    for (const indices of left > 0 ? bits.map((_, index) => [index]) : [[...bits.keys()]]) {
      const inputs = new Set(
        indices.flatMap((index) => {
          const bit = bits[index];
          return typeof bit === "number" ? [bit] : [];
        }),
      );
      const reached = net.reachedFrom(inputs);
      left -= reached.size;
      const graph = new TimingGraph(net, { registers: false, inputs, within: reached });
      const latest = longestArc(graph, reached, sinks);
      for (const index of indices) arcs[index] = latest;
      for (const [output, pins] of outputs)
        for (const [at, bit] of pins.bits.entries()) {
          const arc = typeof bit === "number" && reached.has(bit) ? arcTo(graph, bit) : undefined;
          if (arc === undefined) continue;
          const lists = through.get(output) ?? pins.bits.map(() => []);
          through.set(output, lists);
          for (const index of indices) lists[at]?.push({ ...arc, input, index });
        }
    }
    if (arcs.some((arc) => arc !== undefined)) toRegister.set(input, arcs);
  }
  return {
    outputs: outputs.map(([name]) => name),
    toRegister,
    fromRegister: new Map(
      outputs.map(([name, { bits }]) => [
        name,
        bits.map((bit) => (typeof bit === "number" ? arcTo(clocked, bit) : undefined)),
      ]),
    ),
    through,
  };
}

function sinksByBit(graph: TimingGraph): ReadonlyMap<number, readonly Sink[]> {
  const found = new Map<number, Sink[]>();
  for (const sink of graph.sinks(false)) {
    const known = found.get(sink.bit);
    if (known === undefined) found.set(sink.bit, [sink]);
    else known.push(sink);
  }
  return found;
}

function arcTo(graph: TimingGraph, bit: number): PortArc | undefined {
  const arrival = graph.arrivalOf(bit);
  if (arrival === undefined) return undefined;
  const { start } = graph.trace(bit, { cell: undefined, name: "", bit }, arrival.time);
  return { nanoseconds: arrival.time, levels: arrival.levels, end: start };
}

function longestArc(
  graph: TimingGraph,
  reached: ReadonlySet<number>,
  sinks: ReadonlyMap<number, readonly Sink[]>,
): PortArc | undefined {
  let longest: PortArc | undefined;
  for (const bit of reached)
    for (const sink of sinks.get(bit) ?? []) {
      const nanoseconds = graph.timeAt(sink);
      if (nanoseconds === undefined || nanoseconds <= (longest?.nanoseconds ?? 0)) continue;
      const levels = (graph.arrivalOf(bit)?.levels ?? 0) + (sink.arc?.levels ?? 0);
      longest = { nanoseconds, levels, end: sink };
    }
  return longest;
}
