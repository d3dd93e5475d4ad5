import type { SourceRange } from "../../base/text-span.js";
import type { NetCell, NetModule } from "./netlist.js";
import { type MemoryPlaces, memoryPlace } from "./memory-places.js";
import { type NetPlaces, lastName } from "./net-places.js";
import { type FileNames, readSrc } from "./source-names.js";

/** Places of gates. What the synthesis made up stands where what reads it stands, else where what it reads does. */
export function gatePlaces(
  { cells, netNames }: NetModule,
  files: FileNames,
  more: {
    /** The line of a flip-flop, whose own place is its whole block. */
    readonly refine: (cell: NetCell, places: readonly SourceRange[]) => readonly SourceRange[];
    readonly memories: MemoryPlaces;
    readonly nets: NetPlaces;
    /** Names of registers, by their cells. */
    readonly names: ReadonlyMap<string, readonly string[]>;
  },
): ReadonlyMap<NetCell, readonly SourceRange[]> {
  const places = new Map<NetCell, readonly SourceRange[]>();
  const parsed = new Map<string, readonly SourceRange[]>();
  let isComplete = true;
  for (const cell of cells) {
    const src = cell.attributes["src"] ?? "";
    let found = parsed.get(src);
    if (found === undefined) parsed.set(src, (found = readSrc(src, files)));
    const memory =
      found.length > 0
        ? undefined
        : memoryPlace(cell.name, more.memories, more.names.get(cell.name));
    if (found.length > 0)
      places.set(cell, cell.connections["Q"] === undefined ? found : more.refine(cell, found));
    else if (memory !== undefined) places.set(cell, [memory]);
    else isComplete = false;
  }
  if (isComplete) return places;
  const { readers, drivers } = neighboursOf(cells);
  // What makes a signal that has a name is where that is calculated, and all that feeds it goes there.
  for (const { name, bits, isHidden } of netNames) {
    const known = isHidden ? undefined : more.nets.get(lastName(name));
    if (known === undefined || known.length === 0) continue;
    for (const bit of bits) {
      const driver = drivers.get(Number(bit));
      if (driver !== undefined && !places.has(driver)) places.set(driver, known);
    }
  }
  spread(places, (cell) =>
    bitsOf(cell, { isOutput: false }).flatMap((bit) => drivers.get(bit) ?? []),
  );
  spread(places, (cell) =>
    bitsOf(cell, { isOutput: true }).flatMap((bit) => readers.get(bit) ?? []),
  );
  return places;
}

/** Places go on to neighbours without one, the nearest first: to all that feeds a line, however deep, before anything that it feeds. */
function spread(
  places: Map<NetCell, readonly SourceRange[]>,
  next: (cell: NetCell) => readonly NetCell[],
): void {
  // A map that is added to while it is gone through goes through those as well.
  for (const [cell, place] of places)
    for (const neighbour of next(cell)) if (!places.has(neighbour)) places.set(neighbour, place);
}

function neighboursOf(cells: readonly NetCell[]): {
  readonly readers: ReadonlyMap<number, readonly NetCell[]>;
  readonly drivers: ReadonlyMap<number, NetCell>;
} {
  const readers = new Map<number, NetCell[]>();
  const drivers = new Map<number, NetCell>();
  for (const cell of cells) {
    for (const bit of bitsOf(cell, { isOutput: true })) drivers.set(bit, cell);
    for (const bit of bitsOf(cell, { isOutput: false })) {
      const known = readers.get(bit);
      if (known === undefined) readers.set(bit, [cell]);
      else if (known.length < 8) known.push(cell);
    }
  }
  return { readers, drivers };
}

function bitsOf(cell: NetCell, asked: { readonly isOutput: boolean }): readonly number[] {
  return Object.entries(cell.connections).flatMap(([port, bits]) =>
    isOutput(cell, port) === asked.isOutput ? bits.filter((bit) => typeof bit === "number") : [],
  );
}

function isOutput(cell: NetCell, port: string): boolean {
  const said = cell.directions[port];
  return said === undefined ? /^(?:Y|Q|O|CO)$/.test(port) : said === "output";
}
