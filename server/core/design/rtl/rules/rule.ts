import type { SourceRange } from "../../../base/text-span.js";
import type { Design, DesignLine, DesignProblem } from "../../design.js";
import type { ChosenPart } from "../../part.js";
import type { Hierarchy } from "../hierarchy.js";
import type { NetCell, NetModule, Netlist } from "../netlist.js";
import type { ResizedPort } from "../rtl-design.js";

/** What RTL costs more than it has to, or does not what it seems to; a file each. */
export interface RtlRule {
  readonly code: string;
  readonly check: (subject: RuleSubject) => readonly DesignProblem[];
}

export interface RuleSubject {
  readonly design: Design;
  readonly part: ChosenPart;
  readonly elaborated: Netlist;
  readonly hierarchy: Hierarchy;
  /** Modules of the source that occur in the design, once however many variants they have. */
  readonly modules: readonly NetModule[];
  readonly resizedPorts: readonly ResizedPort[];
  readonly gates: Netlist;
  readonly cells: Netlist;
  /** Names of the family's own cells. */
  readonly primitives: ReadonlySet<string>;
  /** By absolute path, as written. */
  readonly texts: ReadonlyMap<string, string>;
  readonly placesOf: (src: string | undefined) => readonly SourceRange[];
  /** What a line takes in all instances; undefined when it takes nothing. */
  readonly lineAt: (place: SourceRange) => DesignLine | undefined;
  /** `412 LUT · 32 FF`, or "nothing that is counted". */
  readonly priceOf: (place: SourceRange) => string;
}

/** Who drives and who reads each bit of a module. */
export interface Wiring {
  readonly driver: ReadonlyMap<number, NetCell>;
  readonly readers: ReadonlyMap<number, readonly NetCell[]>;
  /** The public name of a bit. */
  readonly names: ReadonlyMap<number, string>;
}

const wirings = new WeakMap<NetModule, Wiring>();

export function wiringOf(module: NetModule): Wiring {
  const known = wirings.get(module);
  if (known !== undefined) return known;
  const driver = new Map<number, NetCell>();
  const readers = new Map<number, NetCell[]>();
  const names = new Map<number, string>();
  for (const cell of module.cells)
    for (const [port, bits] of Object.entries(cell.connections))
      for (const bit of bits) {
        if (typeof bit !== "number") continue;
        if (isOutput(cell, port)) driver.set(bit, cell);
        else {
          const list = readers.get(bit);
          if (list === undefined) readers.set(bit, [cell]);
          else list.push(cell);
        }
      }
  for (const { name, bits, isHidden } of module.netNames)
    if (!isHidden) for (const bit of bits) if (typeof bit === "number") names.set(bit, name);
  const wiring = { driver, readers, names };
  wirings.set(module, wiring);
  return wiring;
}

export function isOutput(cell: NetCell, port: string): boolean {
  const said = cell.directions[port];
  return said === undefined ? /^(?:Y|Q|DATA|O|CO|DO)$/.test(port) : said === "output";
}

/** Bits that are nets, of a port. */
export function netBits(cell: NetCell, port: string): readonly number[] {
  return (cell.connections[port] ?? []).filter((bit) => typeof bit === "number");
}

export function quoted(name: string | undefined): string {
  return name === undefined || name === "" ? "this signal" : `\`${name.replace(/^\\/, "")}\``;
}
