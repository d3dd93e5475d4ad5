import type { TimingTable } from "../part.js";
import type { NetModule, Netlist } from "./netlist.js";
import { type PathEnd, TimingGraph } from "./timing.js";

/**
 * What a module looks like to the clock from outside, as in an interface timing model: how long from its inputs to its registers,
 * from its registers to its outputs, and from inputs through to outputs. Bits of one input are taken together, the
 * latest counts, so that what goes through is an upper bound between single bits.
 */
export interface PortTiming {
  readonly outputs: readonly string[];
  /** By input. */
  readonly toRegister: ReadonlyMap<string, PortArc>;
  /** By output and bit. */
  readonly fromRegister: ReadonlyMap<string, readonly (PortArc | undefined)[]>;
  /** By input, then by output and bit. */
  readonly through: ReadonlyMap<string, ReadonlyMap<string, readonly (PortArc | undefined)[]>>;
}

export interface PortArc {
  readonly nanoseconds: number;
  readonly levels: number;
  /** The register, or what it starts from. */
  readonly end: PathEnd;
}

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
    if (name !== top) found.set(name, portTiming(module, table, found));
  };
  visit(top);
  return found;
}

function portTiming(
  module: NetModule,
  table: TimingTable,
  ports: ReadonlyMap<string, PortTiming>,
): PortTiming {
  const outputs = [...module.ports].filter(([, { direction }]) => direction === "output");
  const clocked = new TimingGraph(module, table, {
    starts: { registers: true, inputs: new Set() },
    ports,
  });
  const arcsOf = (graph: TimingGraph): ReadonlyMap<string, readonly (PortArc | undefined)[]> =>
    new Map(
      outputs.flatMap(([name, { bits }]) => {
        const arcs = bits.map((bit) => (typeof bit === "number" ? arcTo(graph, bit) : undefined));
        return arcs.some((arc) => arc !== undefined) ? [[name, arcs] as const] : [];
      }),
    );
  const toRegister = new Map<string, PortArc>();
  const through = new Map<string, ReadonlyMap<string, readonly (PortArc | undefined)[]>>();
  for (const [name, { direction, bits }] of module.ports) {
    if (direction === "output") continue;
    const inputs = new Set(bits.filter((bit) => typeof bit === "number"));
    const graph = new TimingGraph(module, table, { starts: { registers: false, inputs }, ports });
    const arc = longestArc(graph);
    if (arc !== undefined) toRegister.set(name, arc);
    const arcs = arcsOf(graph);
    if (arcs.size > 0) through.set(name, arcs);
  }
  return {
    outputs: outputs.map(([name]) => name),
    toRegister,
    fromRegister: arcsOf(clocked),
    through,
  };
}

function arcTo(graph: TimingGraph, bit: number): PortArc | undefined {
  const arrival = graph.arrivalOf(bit);
  if (arrival === undefined) return undefined;
  const { start } = graph.trace(bit, { cell: undefined, name: "", bit }, arrival.time);
  return { nanoseconds: arrival.time, levels: arrival.levels, end: start };
}

function longestArc(graph: TimingGraph): PortArc | undefined {
  let longest: PortArc | undefined;
  for (const sink of graph.sinks(false)) {
    const nanoseconds = graph.timeAt(sink);
    if (nanoseconds === undefined || nanoseconds <= (longest?.nanoseconds ?? 0)) continue;
    const levels = (graph.arrivalOf(sink.bit)?.levels ?? 0) + (sink.arc?.levels ?? 0);
    longest = { nanoseconds, levels, end: sink };
  }
  return longest;
}
