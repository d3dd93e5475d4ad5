import type { TimingTable } from "../part.js";
import type { NetBit, NetCell, NetModule } from "./netlist.js";
import { type CellTiming, cellTiming, isClockPort, isOutputPort } from "./timing-cells.js";
import type { PortArc, PortTiming } from "./port-timing.js";

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
  const graph = new TimingGraph(module, table, {
    starts: { registers: true, inputs: hasPorts ? undefined : noBits },
    ports,
  });
  const ends: { readonly end: Sink; readonly time: number; readonly bit: number }[] = [];
  for (const sink of graph.sinks(hasPorts)) {
    const time = graph.timeAt(sink);
    if (time !== undefined) ends.push({ end: sink, bit: sink.bit, time });
  }
  ends.sort((a, b) => b.time - a.time);
  const paths: TimedPath[] = [];
  const seen = new Set<string>();
  for (const { end, bit, time } of ends) {
    const path = graph.trace(bit, end, time);
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
}

/** An end of paths: a register's input, an output of the module, or an input of an instance that leads to a register. */
export interface Sink extends PathEnd {
  /** From here into the instance's register. */
  readonly arc?: PortArc;
}

export class TimingGraph {
  readonly #starts: Starts;
  readonly #ports: ReadonlyMap<string, PortTiming>;
  readonly #module: NetModule;
  readonly #table: TimingTable;
  readonly #driver = new Map<number, { readonly cell: NetCell; readonly timing: CellTiming }>();
  readonly #fanout = new Map<number, number>();
  readonly #names = new Map<number, string>();
  readonly #inputs = new Set<number>();
  readonly #arrivals = new Map<number, Arrival | "open" | "none">();
  readonly #timings = new Map<NetCell, CellTiming>();

  constructor(
    module: NetModule,
    table: TimingTable,
    more: {
      readonly starts: Starts;
      readonly ports?: ReadonlyMap<string, PortTiming> | undefined;
    },
  ) {
    this.#module = module;
    this.#table = table;
    this.#starts = more.starts;
    this.#ports = more.ports ?? noPorts;
    for (const { direction, bits } of module.ports.values())
      if (direction !== "output")
        for (const bit of bits) if (typeof bit === "number") this.#inputs.add(bit);
    for (const cell of module.cells) {
      const timing = cellTiming(cell.type, cell.parameters, table);
      this.#timings.set(cell, timing);
      for (const [port, bits] of Object.entries(cell.connections)) {
        const isOutput = isOutputOf(cell, port);
        for (const bit of bits) {
          if (typeof bit !== "number") continue;
          if (isOutput) this.#driver.set(bit, { cell, timing });
          else this.#fanout.set(bit, (this.#fanout.get(bit) ?? 0) + 1);
        }
      }
    }
    for (const { name, bits, isHidden } of module.netNames)
      bits.forEach((bit, index) => {
        if (typeof bit !== "number" || (isHidden && this.#names.has(bit))) return;
        const shown = bits.length > 1 ? `${name}[${index}]` : name;
        if (!isHidden || !this.#names.has(bit)) this.#names.set(bit, shown);
      });
  }

  *sinks(hasPorts: boolean): Iterable<Sink> {
    for (const cell of this.#module.cells) {
      yield* this.#instanceSinks(cell);
      const timing = this.#timings.get(cell);
      if (timing?.kind !== "register" && timing?.kind !== "memory") continue;
      const q = firstBit(cell.connections["Q"] ?? cell.connections["q"] ?? cell.connections["O"]);
      const name = (q === undefined ? undefined : this.#names.get(q)) ?? plainName(cell.name);
      for (const [port, bits] of Object.entries(cell.connections)) {
        if (isOutputOf(cell, port) || isClockPort(port)) continue;
        for (const bit of bits) if (typeof bit === "number") yield { cell, name, bit };
      }
    }
    if (!hasPorts) return;
    for (const [name, { direction, bits }] of this.#module.ports)
      if (direction === "output")
        for (const [index, bit] of bits.entries())
          if (typeof bit === "number")
            yield { cell: undefined, name: bits.length > 1 ? `${name}[${index}]` : name, bit };
  }

  *#instanceSinks(cell: NetCell): Iterable<Sink> {
    const model = this.#ports.get(cell.type);
    if (model === undefined) return;
    for (const [port, arc] of model.toRegister)
      for (const bit of cell.connections[port] ?? [])
        if (typeof bit === "number")
          yield { cell: arc.end.cell, name: `${plainName(cell.name)}.${arc.end.name}`, bit, arc };
  }

  /** When a signal is there at a sink, set up; undefined when no start leads to it. */
  timeAt({ bit, cell, arc }: Sink): number | undefined {
    const arrival = this.arrivalOf(bit);
    if (arrival === undefined) return undefined;
    // The wire into an instance is counted inside of it, where it ends.
    if (arc !== undefined) return arrival.time + arc.nanoseconds;
    if (cell === undefined) return arrival.time;
    return arrival.time + this.wire(bit, arrival) + this.#table.setup;
  }

  /** Time of a wire after its driver; a carry chain has wires of its own. */
  wire(bit: number, { isCarry }: Arrival): number {
    if (isCarry) return 0;
    const sinks = this.#fanout.get(bit) ?? 1;
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
      const driver = this.#driver.get(top);
      const model = driver && this.#ports.get(driver.cell.type);
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

  #startOf(
    bit: number,
    driver: { readonly cell: NetCell; readonly timing: CellTiming } | undefined,
  ): Arrival | undefined {
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
        ...{ time: own.nanoseconds, from: undefined, cell, levels: own.levels, isCarry: false },
        inside: { ...own.end, name: `${plainName(cell.name)}.${own.end.name}` },
      };
    for (const [input, arcs] of model.through) {
      const arc = arcs.get(port)?.[index];
      if (arc === undefined) continue;
      for (const from of cell.connections[input] ?? []) {
        const before = typeof from === "number" ? this.#known(from) : undefined;
        if (before === undefined || typeof from !== "number") continue;
        const time = before.time + arc.nanoseconds;
        if (best === undefined || time > best.time)
          best = { time, from, cell, levels: before.levels + arc.levels, isCarry: false };
      }
    }
    return best;
  }

  #through(
    bit: number,
    { cell, timing }: { readonly cell: NetCell; readonly timing: CellTiming },
    inputs: readonly number[],
  ): Arrival | undefined {
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
    const chain = cell.connections["CO"] ?? cell.connections["COUT"];
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
    const driver = this.#driver.get(at)?.cell;
    const start = this.arrivalOf(at)?.inside ?? {
      ...{ cell: driver, name: this.#names.get(at) ?? "an input", bit: at },
    };
    return { nanoseconds: time, levels: levels + (end.arc?.levels ?? 0), start, end, cells };
  }
}

/** Inputs of an instance from which something goes through it to one of its outputs. */
function bitsInto(cell: NetCell, { through }: PortTiming, bit: number): readonly number[] {
  const bits: number[] = [];
  for (const [input, arcs] of through)
    for (const [port, list] of arcs)
      if (cell.connections[port]?.some((one, index) => one === bit && list[index] !== undefined))
        for (const from of cell.connections[input] ?? [])
          if (typeof from === "number") bits.push(from);
  return bits;
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

function isOutputOf(cell: NetCell, port: string): boolean {
  const said = cell.directions[port];
  return said === undefined ? isOutputPort(cell.type, port) : said === "output";
}

function inputBits(cell: NetCell): readonly number[] {
  const bits: number[] = [];
  for (const [port, connected] of Object.entries(cell.connections)) {
    if (isOutputOf(cell, port) || (isClockPort(port) && /^(?:RAM|SRL|TRELLIS|DSP)/.test(cell.type)))
      continue;
    for (const bit of connected) if (typeof bit === "number") bits.push(bit);
  }
  return bits;
}

function firstBit(bits: readonly NetBit[] | undefined): number | undefined {
  const bit = bits?.[0];
  return typeof bit === "number" ? bit : undefined;
}

/** Without what Yosys calls its own cells. */
function plainName(name: string): string {
  return name.startsWith("$") ? "a register" : name.replace(/^\\/, "");
}
