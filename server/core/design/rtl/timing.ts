import type { TimingTable } from "../part.js";
import type { NetBit, NetCell, NetModule } from "./netlist.js";
import { type CellTiming, cellTiming, isClockPort, isOutputPort } from "./timing-cells.js";

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

interface Arrival {
  readonly time: number;
  /** Where it comes from; undefined at a start. */
  readonly from: number | undefined;
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
  },
): readonly TimedPath[] {
  const graph = new TimingGraph(module, table);
  const ends: { readonly end: PathEnd; readonly time: number; readonly bit: number }[] = [];
  for (const sink of graph.sinks(options.hasPorts)) {
    const arrival = graph.arrivalOf(sink.bit);
    if (arrival === undefined || (!options.hasPorts && !graph.startsAtRegister(sink.bit))) continue;
    ends.push({
      end: sink,
      bit: sink.bit,
      time:
        arrival.time + graph.wire(sink.bit, arrival) + (sink.cell === undefined ? 0 : table.setup),
    });
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

class TimingGraph {
  readonly #module: NetModule;
  readonly #table: TimingTable;
  readonly #driver = new Map<number, { readonly cell: NetCell; readonly timing: CellTiming }>();
  readonly #fanout = new Map<number, number>();
  readonly #names = new Map<number, string>();
  readonly #inputs = new Set<number>();
  readonly #arrivals = new Map<number, Arrival | "open">();
  readonly #timings = new Map<NetCell, CellTiming>();

  constructor(module: NetModule, table: TimingTable) {
    this.#module = module;
    this.#table = table;
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

  *sinks(hasPorts: boolean): Iterable<PathEnd & { readonly bit: number }> {
    for (const cell of this.#module.cells) {
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

  startsAtRegister(bit: number): boolean {
    let at: number | undefined = bit;
    for (let step = 0; at !== undefined && step < stepLimit; step += 1) {
      const arrival: Arrival | undefined = this.arrivalOf(at);
      if (arrival?.from === undefined) return arrival?.cell !== undefined;
      at = arrival.from;
    }
    return false;
  }

  /** Time of a wire after its driver; a carry chain has wires of its own. */
  wire(bit: number, { isCarry }: Arrival): number {
    if (isCarry) return 0;
    const sinks = this.#fanout.get(bit) ?? 1;
    return this.#table.net + this.#table.fanout * Math.log2(Math.max(1, sinks));
  }

  /** Depth first without recursion: netlists are deeper than a call stack. */
  arrivalOf(bit: number): Arrival | undefined {
    const known = this.#arrivals.get(bit);
    if (known !== undefined) return known === "open" ? undefined : known;
    const stack: number[] = [bit];
    while (stack.length > 0) {
      const top = stack[stack.length - 1] ?? 0;
      const state = this.#arrivals.get(top);
      if (state !== undefined && state !== "open") {
        stack.pop();
        continue;
      }
      const driver = this.#driver.get(top);
      if (driver === undefined || driver.timing.kind === "register") {
        this.#arrivals.set(top, this.#startOf(driver));
        stack.pop();
        continue;
      }
      const inputs = inputBits(driver.cell);
      if (state === undefined) {
        this.#arrivals.set(top, "open");
        const missing = inputs.filter((input) => this.#arrivals.get(input) === undefined);
        if (missing.length > 0) {
          stack.push(...missing);
          continue;
        }
      }
      this.#arrivals.set(top, this.#through(top, driver, inputs));
      stack.pop();
    }
    const found = this.#arrivals.get(bit);
    return found === "open" ? undefined : found;
  }

  #startOf(driver: { readonly cell: NetCell; readonly timing: CellTiming } | undefined): Arrival {
    const time = driver?.timing.kind === "register" ? driver.timing.clockToOutput : 0;
    return { time, from: undefined, cell: driver?.cell, levels: 0, isCarry: false };
  }

  #through(
    bit: number,
    { cell, timing }: { readonly cell: NetCell; readonly timing: CellTiming },
    inputs: readonly number[],
  ): Arrival {
    let best: Arrival = { time: 0, from: undefined, cell, levels: 0, isCarry: false };
    const isCarryOutput = timing.kind === "carry" && this.#isChain(cell, bit);
    for (const input of inputs) {
      const before = this.#arrivals.get(input);
      if (before === undefined || before === "open") continue;
      const isAlong = before.isCarry && timing.kind === "carry";
      const wire = isAlong ? 0 : this.wire(input, before);
      const time = before.time + wire + this.#delay(timing, { isAlong, isCarryOutput });
      if (time <= best.time && best.from !== undefined) continue;
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

  trace(bit: number, end: PathEnd, time: number): TimedPath {
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
    const start = { cell: driver, name: this.#names.get(at) ?? "an input", bit: at };
    return { nanoseconds: time, levels, start, end, cells };
  }
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
