import type { TimingTable } from "../part.js";
import type { NetBit, NetCell, NetModule } from "./netlist.js";
import type { PortTiming } from "./port-timing.js";
import { type CellTiming, cellTiming, isClockPort, isOutputPort } from "./timing-cells.js";

export interface Driver {
  readonly cell: NetCell;
  readonly timing: CellTiming;
}

/** What all questions about the timing of one module's netlist look up: who drives a bit, who reads it, what it is called. */
export class TimingNet {
  readonly module: NetModule;
  readonly table: TimingTable;
  /** Interface models by module, of those that it has instances of. */
  readonly ports: ReadonlyMap<string, PortTiming>;
  readonly #driver = new Map<number, Driver>();
  readonly #readers = new Map<number, NetCell[]>();
  readonly #names = new Map<number, string>();
  readonly #timings = new Map<NetCell, CellTiming>();

  constructor(module: NetModule, table: TimingTable, ports: ReadonlyMap<string, PortTiming>) {
    this.module = module;
    this.table = table;
    this.ports = ports;
    for (const cell of module.cells) this.#addCell(cell);
    for (const { name, bits, isHidden } of module.netNames)
      bits.forEach((bit, index) => {
        if (typeof bit !== "number" || (isHidden && this.#names.has(bit))) return;
        this.#names.set(bit, bits.length > 1 ? `${name}[${index}]` : name);
      });
  }

  #addCell(cell: NetCell): void {
    const timing = cellTiming(cell.type, cell.parameters, this.table);
    this.#timings.set(cell, timing);
    for (const [port, bits] of Object.entries(cell.connections)) {
      const isOutput = isOutputOf(cell, port);
      for (const bit of bits) {
        if (typeof bit !== "number") continue;
        if (isOutput) this.#driver.set(bit, { cell, timing });
        else {
          const readers = this.#readers.get(bit);
          if (readers === undefined) this.#readers.set(bit, [cell]);
          else readers.push(cell);
        }
      }
    }
  }

  driverOf(bit: number): Driver | undefined {
    return this.#driver.get(bit);
  }

  nameOf(bit: number | undefined): string | undefined {
    return bit === undefined ? undefined : this.#names.get(bit);
  }

  /** Undefined for an instance whose module has a model: there the model speaks. */
  timingOf(cell: NetCell): CellTiming | undefined {
    return this.ports.has(cell.type) ? undefined : this.#timings.get(cell);
  }

  fanoutOf(bit: number): number {
    return this.#readers.get(bit)?.length ?? 1;
  }

  /** Bits that a signal on the given ones can change before the next clock, themselves included. */
  reachedFrom(starts: Iterable<number>): ReadonlySet<number> {
    const reached = new Set(starts);
    // A set that is added to while it is gone through goes through those as well.
    for (const bit of reached)
      for (const cell of this.#readers.get(bit) ?? [])
        for (const output of this.#outputsFrom(cell, bit)) reached.add(output);
    return reached;
  }

  *#outputsFrom(cell: NetCell, bit: number): Iterable<number> {
    const model = this.ports.get(cell.type);
    if (model !== undefined) {
      for (const [port, pins] of model.through)
        for (const [index, arcs] of pins.entries()) {
          const output = cell.connections[port]?.[index];
          if (typeof output !== "number") continue;
          if (arcs.some((arc) => cell.connections[arc.input]?.[arc.index] === bit)) yield output;
        }
      return;
    }
    if (this.#timings.get(cell)?.kind === "register") return;
    for (const [port, bits] of Object.entries(cell.connections))
      if (isOutputOf(cell, port))
        for (const output of bits) if (typeof output === "number") yield output;
  }
}

export function isOutputOf(cell: NetCell, port: string): boolean {
  const said = cell.directions[port];
  return said === undefined ? isOutputPort(cell.type, port) : said === "output";
}

export function inputBits(cell: NetCell): readonly number[] {
  const bits: number[] = [];
  for (const [port, connected] of Object.entries(cell.connections)) {
    if (isOutputOf(cell, port) || (isClockPort(port) && /^(?:RAM|SRL|TRELLIS|DSP)/.test(cell.type)))
      continue;
    for (const bit of connected) if (typeof bit === "number") bits.push(bit);
  }
  return bits;
}

export function firstBit(bits: readonly NetBit[] | undefined): number | undefined {
  const bit = bits?.[0];
  return typeof bit === "number" ? bit : undefined;
}

/** Without what Yosys calls its own cells. */
export function plainName(name: string): string {
  return name.startsWith("$") ? "a register" : name.replace(/^\\/, "");
}
