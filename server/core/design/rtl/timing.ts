import type { TimingTable } from "../part.js";
import type { NetCell, NetModule } from "./netlist.js";
import type { PortArc, PortTiming } from "./port-timing.js";
import { type CellTiming, isClockPort } from "./timing-cells.js";
import {
  type Driver,
  firstBit,
  inputBits,
  isOutputOf,
  plainName,
  TimingNet,
} from "./timing-net.js";

/** A path of one module's netlist, from a register or input to a register or output. */
export interface TimedPath {
  readonly nanoseconds: number;
  readonly levels: number;
  readonly start: PathEnd;
  readonly end: PathEnd;
  /** Cells in the order in which the signal passes them, with what each adds. */
  readonly cells: readonly { readonly cell: NetCell; readonly nanoseconds: number }[];
}

export interface PathEnd {
  /** Undefined at a port of the module. */
  readonly cell: NetCell | undefined;
  /** Name of the net: `count[3]`. */
  readonly name: string;
  readonly bit: number;
}

export interface Arrival {
  readonly time: number;
  /** Where it comes from; undefined at a start. */
  readonly from: number | undefined;
  /** Register and name of a start inside of an instance. */
  readonly inside?: PathEnd | undefined;
  readonly cell: NetCell | undefined;
  readonly levels: number;
  readonly isCarry: boolean;
}

/**
 * Longest paths between registers: each output bit is the latest of its cell's inputs, a cell's and a wire's time later. Wires
 * are estimated by their sinks alone: nothing is placed. Combinational loops are cut where they close.
 */
export function longestPaths(
  module: NetModule,
  table: TimingTable,
  options: {
    readonly limit: number;
    /** Also from inputs and to outputs of the module. */
    readonly hasPorts: boolean;
    /** Of the modules that it has instances of; without theirs nothing passes an instance. */
    readonly ports?: ReadonlyMap<string, PortTiming>;
  },
): readonly TimedPath[] {
  const { hasPorts, ports } = options;
  const graph = new TimingGraph(new TimingNet(module, table, ports ?? noPorts), {
    registers: true,
    inputs: hasPorts ? undefined : noBits,
  });
  const ends: { readonly time: number; readonly toPath: () => TimedPath }[] = [];
  for (const sink of graph.sinks(hasPorts)) {
    const time = graph.timeAt(sink);
    if (time !== undefined) ends.push({ time, toPath: () => graph.trace(sink.bit, sink, time) });
  }
  for (const path of graph.ownPaths()) ends.push({ time: path.nanoseconds, toPath: () => path });
  ends.sort((a, b) => b.time - a.time);
  const paths: TimedPath[] = [];
  const seen = new Set<string>();
  for (const { toPath } of ends) {
    const path = toPath();
    // Bits of one register from one other are one path to a person.
    const key = `${wordOf(path.start.name)}>${wordOf(path.end.name)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    paths.push(path);
    if (paths.length >= options.limit) break;
  }
  return paths;
}

function wordOf(name: string): string {
  return name.replace(/\[\d+\]$/, "");
}

const noBits: ReadonlySet<number> = new Set();
const noPorts: ReadonlyMap<string, PortTiming> = new Map();

/** Where signals start that are followed. */
export interface Starts {
  readonly registers: boolean;
  /** Undefined: all. */
  readonly inputs: ReadonlySet<number> | undefined;
  /** Nothing of interest comes by other bits. */
  readonly within?: ReadonlySet<number>;
}

/** An end of paths: a register's input, an output of the module, or an input of an instance that leads to a register. */
export interface Sink extends PathEnd {
  /** From here into the instance's register. */
  readonly arc?: PortArc;
  /** From the input to the cell's register, where it is not as any register's. */
  readonly setup?: number;
}

/** Longest arrivals from some starts, found when they are asked for. */
export class TimingGraph {
  readonly #net: TimingNet;
  readonly #starts: Starts;
  readonly #table: TimingTable;
  readonly #arrivals = new Map<number, Arrival | "open" | "none">();

  constructor(net: TimingNet, starts: Starts) {
    this.#net = net;
    this.#table = net.table;
    this.#starts = starts;
  }

  *sinks(hasPorts: boolean): Iterable<Sink> {
    for (const cell of this.#net.module.cells) {
      yield* this.#instanceSinks(cell);
      const timing = this.#net.timingOf(cell);
      if (timing?.kind !== "register" && timing?.kind !== "memory") continue;
      const name = this.#nameOf(cell);
      for (const [port, bits] of Object.entries(cell.connections)) {
        if (isOutputOf(cell, port) || isClockPort(port)) continue;
        const setup = timing.kind === "register" ? timing.setup?.(port) : undefined;
        for (const bit of bits)
          if (typeof bit === "number")
            yield { cell, name, bit, ...(setup !== undefined && { setup }) };
      }
    }
    if (!hasPorts) return;
    for (const [name, { direction, bits }] of this.#net.module.ports)
      if (direction === "output")
        for (const [index, bit] of bits.entries())
          if (typeof bit === "number")
            yield { cell: undefined, name: bits.length > 1 ? `${name}[${index}]` : name, bit };
  }

  /** Of what a register holds. */
  #nameOf({ connections, name }: NetCell): string {
    const bits = connections["Q"] ?? connections["q"] ?? connections["O"] ?? connections["P"];
    return this.#net.nameOf(firstBit(bits)) ?? plainName(name);
  }

  /** Between two registers of one cell: of cells that are as slow as one another, the first one's. */
  *ownPaths(): Iterable<TimedPath> {
    const seen = new Set<number>();
    for (const cell of this.#net.module.cells) {
      const timing = this.#net.timingOf(cell);
      if (timing?.kind !== "register" || timing.period === undefined) continue;
      if (seen.has(timing.period)) continue;
      seen.add(timing.period);
      const start = { cell, name: this.#nameOf(cell), bit: 0 };
      const end = { ...start, name: `${start.name}, in one ${cell.type}` };
      yield { nanoseconds: timing.period, levels: 0, start, end, cells: [] };
    }
  }

  *#instanceSinks(cell: NetCell): Iterable<Sink> {
    const model = this.#net.ports.get(cell.type);
    if (model === undefined) return;
    for (const [port, arcs] of model.toRegister)
      for (const [index, arc] of arcs.entries()) {
        const bit = cell.connections[port]?.[index];
        if (arc === undefined || typeof bit !== "number") continue;
        yield { cell: arc.end.cell, name: `${plainName(cell.name)}.${arc.end.name}`, bit, arc };
      }
  }

  /** When a signal is there at a sink, set up; undefined when no start leads to it. */
  timeAt({ bit, cell, setup, arc }: Sink): number | undefined {
    const arrival = this.arrivalOf(bit);
    if (arrival === undefined) return undefined;
    // The wire into an instance is counted inside of it, where it ends.
    if (arc !== undefined) return arrival.time + arc.nanoseconds;
    if (cell === undefined) return arrival.time;
    return arrival.time + this.wire(bit, arrival) + (setup ?? this.#table.setup);
  }

  /** Time of a wire after its driver; a carry chain has wires of its own. */
  wire(bit: number, { isCarry }: Arrival): number {
    if (isCarry) return 0;
    const sinks = this.#net.fanoutOf(bit);
    return this.#table.net + this.#table.fanout * Math.log2(Math.max(1, sinks));
  }

  /** Depth first without recursion: netlists are deeper than a call stack. */
  arrivalOf(bit: number): Arrival | undefined {
    const stack: number[] = [bit];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const state = this.#arrivals.get(top);
      if (state !== undefined && state !== "open") {
        stack.pop();
        continue;
      }
      if (this.#starts.within?.has(top) === false) {
        this.#arrivals.set(top, "none");
        stack.pop();
        continue;
      }
      const driver = this.#net.driverOf(top);
      const model = driver && this.#net.ports.get(driver.cell.type);
      if (driver === undefined || (driver.timing.kind === "register" && model === undefined)) {
        this.#arrivals.set(top, this.#startOf(top, driver) ?? "none");
        stack.pop();
        continue;
      }
      const inputs =
        model === undefined ? inputBits(driver.cell) : bitsInto(driver.cell, model, top);
      if (state === undefined) {
        this.#arrivals.set(top, "open");
        const missing = inputs.filter((input) => this.#arrivals.get(input) === undefined);
        if (missing.length > 0) {
          stack.push(...missing);
          continue;
        }
      }
      const found =
        model === undefined
          ? this.#through(top, driver, inputs)
          : this.#throughInstance(top, driver.cell, model);
      this.#arrivals.set(top, found ?? "none");
      stack.pop();
    }
    return this.#known(bit);
  }

  #known(bit: number): Arrival | undefined {
    const found = this.#arrivals.get(bit);
    return found === "open" || found === "none" ? undefined : found;
  }

  #startOf(bit: number, driver: Driver | undefined): Arrival | undefined {
    const { registers, inputs } = this.#starts;
    const isStart = driver === undefined ? (inputs?.has(bit) ?? true) : registers;
    if (!isStart) return undefined;
    const time = driver?.timing.kind === "register" ? driver.timing.clockToOutput : 0;
    return { time, from: undefined, cell: driver?.cell, levels: 0, isCarry: false };
  }

  /** The latest of what starts in the instance and what goes through it. */
  #throughInstance(bit: number, cell: NetCell, model: PortTiming): Arrival | undefined {
    let best: Arrival | undefined;
    const [port, index] = outputPin(cell, model, bit);
    const own = this.#starts.registers ? model.fromRegister.get(port)?.[index] : undefined;
    if (own !== undefined)
      best = {
        time: own.nanoseconds,
        from: undefined,
        cell,
        levels: own.levels,
        isCarry: false,
        inside: { ...own.end, name: `${plainName(cell.name)}.${own.end.name}` },
      };
    for (const arc of model.through.get(port)?.[index] ?? []) {
      const from = cell.connections[arc.input]?.[arc.index];
      const before = typeof from === "number" ? this.#known(from) : undefined;
      if (before === undefined || typeof from !== "number") continue;
      const time = before.time + arc.nanoseconds;
      if (best === undefined || time > best.time)
        best = { time, from, cell, levels: before.levels + arc.levels, isCarry: false };
    }
    return best;
  }

  #through(bit: number, { cell, timing }: Driver, inputs: readonly number[]): Arrival | undefined {
    // A memory that is read without a clock also starts what its last write has changed.
    let best: Arrival | undefined =
      timing.kind === "memory" && this.#starts.registers
        ? { time: timing.delay, from: undefined, cell, levels: 1, isCarry: false }
        : undefined;
    const isCarryOutput = timing.kind === "carry" && this.#isChain(cell, bit);
    for (const input of inputs) {
      const before = this.#known(input);
      if (before === undefined) continue;
      const isAlong = before.isCarry && timing.kind === "carry";
      const wire = isAlong ? 0 : this.wire(input, before);
      const time = before.time + wire + this.#delay(timing, { isAlong, isCarryOutput });
      if (best !== undefined && time <= best.time) continue;
      const isLevel = timing.kind === "logic" || timing.kind === "memory";
      best = {
        time,
        from: input,
        cell,
        levels: before.levels + (isLevel || (timing.kind === "carry" && !isAlong) ? 1 : 0),
        isCarry: isCarryOutput,
      };
    }
    return best;
  }

  #delay(
    timing: CellTiming,
    { isAlong, isCarryOutput }: { readonly isAlong: boolean; readonly isCarryOutput: boolean },
  ): number {
    const { carryIn, carry, carryOut } = this.#table;
    switch (timing.kind) {
      case "logic":
      case "memory":
        return timing.delay;
      case "carry":
        return (isAlong ? carry : carryIn) + (isCarryOutput ? 0 : carryOut);
      case "free":
      case "register":
        return 0;
    }
  }

  /** True for the output that goes on to the next cell of the chain. */
  #isChain(cell: NetCell, bit: number): boolean {
    const chain = cell.connections["CO"] ?? cell.connections["COUT"] ?? cell.connections["cout"];
    return chain?.[chain.length - 1] === bit;
  }

  trace(bit: number, end: Sink, time: number): TimedPath {
    const cells: { readonly cell: NetCell; readonly nanoseconds: number }[] = [];
    let at = bit;
    let levels = 0;
    for (let step = 0; step < stepLimit; step += 1) {
      const arrival = this.arrivalOf(at);
      if (arrival === undefined) break;
      levels = Math.max(levels, arrival.levels);
      const before = arrival.from === undefined ? undefined : this.arrivalOf(arrival.from);
      if (arrival.cell !== undefined)
        cells.unshift({ cell: arrival.cell, nanoseconds: arrival.time - (before?.time ?? 0) });
      if (arrival.from === undefined) break;
      at = arrival.from;
    }
    const driver = this.#net.driverOf(at)?.cell;
    const start = this.arrivalOf(at)?.inside ?? {
      cell: driver,
      name: this.#net.nameOf(at) ?? "an input",
      bit: at,
    };
    return { nanoseconds: time, levels: levels + (end.arc?.levels ?? 0), start, end, cells };
  }
}

/** Inputs of an instance from which something goes through it to one of its outputs. */
function bitsInto(cell: NetCell, model: PortTiming, bit: number): readonly number[] {
  const [port, index] = outputPin(cell, model, bit);
  return (model.through.get(port)?.[index] ?? []).flatMap((arc) => {
    const from = cell.connections[arc.input]?.[arc.index];
    return typeof from === "number" ? [from] : [];
  });
}

/** The output of an instance that drives a bit. */
function outputPin(
  { connections }: NetCell,
  { outputs }: PortTiming,
  bit: number,
): readonly [string, number] {
  for (const port of outputs) {
    const index = connections[port]?.indexOf(bit) ?? -1;
    if (index >= 0) return [port, index];
  }
  return ["", 0];
}

const stepLimit = 100_000;
